"""A dossier with something in it for every way out of ruling 4, and those ways."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.e2e.system import Member, name

Seen = Callable[["Dossier", Member], bool]


@dataclass(frozen=True)
class Dossier:
    """A dossier that is to be hidden, and beside it one that stays visible and shares a contact with it."""

    account: str
    word: str
    tag: str
    own: str
    shared: str
    beside: str
    note: str
    comment: str
    folder: str
    document: str
    message: str

    @property
    def by_name(self) -> dict[str, str]:
        """Everything that must never be seen, by the names that paths have for it."""
        things = {"account_id": self.account, "contact_id": self.own, "interaction_id": self.note}
        files = {"folder_id": self.folder, "document_id": self.document}
        return things | files | {"comment_id": self.comment, "message_id": self.message}

    @property
    def ids(self) -> set[str]:
        return set(self.by_name.values())


def dossier_of(owner: Member, member: Member) -> Dossier:
    word, tag = name(), name()
    own, shared = owner.contact(family_name=f"{word} {name()}"), owner.contact()
    account = owner.account(own, shared, name=f"Maison {word}", tags=[tag])
    beside = owner.account(shared)
    people = [{"member_id": member.id}]
    note = owner.interaction(account_id=account, subject=f"Contrôle {word}", participants=people)
    folder = owner.folder(account)
    document = owner.upload(folder, called=f"Bilan {word}.txt")
    comment = owner.comment(note)
    owner.until(lambda: len(list(owner.every("/messages", interaction_id=note))) == 2, "messages")
    message = next(owner.every("/messages", interaction_id=note))["id"]
    owner.did(member.after(owner).post(f"/accounts/{account}/opened"))
    member.did(member.post(f"/accounts/{beside}/opened"))
    return Dossier(account, word, tag, own, shared, beside, note, comment, folder, document, message)


def _in_list(path: str, what: str, **query: str) -> Seen:
    """Whether a list has the dossier's `what`; the query's values name fields of the dossier."""

    def seen(dossier: Dossier, member: Member) -> bool:
        given = {key: getattr(dossier, field) for key, field in query.items()}
        return getattr(dossier, what) in member.listed(path, **given)

    return seen


def _found(kind: str, what: str) -> Seen:
    def seen(dossier: Dossier, member: Member) -> bool:
        items = member.read("/search", q=dossier.word, kind=kind)["items"]
        return getattr(dossier, what) in {item["id"] for item in items}

    return seen


def mentions(path: str) -> Seen:
    """Whether an answer about something else has any id or word of the dossier in it."""

    def seen(dossier: Dossier, member: Member) -> bool:
        answer = member.get(path.format(dossier=dossier))
        assert answer.status_code == 200, answer.text
        return any(hidden in answer.text for hidden in {*dossier.ids, dossier.word})

    return seen


def _counts(dossier: Dossier, member: Member) -> bool:
    """Whether the number of accounts of the shared contact gives the dossier away."""
    line = next(item for item in member.every("/contacts") if item["id"] == dossier.shared)
    return bool(line["accounts_count"] != 1)


WAYS_OUT: dict[str, Seen] = {
    "list of accounts": _in_list("/accounts", "account"),
    "list of accounts, by name": _in_list("/accounts", "account", q="word"),
    "list of accounts, by tag": _in_list("/accounts", "account", tag="tag"),
    "list of contacts": _in_list("/contacts", "own"),
    "list of contacts, by name": _in_list("/contacts", "own", q="word"),
    "list of contacts, by tag": _in_list("/contacts", "shared", tag="tag"),
    "count of a contact's accounts": _counts,
    "contact detail": mentions("/contacts/{dossier.shared}"),
    "related accounts": mentions("/accounts/{dossier.beside}"),
    "related accounts in the overview": mentions("/accounts/{dossier.beside}/overview"),
    "recently opened": _in_list("/recents", "account"),
    "firm-wide interactions": _in_list("/interactions", "note"),
    "interactions, by word": _in_list("/interactions", "note", q="word"),
    "search: account": _found("account", "account"),
    "search: contact": _found("contact", "own"),
    "search: interaction": _found("interaction", "note"),
    "search: document": _found("document", "document"),
    "messages": _in_list("/messages", "message"),
}
