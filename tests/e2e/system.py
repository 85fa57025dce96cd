"""A whole firm that really runs (`dossier run`), and the people who use it over HTTP."""

import mailbox
import os
from collections.abc import Iterator
from contextlib import ExitStack
from email import message_from_binary_file, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from tests.e2e.client import Client, Json
from tests.engines.engines import engines
from tests.run.machine import Machine

OWNER_EMAIL, OWNER_PASSWORD = "zoe@example.org", "a long enough password"
PASSWORD = "an equally long password"


class Member(Client):
    """A member who is signed in, with what they most often make."""

    def contact(self, **fields: Any) -> str:
        """A person, called Anaïs and something unless said otherwise."""
        given = {} if "name" in fields else {"given_name": "Anaïs", "family_name": name()}
        return self.made("/contacts", given | fields)

    def account(self, *contacts: str, **fields: Any) -> str:
        """An account with these contacts, or with a new one."""
        links = [{"contact_id": contact} for contact in contacts or (self.contact(),)]
        return self.made("/accounts", {"name": f"Boulangerie {name()}", "type": "business", "contacts": links} | fields)

    def interaction(self, **fields: Any) -> str:
        """A note unless said otherwise; `account_id` or `contact_id` says where."""
        return self.made("/interactions", {"kind": "note", "subject": name(), "body": "<p>Relevé.</p>"} | fields)

    def comment(self, interaction: str, body: str = "<p>Reçu.</p>") -> str:
        return self.made(f"/interactions/{interaction}/comments", {"body": body})

    def folder(self, account: str, parent: str | None = None, **fields: Any) -> str:
        where = {"parent_id": parent} if parent else {}
        return self.made(f"/accounts/{account}/folders", {"name": name(), **where, **fields})

    def upload(self, folder: str, content: bytes | BinaryIO = b"contenu", called: str = "", **headers: str) -> str:
        """Publish a file; the id of the document."""
        file = (called or f"{name()}.txt", content)
        path = f"/folders/{folder}/documents"
        return str(self.did(self.request("POST", path, files={"file": file}, headers=headers))["id"])

    def team(self, account: str, member: "Member", access: str | None) -> None:
        """Set a member's level on an account, or take it back with None; the member then knows of it."""
        path = f"/accounts/{account}/team/{member.id}"
        self.did(self.put(path, {"access": access}) if access else self.delete(path))
        member.after(self)

    def right(self, folder: str, right: str | None, **subject: str) -> None:
        self.did(self.put(f"/folders/{folder}/rights", {"subject": subject, "right": right}))


class Firm:
    """The running processes, their owner, and everybody who was made since."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.machine = Machine(data)
        self.blobs = data / "blobs"
        """Below it lie the bytes of documents."""
        login = {"DOSSIER_OWNER_EMAIL": OWNER_EMAIL, "DOSSIER_OWNER_PASSWORD": OWNER_PASSWORD}
        self.machine.settings |= login | settings
        self._people: list[Client] = []
        self.owner = Member("")

    def start(self) -> "Firm":
        """Start and sign in as the owner."""
        self.machine.start().ready()
        self.owner.close()
        self.owner = self.sign_in(OWNER_EMAIL, OWNER_PASSWORD)
        return self

    def stop(self) -> None:
        for client in self._people:
            client.close()
        if self.machine.started:
            self.machine.stop()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.machine.port}"

    def stranger(self, token: str | None = None, **more: Any) -> Client:
        """Somebody who is not signed in, or says so with this token."""
        self._people.append(client := Client(self.address, token, **more))
        return client

    def sign_in(self, email: str, password: str = PASSWORD) -> Member:
        """A new session of a member."""
        self._people.append(member := Member(self.address))
        answer = member.did(member.post("/session", {"email": email, "password": password}))
        member.token, member.id, member.email = answer["token"], answer["member"]["id"], email
        return member

    def member(self, role: str = "employee", *permissions: str, **fields: Any) -> Member:
        """A new member who is signed in."""
        family = name()
        given: Json = {"given_name": "Benoît", "family_name": family, "email": f"{family.lower()}@cabinet.example"}
        body = given | {"role": role, "permissions": list(permissions), "password": PASSWORD} | fields
        self.owner.made("/members", body)
        member = self.sign_in(body["email"])
        return member.after(self.owner)

    def mails(self, to: str) -> list[EmailMessage]:
        """The e-mails that were delivered to an address, in no particular order."""
        folder = self.machine.data / "mailbox"
        found = mailbox.Maildir(folder, factory=_read, create=False) if folder.exists() else ()
        mails = [cast("EmailMessage", mail) for mail in found]
        return [mail for mail in mails if mail["Delivered-To"] == to]


def _read(file: Any) -> Any:
    with file:
        return message_from_binary_file(file, policy=policy.default)


_names = count(1)
_SYLLABLES = ("ba", "do", "fu", "gi", "ko", "la", "mu", "ni", "pe", "ro", "su", "ta", "ve", "za", "li", "mo")


def name() -> str:
    """A name that nobody else has, and of which no other is a part."""
    number = next(_names)
    return "".join(_SYLLABLES[(number >> shift) & 15] for shift in (8, 4, 0)).capitalize()


@pytest.fixture(scope="session")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """One firm for all tests; each makes its own members and accounts in it.

    On SQLite and files, or with `DOSSIER_TEST_ENGINES=1` on PostgreSQL, MongoDB's protocol and S3.
    """
    with ExitStack() as stack:
        firm = Firm(tmp_path_factory.mktemp("firm"))
        if os.environ.get("DOSSIER_TEST_ENGINES"):
            there = stack.enter_context(engines(tmp_path_factory.mktemp("engines")))
            firm.machine.settings |= there.settings()
            firm.blobs = there.s3.folder
        stack.callback(firm.stop)
        yield firm.start()


@pytest.fixture
def owner(firm: Firm) -> Member:
    """The firm's first owner, in a session and with a memory of their own."""
    return firm.sign_in(OWNER_EMAIL, OWNER_PASSWORD)
