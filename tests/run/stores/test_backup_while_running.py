"""A firm at work is backed up, lost, and brought back elsewhere (reliability R1)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.cli.stores.rows import Event
from services.cli.stores.sqlite import SqliteEvents
from shared.permissions import SERVICES
from tests.e2e.system import Firm, Member
from tests.run.stores.commands import Safe, dossier, ended, started

PERSON = "person@client.example"


@pytest.fixture
def firms(tmp_path: Path) -> Iterator[tuple[Firm, Firm]]:
    """One to lose, and the place for the one that comes back."""
    both = Firm(tmp_path / "lost"), Firm(tmp_path / "found")
    yield both
    for firm in both:
        firm.stop()


@contextmanager
def notes(member: Member, account: str, contact: str) -> Iterator[list[str]]:
    """Somebody records one note after the other, of old and new clients; the ids of those that were acknowledged."""
    recorded: list[str] = []
    stopped = threading.Event()

    def work() -> None:
        while not stopped.is_set():
            who = [{"contact_id": contact}] if len(recorded) % 5 == 0 else []
            where = member.account() if len(recorded) % 2 else account
            recorded.append(member.interaction(account_id=where, participants=who))

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield recorded
    finally:
        stopped.set()
        worker.join()


def test_a_firm_at_work_comes_back_as_it_was(firms: tuple[Firm, Firm], tmp_path: Path) -> None:
    lost, found = firms
    safe = Safe.make(tmp_path)
    owner = lost.start().owner
    contact = owner.contact(emails=[{"address": PERSON}])
    account = owner.account(contact)
    document = owner.upload(owner.folder(account), b"a paper")
    with notes(lost.sign_in(owner.email, "a long enough password").after(owner), account, contact) as recorded:
        owner.until(lambda: len(lost.mails(PERSON)) >= 2, "e-mails")
        before = list(recorded)
        backup = started("backup", tmp_path / "backup", *safe.locks, "--json", DOSSIER_DATA=str(lost.machine.data))
        done = ended(backup).json
        owner.until(lambda: len(recorded) > len(before) + 3, "notes after the backup")
    lost.stop()

    assert dossier("restore", tmp_path / "backup", *safe.opens, "--yes", DOSSIER_DATA=str(found.machine.data)).code == 0
    back = {name: _events(found.machine.data, name) for name in SERVICES}
    assert {name: len(events) for name, events in back.items()} == done["events"]
    for name, events in back.items():
        assert events == _events(lost.machine.data, name)[: len(events)], "each store is a prefix of what it was"
    _whatever_is_named_is_there(back)

    owner = found.start().owner
    for id in before:
        assert owner.read(f"/interactions/{id}")["id"] == id
    assert owner.get(f"/documents/{document}/content").content == b"a paper"
    told_already = {_data(event)["message_id"] for event in _of(back["notifications"], "notifications.message.sent")}
    assert told_already
    news = owner.interaction(account_id=account, participants=[{"contact_id": contact}], subject="After all")
    owner.until(lambda: [mail for mail in found.mails(PERSON) if "After all" in _text(mail)], f"the e-mail of {news}")
    assert not told_already & {mail["Message-ID"] for mail in found.mails(PERSON)}, "nobody is told twice"
    assert dossier("verify-stores", "--bytes", "--json", DOSSIER_DATA=str(found.machine.data)).json["published"]


def _whatever_is_named_is_there(stores: dict[str, list[Event]]) -> None:
    """No message about an action, no action in an account, no link to a contact that the backup does not have."""
    known = {name: {str(event.aggregate) for event in events} for name, events in stores.items()}
    for queued in _of(stores["notifications"], "notifications.message.queued"):
        assert _data(queued)["about"]["id"] in known["interactions"]
    for recorded in _of(stores["interactions"], "interactions.interaction.recorded"):
        assert orjson.loads(recorded.state)["scope"] in known["accounts"]
    for created in _of(stores["accounts"], "accounts.account.created"):
        assert {link["contact_id"] for link in _data(created)["contacts"]} <= known["contacts"]


def _events(data: Path, service: str) -> list[Event]:
    with SqliteEvents(service, data / service).reading() as events:
        return list(events)


def _of(events: list[Event], topic: str) -> list[Event]:
    return [event for event in events if event.topic == topic]


def _data(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = orjson.loads(event.state)["data"]
    return data


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return f"{mail['Subject']} {body.get_content()}"
