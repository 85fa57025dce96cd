"""Acceptance example 3: a collaborator at "none" finds a dossier on no way out of ruling 4, and gets 404, never 403."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.client import refused
from tests.e2e.live import Change
from tests.e2e.system import Firm, Member, name
from tests.e2e.trees import shown
from tests.e2e.ways_out import WAYS_OUT, Dossier, dossier_of, mentions


@pytest.mark.rows("M-13", "T-03", "T-34", "A-04", "D-30")
def test_3_who_is_at_none_finds_a_dossier_on_no_way_out(firm: Firm, owner: Member) -> None:
    member = firm.member("employee", "view-all-accounts")
    dossier = dossier_of(owner, member)
    blind = [way for way, seen in WAYS_OUT.items() if not seen(dossier, member)]
    assert not blind, "what hides nothing proves nothing"
    assert mentions("/accounts/{dossier.account}/activity")(dossier, member)
    owner.team(dossier.account, member, "none")
    leaks = [way for way, seen in WAYS_OUT.items() if seen(dossier, member)]
    assert not leaks
    for way in ("activity", "audit"):
        assert not mentions(f"/accounts/{{dossier.beside}}/{way}")(dossier, member)
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
    dossier = dossier_of(owner, member)
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
    dossier = dossier_of(owner, member)
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
