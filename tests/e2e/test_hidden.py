"""Acceptance example 3: a collaborator at "none" finds a dossier on no way out of ruling 4, and gets 404, never 403."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.client import refused
from tests.e2e.live import Change
from tests.e2e.operations import Operation, bodies, operations
from tests.e2e.system import Firm, Member, name
from tests.e2e.trees import shown
from tests.e2e.ways_out import WAYS_OUT, dossier_of, mentions


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


LEADERS_ONLY = {"deleteContact", "retryMessage"}
"""Of these an employee is told that they may not, whether or not there is such a thing."""


def _given(operation: Operation, bodies: dict[str, Any]) -> dict[str, Any]:
    """A body that is right."""
    if not operation.command:
        return {}
    return {"json": bodies.get(operation.id, {})} if operation.reads_json else {"files": {"file": ("x.txt", b"x")}}


def _same(answers: Iterable[httpx.Response], status: int = 404, why: str = "not-found") -> None:
    """Nothing tells a hidden thing from one that does not exist: neither body nor header."""
    hidden, unknown = answers
    refused(hidden, status, why)
    assert hidden.content == unknown.content
    own = {"x-request-id", "date", "dossier-position"}
    told = [{name: value for name, value in answer.headers.items() if name not in own} for answer in (hidden, unknown)]
    assert told[0] == told[1]


@pytest.mark.rows("M-13")
def test_3_a_hidden_dossier_answers_as_one_that_does_not_exist(firm: Firm, owner: Member) -> None:
    member = firm.member("employee", "view-all-accounts", "manage-accounts")
    dossier = dossier_of(owner, member)
    owner.team(dossier.account, member, "none")
    hidden = dossier.by_name
    right = bodies(dossier.shared, member.id, dossier.folder)
    asked = [found for found in operations(member) if hidden.keys() & set(found.ids)]
    assert len(asked) > 40
    for operation in asked:
        ids = {name: str(uuid4()) for name in operation.ids if name in hidden}
        rest = {name: member.id for name in operation.ids if name not in hidden}
        answers = [
            member.request(operation.method, operation.path.format(**rest | what), **_given(operation, right))
            for what in (hidden, ids)
        ]
        _same(answers, *((403, "not-allowed") if operation.id in LEADERS_ONLY else ()))
    filters = {"/interactions": {"account_id": dossier.account}, "/contacts": {"account_id": dossier.account}}
    for path, query in filters.items():
        _same((member.get(path, **query), member.get(path, account_id=str(uuid4()))))
    about = [{"kind": "note", "subject": "X", "account_id": id} for id in (dossier.account, str(uuid4()))]
    _same(member.post("/interactions", body) for body in about)


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
