"""What the demonstration firm is made of, before anything of it is told to the system.

Everybody and everything is named by a key (`contact-17`, `account-3`); ids are the system's and come with its answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from services.firm.contract import Level, MemberRights, Permission, Role

Country = Literal["FR", "BE", "CA"]
Language = Literal["fr", "en"]
Kind = Literal["note", "call", "phone_message", "email"]
Body = Mapping[str, Any]
Path = tuple[str, ...]
"""A folder, by the names on the way to it."""


@dataclass(frozen=True)
class Colleague:
    """A member of the firm. The owner is there from the start: only the key `owner` says who it is."""

    key: str
    given_name: str = ""
    family_name: str = ""
    role: Role = "employee"
    permissions: tuple[Permission, ...] = ()
    language: Language = "fr"

    @property
    def rights(self) -> MemberRights:
        return MemberRights(self.key, self.role, frozenset(self.permissions), active=True)


@dataclass(frozen=True)
class Contact:
    """`body` as it is first told, `changes` what is told later; `active` as it ends."""

    key: str
    name: str
    country: Country
    language: Language
    body: Body
    changes: tuple[Body, ...] = ()
    active: bool = True


@dataclass(frozen=True)
class FolderRight:
    """What is set on a folder for a member or a contact, and whether it is then cascaded."""

    folder: Path
    kind: Literal["member_id", "contact_id"]
    subject: str
    right: Level
    cascade: bool = False


@dataclass(frozen=True)
class Account:
    """A client. `links` and `team` as the account is created with them; `changes` bring it to what it ends as.

    `levels` are those that count in the end, by the keys of members.
    """

    key: str
    number: int
    country: Country
    language: Language
    name: str
    body: Body
    creator: str
    links: tuple[tuple[str, str], ...]
    team: Mapping[str, Level]
    levels: Mapping[str, Level]
    changes: tuple["Change", ...] = ()
    registration: tuple[tuple[str, str], ...] = ()

    @property
    def contacts(self) -> list[str]:
        return [contact for contact, _ in self.links]


@dataclass(frozen=True)
class Change:
    """One command on an account: method, what follows `/accounts/{id}`, with keys in braces, and the body."""

    method: Literal["POST", "PUT", "DELETE"]
    path: str
    body: Body | None = None


@dataclass(frozen=True)
class Tree:
    """The folders of an account, parents first, what is set on them, and what counts in the end per folder."""

    account: Account
    folders: tuple[Path, ...]
    settings: tuple[FolderRight, ...]
    rights: Mapping[Path, Mapping[str, Level]]


@dataclass(frozen=True)
class Paper:
    """A document. `opened_by` have opened it after it was published; `renamed` is its later name."""

    key: str
    account: Account
    folder: Path
    name: str
    title: str
    author: str
    opened_by: tuple[str, ...] = ()
    renamed: str | None = None
    deleted: bool = False


@dataclass(frozen=True)
class Talk:
    """An interaction with its comments: `body` is told but for ids, which `participants` and `contact` name by key."""

    key: str
    author: str
    kind: Kind
    body: Body
    occurred_at: datetime
    account: str | None = None
    contact: str | None = None
    participants: tuple[tuple[Literal["member_id", "contact_id"], str], ...] = ()
    comments: tuple[tuple[str, str], ...] = ()
    changes: tuple[Body, ...] = ()
    deleted: bool = False


@dataclass(frozen=True)
class Sizes:
    """How much there is of everything."""

    accounts: int
    contacts: int
    interactions: int
    comments: int
    documents: int
    with_participants: int

    @classmethod
    def scaled(cls, scale: float) -> "Sizes":
        """The whole firm at 1; at less, a small one that still has something of everything."""
        return cls(
            accounts=max(6, round(60 * scale)),
            contacts=max(18, round(110 * scale)),
            interactions=max(20, round(900 * scale)),
            comments=max(8, round(350 * scale)),
            documents=max(10, round(300 * scale)),
            with_participants=max(2, round(80 * scale)),
        )


@dataclass(frozen=True)
class Firm:
    """The whole demonstration. The last account ends deleted. `opened`: who has opened which dossiers, in order."""

    contacts: tuple[Contact, ...]
    accounts: tuple[Account, ...]
    trees: tuple[Tree, ...] = field(repr=False)
    papers: tuple[Paper, ...] = field(repr=False)
    talks: tuple[Talk, ...] = field(repr=False)
    opened: Mapping[str, tuple[Account, ...]] = field(repr=False)

    def papers_in(self, tree: Tree) -> list[Paper]:
        """What is filed in a tree."""
        return [paper for paper in self.papers if paper.account.key == tree.account.key]

    @property
    def steps(self) -> int:
        """How many commands it takes, and how many files are read: what a progress bar counts."""
        return (
            sum(1 + len(contact.changes) + (not contact.active) for contact in self.contacts)
            + sum(1 + len(account.changes) for account in self.accounts)
            + sum(len(tree.folders) + sum(1 + setting.cascade for setting in tree.settings) for tree in self.trees)
            + sum(1 + len(paper.opened_by) + bool(paper.renamed) + paper.deleted for paper in self.papers)
            + sum(1 + len(talk.changes) + len(talk.comments) + talk.deleted for talk in self.talks)
            + sum(map(len, self.opened.values()))
            + 1  # the deletion of the last account
        )
