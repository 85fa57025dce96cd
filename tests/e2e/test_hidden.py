"""Acceptance example 3: a collaborator at "none" finds a dossier on no way out of ruling 4, and gets 404, never 403."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.client import refused
from tests.e2e.live import Change
from tests.e2e.system import Firm, Member, name
from tests.e2e.trees import shown

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
    def ids(self) -> set[str]:
        """Everything that must never be seen."""
        return {self.account, self.own, self.note, self.comment, self.folder, self.document, self.message}


def _made(owner: Member, member: Member) -> Dossier:
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


def _mentions(path: str) -> Seen:
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
    "contact detail": _mentions("/contacts/{dossier.shared}"),
    "related accounts": _mentions("/accounts/{dossier.beside}"),
    "related accounts in the overview": _mentions("/accounts/{dossier.beside}/overview"),
    "recently opened": _in_list("/recents", "account"),
    "firm-wide interactions": _in_list("/interactions", "note"),
    "interactions, by word": _in_list("/interactions", "note", q="word"),
    "search: account": _found("account", "account"),
    "search: contact": _found("contact", "own"),
    "search: interaction": _found("interaction", "note"),
    "search: document": _found("document", "document"),
    "messages": _in_list("/messages", "message"),
}


@pytest.mark.rows("M-13", "T-03", "T-34", "A-04", "D-30")
def test_3_who_is_at_none_finds_a_dossier_on_no_way_out(firm: Firm, owner: Member) -> None:
    member = firm.member("employee", "view-all-accounts")
    dossier = _made(owner, member)
    blind = [way for way, seen in WAYS_OUT.items() if not seen(dossier, member)]
    assert not blind, "what hides nothing proves nothing"
    assert _mentions("/accounts/{dossier.account}/activity")(dossier, member)
    owner.team(dossier.account, member, "none")
    leaks = [way for way, seen in WAYS_OUT.items() if seen(dossier, member)]
    assert not leaks
    for way in ("activity", "audit"):
        assert not _mentions(f"/accounts/{{dossier.beside}}/{way}")(dossier, member)
    refused(member.get("/audit"), 403, "not-allowed")
    assert dossier.beside in member.listed("/accounts"), "what is beside stays as it was"


def _about(dossier: Dossier) -> list[tuple[str, str, Any]]:
    """Every operation on the hidden dossier and on what stands in it."""
    account, note, folder = (
        f"/accounts/{dossier.account}",
        f"/interactions/{dossier.note}",
        f"/folders/{dossier.folder}",
    )
    document, comment = f"/documents/{dossier.document}", f"{note}/comments/{dossier.comment}"
    reads = [account, *(f"{account}/{part}" for part in ("overview", "activity", "audit", "folders", "documents"))]
    reads += [note, f"{folder}/documents", document, f"{document}/content", f"/messages/{dossier.message}"]
    writes: list[tuple[str, str, Any]] = [
        ("PUT", account, {"name": "X"}),
        ("DELETE", account, None),
        ("PUT", f"{account}/tags", {"tags": []}),
        ("POST", f"{account}/opened", {}),
        ("POST", f"{account}/contacts", {"contact_id": dossier.shared}),
        ("DELETE", f"{account}/contacts/{dossier.shared}", None),
        ("PUT", f"{account}/team/{dossier.shared}", {"access": "full"}),
        ("POST", f"{account}/folders", {"name": "X"}),
        ("PUT", f"{folder}/name", {"name": "X"}),
        ("DELETE", folder, None),
        ("PUT", f"{folder}/rights", {"subject": {"contact_id": dossier.shared}, "right": "full"}),
        ("POST", f"{folder}/rights/cascade", {}),
        ("PUT", f"{document}/name", {"name": "X"}),
        ("DELETE", document, None),
        ("PUT", note, {"subject": "X"}),
        ("DELETE", note, None),
        ("POST", f"{note}/comments", {"body": "X"}),
        ("DELETE", comment, None),
    ]
    return [("GET", path, None) for path in reads] + writes


def _same(hidden: httpx.Response, unknown: httpx.Response) -> None:
    """Nothing tells a hidden thing from one that does not exist: neither body nor header."""
    refused(hidden, 404, "not-found")
    assert hidden.content == unknown.content
    own = {"x-request-id", "date", "dossier-position"}
    told = [{name: value for name, value in answer.headers.items() if name not in own} for answer in (hidden, unknown)]
    assert told[0] == told[1]


@pytest.mark.rows("M-13")
def test_3_a_hidden_dossier_answers_as_one_that_does_not_exist(firm: Firm, owner: Member) -> None:
    member = firm.member("employee", "view-all-accounts", "manage-accounts")
    dossier = _made(owner, member)
    owner.team(dossier.account, member, "none")
    for method, path, body in _about(dossier):
        unknown = path
        for id in dossier.ids:
            unknown = unknown.replace(id, str(uuid4()))
        given = {} if body is None else {"json": body}
        _same(member.request(method, path, **given), member.request(method, unknown, **given))
    upload = {"files": {"file": ("x.txt", b"x")}}
    answers = [member.request("POST", f"/folders/{id}/documents", **upload) for id in (dossier.folder, str(uuid4()))]
    _same(*answers)
    filters = {"/interactions": {"account_id": dossier.account}, "/contacts": {"account_id": dossier.account}}
    for path, query in filters.items():
        _same(member.get(path, **query), member.get(path, account_id=str(uuid4())))
    about = [{"kind": "note", "subject": "X", "account_id": id} for id in (dossier.account, str(uuid4()))]
    _same(*(member.post("/interactions", body) for body in about))


@pytest.mark.rows("X-11", "U-18", "M-13")
def test_3_neither_live_updates_nor_e_mails_tell_of_a_hidden_dossier(firm: Firm, owner: Member) -> None:
    member = firm.member("employee", "view-all-accounts")
    dossier = _made(owner, member)
    owner.until(lambda: len(firm.mails(member.email)) == 2, "the e-mails from before")
    owner.team(dossier.account, member, "none")
    member.read("/recents")  # the door's own copy of the rights has caught up too

    def is_sentinel(change: Change) -> bool:
        return bool(change.get("account_id") == dossier.beside)

    with member.live() as live:
        owner.comment(dossier.note)
        owner.did(owner.put(f"/accounts/{dossier.account}/name", {"name": name()}))
        owner.upload(dossier.folder)
        shown(owner, dossier.account)  # waits until all of it was told to whom it may concern
        owner.interaction(account_id=dossier.beside)
        heard = live.until(is_sentinel)
    assert not [change for change in heard if any(id in str(change) for id in dossier.ids)]

    def kept_back() -> bool:
        messages = owner.every("/messages", interaction_id=dossier.note)
        return "no-access" in {message["withheld"] for message in messages}

    owner.until(kept_back, "the comment's e-mail kept back")
    assert len(firm.mails(member.email)) == 2
