"""Random but possible histories of a firm, for properties that must hold whatever happened."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from tests.dossier.events import History, addresses, numbers

NAMES = ("Élise Lefèvre", "Noël D’Hondt", "Zoé Martin", "Jean Dupont", "SARL Côté", "Œuvres & Cie", "Ann Peeters")
LEVELS = ("none", "read", "full")
FILES = ("Bilan 2025.pdf", "liasse.xlsx", "Été.JPEG", "sans extension", "statuts.v2.docx")


@dataclass
class Folder:
    id: str
    account: str
    parent: str | None


@dataclass
class Life:
    """Makes one thing after another happen; only what the services would allow."""

    random: Random
    history: History = field(default_factory=History)
    members: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    accounts: dict[str, list[str]] = field(default_factory=dict)
    interactions: dict[str, str | None] = field(default_factory=dict)
    comments: list[tuple[str, str]] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)
    documents: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)

    def go_on(self, steps: int) -> History:
        """So many more things happen."""
        for _ in range(steps):
            self.random.choice(_THINGS)(self)
        return self.history

    @property
    def somebody(self) -> str | None:
        return self.random.choice(self.members) if self.members else None

    def hire(self) -> None:
        given, _, family = self.random.choice(NAMES).partition(" ")
        role = self.random.choice(("owner", "admin", "employee", "employee"))
        self.members.append(self.history.member(given, family, role, "view-all-accounts"))

    def change_member(self) -> None:
        if self.members:
            id, random = self.random.choice(self.members), self.random
            given, _, family = random.choice(NAMES).partition(" ")
            was = {"given_name": "Avant", "family_name": "Avant"}
            if random.random() < 0.5:
                self.history.record("firm.member.renamed", id, given_name=given, family_name=family, was=was)
            else:
                self.history.record(f"firm.member.{random.choice(('activated', 'deactivated'))}", id)

    def meet(self) -> None:
        random = self.random
        emails = [f"p{random.randrange(99)}@exemple.example" for _ in range(random.randrange(3))]
        phones = ["01 42 68 53 00"] * random.randrange(2)
        self.contacts.append(self.history.contact(random.choice(NAMES), emails=emails, phones=phones))

    def change_contact(self) -> None:
        if not self.contacts:
            return
        id, random, record = self.random.choice(self.contacts), self.random, self.history.record
        by = self.somebody
        name = random.choice(NAMES)
        match random.randrange(5):
            case 0:
                was = {"name": "Avant", "given_name": "", "family_name": "Avant"}
                record("contacts.contact.renamed", id, by=by, name=name, given_name="", family_name=name, was=was)
            case 1:
                record("contacts.contact.emails-changed", id, by=by, emails=addresses("neuf@exemple.example"), was=[])
            case 2:
                record("contacts.contact.phones-changed", id, by=by, phones=numbers("02 31 00 00 00"), was=[])
            case 3:
                record(f"contacts.contact.{random.choice(('activated', 'deactivated'))}", id, by=by)
            case 4:
                self._toggle("contacts.contact", id, None)

    def open_account(self) -> None:
        if self.contacts:
            linked = self.random.sample(self.contacts, min(len(self.contacts), self.random.randint(1, 3)))
            team = {member: self.random.choice(LEVELS) for member in self.members if self.random.random() < 0.3}
            id = self.history.account(self.random.choice(NAMES), *linked, by=self.somebody, team=team, tags=["TVA"])
            self.accounts[id] = linked

    def change_account(self) -> None:
        if not self.accounts:
            return
        id, random, on = self.random.choice([*self.accounts]), self.random, self.history.on_account
        by = self.somebody
        match random.randrange(7):
            case 0:
                on("renamed", id, by, name=random.choice(NAMES), was="Avant")
            case 1:
                on("tags-changed", id, by, tags=["Été", "VIP"], was=["TVA"])
            case 2:
                self._link(id)
            case 3 if len(self.accounts[id]) > 1:
                on("contact-unlinked", id, by, contact_id=self.accounts[id].pop())
            case 4 if self.members:
                on("team-set", id, by, member_id=random.choice(self.members), access=random.choice(LEVELS), was=None)
            case 5 if self.members:
                on("team-cleared", id, by, member_id=random.choice(self.members), was="read")
            case _:
                self._toggle("accounts.account", id, id)

    def _link(self, id: str) -> None:
        free = [contact for contact in self.contacts if contact not in self.accounts[id]]
        if free:
            contact = self.random.choice(free)
            self.accounts[id].append(contact)
            self.history.on_account("contact-linked", id, self.somebody, contact_id=contact, description="Gérante")
        else:
            contact = self.accounts[id][0]
            self.history.on_account("link-described", id, self.somebody, contact_id=contact, description="RH", was="")

    def note(self) -> None:
        random = self.random
        account = random.choice([None, *self.accounts])
        contact = random.choice([None, *self.contacts])
        if account or contact:
            at = self.history.now + timedelta(minutes=random.choice((-9, -3, 0, 3, 7, 500)))
            kind = random.choice(("note", "call", "phone_message", "email"))
            who = [{"member_id": member} for member in self.members[:1]] + [
                {"contact_id": c} for c in self.contacts[:1]
            ]
            id = self.history.interaction(
                account, contact, kind=kind, by=self.somebody, subject=random.choice(NAMES), at=at, participants=who
            )
            self.interactions[id] = account

    def change_interaction(self) -> None:
        if not self.interactions:
            return
        id, random = self.random.choice([*self.interactions]), self.random
        account, on, by = self.interactions[id], self.history.on_interaction, self.somebody
        match random.randrange(5):
            case 0:
                at = (self.history.now + timedelta(minutes=random.choice((-20, 0, 5, 90)))).isoformat()
                said = {"subject": "Autre", "body": "<p>Dit</p>", "occurred_at": at, "direction": None}
                on("changed", id, account, by, **said, was=said | {"subject": "Point"})
            case 1:
                comment = self.history.id("comment")
                self.comments.append((id, comment))
                on("commented", id, account, by, comment_id=comment, body="<p>Oui</p>")
            case 2 if self.comments:
                id, comment = self.comments.pop()
                on("comment-deleted", id, self.interactions[id], by, comment_id=comment)
            case 3:
                on("participants-changed", id, account, by, participants=[], was=[{"member_id": "x"}])
            case _:
                self._toggle("interactions.interaction", id, account)

    def add_folder(self) -> None:
        if self.accounts:
            account = self.random.choice([*self.accounts])
            parents = [None, *(folder.id for folder in self.folders if folder.account == account)]
            parent = self.random.choice(parents)
            id = self.history.folder(account, self.random.choice(NAMES), parent, self.somebody)
            self.folders.append(Folder(id, account, parent))

    def change_folder(self) -> None:
        if not self.folders:
            return
        folder, random, on = self.random.choice(self.folders), self.random, self.history.on_tree
        by, account = self.somebody, folder.account
        match random.randrange(4):
            case 0:
                on("folder-renamed", account, by, folder_id=folder.id, name="Neuf", was="Vieux")
            case 1 if self.members:
                subject = f"member:{random.choice(self.members)}"
                on(
                    "right-set",
                    account,
                    by,
                    folder_id=folder.id,
                    subject=subject,
                    right=random.choice(LEVELS),
                    was=None,
                )
            case 2 if folder.parent:
                on("folder-moved", account, by, folder_id=folder.id, parent_id=None, was=folder.parent)
                folder.parent = None
            case 3:
                gone = self._under(folder.id)
                on("folder-deleted", account, by, folder_id=folder.id, folders=gone)
                self.folders = [left for left in self.folders if left.id not in gone]

    def _under(self, id: str) -> list[str]:
        return [id, *(below for folder in self.folders if folder.parent == id for below in self._under(folder.id))]

    def publish(self) -> None:
        if self.folders:
            folder = self.random.choice(self.folders)
            id = self.history.document(folder.account, folder.id, self.random.choice(FILES), self.somebody)
            self.documents[id] = folder.account

    def change_document(self) -> None:
        if not self.documents:
            return
        id, random, on = self.random.choice([*self.documents]), self.random, self.history.on_document
        account, by = self.documents[id], self.somebody
        places = [folder.id for folder in self.folders if folder.account == account]
        match random.randrange(4):
            case 0:
                on("renamed", id, account, by, name=random.choice(FILES), was="avant.pdf")
            case 1:
                on("opened", id, account, by)
            case 2 if places:
                on("moved", id, account, by, folder_id=random.choice(places), was="ailleurs")
            case _:
                self._toggle("files.document", id, account)

    def notify(self) -> None:
        if self.interactions and self.members:
            interaction = self.random.choice([*self.interactions])
            account, id = self.interactions[interaction], self.history.id("message")
            about = {
                "service": "interactions",
                "id": interaction,
                "topic": "interactions.interaction.recorded",
                "key": "i",
            }
            self.history.record(
                "notifications.message.queued", id, scope=account, recipient={"member_id": self.members[0]},
                address="z@cabinet.example", subject="Note", about=about, reason="participant",
                due=self.history.now.isoformat(),
            )  # fmt: skip
            self.history.record("notifications.message.sent", id, scope=account, message_id="<1@x>", attempt=1)

    def _toggle(self, prefix: str, id: str, scope: str | None) -> None:
        change = "restored" if id in self.deleted else "deleted"
        self.deleted ^= {id}
        self.history.record(f"{prefix}.{change}", id, scope=scope, by=self.somebody)


_THINGS: tuple[Callable[[Life], None], ...] = (
    Life.hire, Life.change_member, Life.meet, Life.change_contact, Life.open_account, Life.change_account, Life.note,
    Life.note, Life.note, Life.change_interaction, Life.change_interaction, Life.add_folder, Life.change_folder,
    Life.publish, Life.publish, Life.change_document, Life.change_document, Life.notify,
)  # fmt: skip
