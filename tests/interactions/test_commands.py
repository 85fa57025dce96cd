"""Interactions over a real broker, with rights, as the gateway asks for them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.accounts import app as accounts
from services.accounts.contract import CreateAccount, DeleteAccount, SetTeamAccess
from services.contacts.contract import CreateContact, DeleteContact
from services.interactions import app as interactions
from services.interactions.contract import (
    ChangeComment,
    ChangeInteraction,
    Comment,
    DeleteComment,
    DeleteInteraction,
    RecordInteraction,
    RestoreInteraction,
    SetParticipants,
)
from services.interactions.domain import Interaction
from shared.context import Context
from shared.ids import new_id
from tests.running import Answer, System, running

BODY = "<p>Il manque le <b>relevé</b>.</p>"


class Firm:
    """An account with its contact, one member of each standing, and a contact with no account."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.account = self.contact = self.lone = UUID(int=0)
        self.clerk = self.manager = self.stranger = system.owner

    async def open(self) -> "Firm":
        system = self.system
        self.contact = (await system.tell(CreateContact, system.owner, name="Zoé Lefèvre")).id
        self.lone = (await system.tell(CreateContact, system.owner, name="Marc Roy")).id
        given = {"name": "Boulangerie", "type": "business", "contacts": [{"contact_id": self.contact}]}
        self.account = (await system.tell(CreateAccount, system.owner, **given)).id
        self.clerk = await system.member()
        self.manager = await system.member(permissions=["manage-accounts", "view-all-accounts"])
        self.stranger = await system.member()
        level = {"account_id": self.account, "member_id": self.clerk.id, "access": "read"}
        await system.tell(SetTeamAccess, system.owner, **level)
        await system.settled()
        return self

    async def note(self, actor: Context | None = None, **fields: Any) -> Answer:
        given = {"kind": "note", "account_id": self.account, "subject": "Liasse", "body": BODY}
        return await self.system.tell(RecordInteraction, actor or self.clerk, **given | fields)


@pytest.fixture
async def firm(tmp_path: Path) -> AsyncIterator[Firm]:
    async with running(accounts, interactions, tmp_path=tmp_path) as system:
        yield await Firm(system).open()


@pytest.mark.rows("D-06", "D-17", "D-18", "D-26")
async def test_whoever_sees_an_account_or_contact_records_interactions_there(firm: Firm) -> None:
    places: list[dict[str, Any]] = [
        {"account_id": firm.account},
        {"account_id": None, "contact_id": firm.contact},
        {"account_id": firm.account, "contact_id": firm.contact},
    ]
    for kind in ("note", "call", "phone_message", "email"):
        for place in places:
            made = await firm.note(**place, kind=kind)
            assert (made.status, made.headers["Location"]) == (201, f"/api/v1/interactions/{made.id}")
    lone = await firm.note(firm.stranger, account_id=None, contact_id=firm.lone)
    assert lone.status == 201, "a contact of no account is seen by all"


@pytest.mark.rows("D-18")
async def test_who_does_not_see_the_place_finds_nothing(firm: Firm) -> None:
    for place in ({}, {"account_id": None, "contact_id": firm.contact}, {"contact_id": firm.lone}):
        assert (await firm.note(firm.stranger, **place)).code == "not-found"
    assert (await firm.note(account_id=new_id())).code == "not-found"
    assert (await firm.note(contact_id=new_id())).code == "not-found", "both are asked for when both are given"
    assert (await firm.note(Context())).status == 401


@pytest.mark.parametrize(
    ("fields", "code", "pointer"),
    [
        ({"account_id": None}, "account-or-contact-required", "/account_id"),
        ({"kind": "call", "subject": ""}, "subject-required", "/subject"),
        ({"subject": "", "body": "<script>x</script>"}, "text-required", "/body"),
        ({"direction": "incoming"}, "note-without-direction", "/direction"),
        ({"kind": "fax"}, "not-among", "/kind"),
        ({"subject": "a\nBcc: x@y.example"}, "line-break", "/subject"),
        ({"occurred_at": "2026-11-20"}, "not-a-moment", "/occurred_at"),
        ({"occurred_at": "2026-11-20T10:00:00"}, "zone-required", "/occurred_at"),
        ({"occurred_at": "1899-12-31T10:00:00Z"}, "date-out-of-range", "/occurred_at"),
        ({"participants": [{}]}, "member-or-contact", "/participants/0"),
        ({"participants": [{"member_id": str(new_id())}] * 101}, "too-many", "/participants"),
        ({"participants": [{"member_id": str(new_id())}]}, "unknown-participant", "/participants/0"),
        ({"participants": [{"contact_id": str(new_id())}]}, "unknown-participant", "/participants/0"),
    ],
)
async def test_bad_input_is_refused_with_the_field_at_fault(
    firm: Firm, fields: dict[str, Any], code: str, pointer: str
) -> None:
    answer = await firm.note(**fields)
    assert answer.status == 422
    assert (answer.json["errors"][0]["code"], answer.json["errors"][0]["pointer"]) == (code, pointer)


@pytest.mark.rows("U-18", "U-22")
async def test_participants_are_people_that_the_caller_knows(firm: Firm) -> None:
    zoe, clerk = {"contact_id": firm.contact}, {"member_id": firm.clerk.id}
    made = await firm.note(participants=[zoe, clerk])
    assert made.status == 201
    assert (await firm.note(participants=[clerk, clerk])).json["errors"][0]["code"] == "named-twice"
    lone = {"account_id": None, "contact_id": firm.lone}
    unseen = await firm.note(firm.stranger, **lone, participants=[{"contact_id": firm.contact}])
    assert (unseen.code, unseen.json["errors"][0]["pointer"]) == ("unknown-participant", "/participants/0")


@pytest.mark.rows("U-18")
async def test_participants_are_set_as_a_whole_and_those_who_left_may_stay(firm: Firm) -> None:
    made = await firm.note(participants=[{"contact_id": firm.lone}])
    await firm.system.tell(DeleteContact, firm.system.owner, contact_id=firm.lone)
    await firm.system.settled()
    stays = [{"contact_id": firm.lone}, {"member_id": firm.manager.id}]
    set_to = await firm.system.tell(SetParticipants, firm.clerk, interaction_id=made.id, participants=stays)
    assert (set_to.status, set_to.json["version"]) == (200, 2)
    again = await firm.note()
    refused = await firm.system.tell(SetParticipants, firm.clerk, interaction_id=again.id, participants=stays)
    assert refused.code == "unknown-participant"


@pytest.mark.rows("D-21", "D-29")
async def test_its_author_and_who_manages_accounts_change_it(firm: Firm) -> None:
    made = await firm.note()
    changed = await firm.system.tell(ChangeInteraction, firm.clerk, interaction_id=made.id, subject="Bilan")
    assert (changed.status, changed.json["version"]) == (200, 2)
    managed = await firm.system.tell(ChangeInteraction, firm.manager, interaction_id=made.id, body="<p>Reçu.</p>")
    assert managed.status == 200
    other = await firm.note(firm.manager)
    refused = await firm.system.tell(ChangeInteraction, firm.clerk, interaction_id=other.id, subject="Bilan")
    assert (refused.status, refused.code) == (403, "not-allowed")
    hidden = await firm.system.tell(ChangeInteraction, firm.stranger, interaction_id=made.id, subject="Bilan")
    assert hidden.status == 404


async def test_a_direction_of_null_takes_it_away_and_none_leaves_it(firm: Firm) -> None:
    made = await firm.note(kind="call", direction="incoming")
    kept = await firm.system.tell(ChangeInteraction, firm.clerk, interaction_id=made.id, subject="Bilan")
    assert kept.json["version"] == 2
    same = await firm.system.tell(ChangeInteraction, firm.clerk, interaction_id=made.id, direction="incoming")
    assert same.json["version"] == 2
    gone = await firm.system.tell(ChangeInteraction, firm.clerk, interaction_id=made.id, direction=None)
    assert gone.json["version"] == 3


@pytest.mark.rows("D-21")
async def test_a_deleted_interaction_is_gone_until_an_owner_or_admin_brings_it_back(firm: Firm) -> None:
    made = await firm.note()
    assert (await firm.system.tell(DeleteInteraction, firm.clerk, interaction_id=made.id)).status == 200
    for ask, fields in ((DeleteInteraction, {}), (Comment, {"body": "<p>Vu.</p>"})):
        assert (await firm.system.tell(ask, firm.clerk, interaction_id=made.id, **fields)).status == 404
    assert (await firm.system.tell(RestoreInteraction, firm.clerk, interaction_id=made.id)).status == 404
    assert (await firm.system.tell(RestoreInteraction, firm.system.owner, interaction_id=made.id)).status == 200
    assert (await firm.system.tell(Comment, firm.clerk, interaction_id=made.id, body="<p>Vu.</p>")).status == 201


async def test_what_stands_on_a_deleted_account_is_gone_with_it(firm: Firm) -> None:
    made = await firm.note()
    await firm.system.tell(DeleteAccount, firm.system.owner, account_id=firm.account)
    await firm.system.settled()
    for actor in (firm.clerk, firm.system.owner):
        assert (await firm.system.tell(Comment, actor, interaction_id=made.id, body="<p>Vu.</p>")).status == 404


@pytest.mark.rows("U-48")
async def test_a_comment_has_an_id_and_an_address_of_its_own(firm: Firm) -> None:
    made = await firm.note()
    comment = await firm.system.tell(Comment, firm.manager, interaction_id=made.id, body="<p>Vu.</p>")
    assert (comment.status, comment.json["version"]) == (201, 2)
    assert comment.id != made.id
    assert comment.headers["Location"] == f"/api/v1/interactions/{made.id}/comments/{comment.id}"


async def test_a_comment_sent_twice_under_one_key_is_one_comment_with_one_answer(firm: Firm) -> None:
    made = await firm.note()
    actor = firm.clerk.evolve(idempotency_key="k", position="")
    first = await firm.system.tell(Comment, actor, interaction_id=made.id, body="<p>Vu.</p>")
    again = await firm.system.tell(Comment, actor, interaction_id=made.id, body="<p>Vu.</p>")
    assert (again.json, again.headers) == (first.json, first.headers)
    other = await firm.system.tell(Comment, firm.clerk, interaction_id=made.id, body="<p>Lu.</p>")
    assert other.json["version"] == 3


@pytest.mark.rows("U-48")
async def test_a_comment_is_changed_and_deleted_by_its_author_or_who_manages_accounts(firm: Firm) -> None:
    made = await firm.note(firm.manager)
    mine = await firm.system.tell(Comment, firm.clerk, interaction_id=made.id, body="<p>Vu.</p>")
    theirs = await firm.system.tell(Comment, firm.manager, interaction_id=made.id, body="<p>Merci.</p>")
    at = {"interaction_id": made.id}
    lu = {"body": "<p>Lu.</p>"}
    assert (await firm.system.tell(ChangeComment, firm.clerk, **at, comment_id=mine.id, **lu)).status == 200
    assert (await firm.system.tell(ChangeComment, firm.manager, **at, comment_id=mine.id, **lu)).status == 200
    assert (await firm.system.tell(ChangeComment, firm.clerk, **at, comment_id=theirs.id, **lu)).status == 403
    assert (await firm.system.tell(DeleteComment, firm.clerk, **at, comment_id=theirs.id)).status == 403
    assert (await firm.system.tell(DeleteComment, firm.stranger, **at, comment_id=mine.id)).status == 404
    assert (await firm.system.tell(DeleteComment, firm.clerk, **at, comment_id=mine.id)).status == 200
    assert (await firm.system.tell(DeleteComment, firm.clerk, **at, comment_id=mine.id)).status == 404


@pytest.mark.rows("U-20")
async def test_what_is_kept_is_sanitised(firm: Firm) -> None:
    made = await firm.note(body='<p onclick="x">Vu</p><script>alert(1)</script><a href="javascript:x">ici</a>')
    store = firm.system.services["interactions"].store
    kept = (await store.peek(Interaction, made.id)).content.body
    assert kept == '<p>Vu</p><a rel="noopener noreferrer">ici</a>'


async def test_what_people_write_is_nowhere_in_clear(firm: Firm) -> None:
    made = await firm.note(subject="Canari", body="<p>Secret.</p>")
    await firm.system.tell(Comment, firm.clerk, interaction_id=made.id, body="<p>Mystère.</p>")
    await firm.system.tell(ChangeInteraction, firm.clerk, interaction_id=made.id, subject="Serin")
    stored = await firm.system.services["interactions"].store.notifications(0, 100)
    for word in ("Canari", "Secret", "Myst", "Serin"):
        assert not any(word.encode() in event.state for event in stored)


async def test_a_version_that_does_not_match_changes_nothing(firm: Firm) -> None:
    made = await firm.note()
    stale = await firm.system.tell(
        ChangeInteraction, firm.clerk.evolve(if_match=7), interaction_id=made.id, subject="Bilan"
    )
    assert (stale.status, stale.code) == (412, "changed-meanwhile")
