"""Who is e-mailed about what, over a real broker and a real SMTP server (ruling 10, acceptance example 6)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.accounts.contract import DeleteAccount
from services.contacts.contract import SetContactActive
from services.firm.contract.messages.members import SetMemberActive
from services.interactions.contract import DeleteComment, DeleteInteraction, SetParticipants
from shared.keys import KeyDatabase
from tests.notifications.office import TOM, ZOE, Office, office
from tests.waiting import eventually

CLERK, ANN = "clerk@cabinet.example", "ann@cabinet.example"


@pytest.fixture
async def firm(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as opened:
        yield opened


@pytest.mark.rows("U-18", "U-19", "U-48")
async def test_a_participant_gets_one_email_for_the_action_and_one_for_each_comment(firm: Office) -> None:
    id = await firm.note(firm.clerk, firm.colleague, firm.zoe)
    await firm.comment(firm.clerk, id)
    await firm.comment(firm.owner, id)
    await firm.told(id, 6)
    await firm.quiet()
    assert [len(firm.sink.to(address)) for address in (ANN, ZOE, CLERK)] == [3, 3, 0]


@pytest.mark.rows("U-18", "U-19")
async def test_nobody_is_told_what_they_did_or_said_themselves(firm: Office) -> None:
    id = await firm.note(firm.clerk, firm.clerk, firm.colleague)
    await firm.told(id, 1)
    await firm.comment(firm.colleague, id)
    await firm.told(id, 2)
    await firm.comment(firm.clerk, id)
    await firm.told(id, 3)
    await firm.quiet()
    assert [len(firm.sink.to(address)) for address in (CLERK, ANN)] == [1, 2]


async def test_nobody_takes_part_by_replying_or_by_being_linked(firm: Office) -> None:
    id = await firm.note(firm.clerk, firm.colleague)
    await firm.comment(firm.owner, id)
    await firm.comment(firm.clerk, id)
    await firm.told(id, 3)
    await firm.quiet()
    assert set(firm.sink.recipients) == {ANN, TOM}, "Tom is the sentinel's participant"


@pytest.mark.rows("U-18")
async def test_who_joins_later_is_told_of_the_action_once_and_of_later_comments(firm: Office) -> None:
    id = await firm.note(firm.clerk, firm.colleague)
    await firm.comment(firm.clerk, id)
    await firm.told(id, 2)
    both = [{"member_id": firm.colleague.id}, {"contact_id": firm.zoe}]
    for participants in (both, both[:1], both):
        told = await firm.system.tell(SetParticipants, firm.clerk, interaction_id=id, participants=participants)
        assert told.status == 200
    await firm.comment(firm.clerk, id)
    await firm.told(id, 5)
    await firm.quiet()
    assert len(firm.sink.to(ZOE)) == 2


@pytest.mark.rows("U-18", "U-19")
async def test_who_lost_access_in_between_gets_nothing_more(firm: Office) -> None:
    id = await firm.note(firm.clerk, firm.colleague)
    await firm.told(id, 1)
    await firm.away()
    await firm.comment(firm.clerk, id)
    await firm.set_level(firm.colleague, "none")
    await firm.back()
    messages = await firm.told(id, 2, sent=1, withheld=1)
    assert messages[0]["withheld"] == "no-access"
    assert len(firm.sink.to(ANN)) == 1


async def test_who_never_had_access_gets_nothing(firm: Office) -> None:
    stranger = await firm.member("Eve", "eve@cabinet.example", "fr", level=None)
    id = await firm.note(firm.clerk, stranger)
    assert (await firm.told(id, 1, withheld=1))[0]["withheld"] == "no-access"
    assert firm.sink.taken == []


async def test_what_was_deleted_meanwhile_is_not_told(firm: Office) -> None:
    await firm.away()
    deleted = await firm.note(firm.clerk, firm.colleague, firm.zoe)
    await firm.system.tell(DeleteInteraction, firm.clerk, interaction_id=deleted)
    kept = await firm.note(firm.clerk, firm.colleague)
    comment = await firm.comment(firm.clerk, kept)
    await firm.system.tell(DeleteComment, firm.clerk, interaction_id=kept, comment_id=comment)
    await firm.back()
    withheld = await firm.told(deleted, 2, withheld=2)
    assert {message["withheld"] for message in withheld} == {"deleted"}
    latest, _ = await firm.told(kept, 2, sent=1, withheld=1)
    assert (latest["withheld"], latest["comment_id"]) == ("deleted", str(comment))


async def test_contacts_are_told_nothing_of_a_deleted_account(firm: Office) -> None:
    await firm.away()
    id = await firm.note(firm.clerk, firm.zoe)
    await firm.system.tell(DeleteAccount, firm.owner, account_id=firm.account)
    await firm.back()
    await firm.system.settled()
    store = firm.system.services["notifications"].store

    async def withheld() -> bool:
        return "notifications.message.withheld" in [event.topic for event in await store.notifications(0, 100)]

    await eventually(withheld)
    assert firm.sink.taken == []
    assert await firm.messages(interaction_id=id) == [], "nobody sees what belongs to a deleted account"


async def test_who_has_left_or_takes_part_no_longer_or_has_no_address_gets_nothing(firm: Office) -> None:
    silent = await firm.contact(name="Sans Adresse")
    await firm.away()
    id = await firm.note(firm.clerk, firm.colleague, firm.zoe, firm.tom, silent)
    await firm.system.tell(SetMemberActive, firm.owner, member_id=firm.colleague.id, active=False)
    await firm.system.tell(SetContactActive, firm.owner, contact_id=firm.zoe, active=False)
    stay = [{"member_id": firm.colleague.id}, {"contact_id": firm.zoe}, {"contact_id": silent}]
    await firm.system.tell(SetParticipants, firm.clerk, interaction_id=id, participants=stay)
    await firm.back()
    messages = await firm.told(id, 4, withheld=4)
    reasons = {message["recipient"]["id"]: message["withheld"] for message in messages}
    assert reasons == {
        str(firm.colleague.id): "inactive",
        str(firm.zoe): "inactive",
        str(firm.tom): "not-participant",
        str(silent): "no-address",
    }
    assert firm.sink.taken == []


async def test_an_interaction_with_a_contact_alone_is_told_to_who_sees_the_contact(firm: Office) -> None:
    stranger = await firm.member("Eve", "eve@cabinet.example", "fr", level=None)
    id = await firm.note(firm.owner, firm.clerk, stranger, account_id=None, contact_id=firm.zoe)
    messages = await firm.told(id, 2, sent=1, withheld=1)
    states = {message["recipient"]["id"]: message["state"] for message in messages}
    assert states == {str(firm.clerk.id): "sent", str(stranger.id): "withheld"}
    assert [len(await firm.messages(actor, interaction_id=id)) for actor in (firm.clerk, stranger)] == [2, 0]


async def test_messages_are_seen_by_who_sees_the_account(firm: Office) -> None:
    stranger = await firm.member("Eve", "eve@cabinet.example", "fr", level=None)
    id = await firm.note(firm.clerk, firm.zoe)
    [message] = await firm.told(id, 1)
    assert [len(await firm.messages(actor)) for actor in (firm.owner, firm.clerk, stranger)] == [1, 1, 0]
    assert (message["recipient"]["name"], message["reason"]) == ("Zoé Lefèvre", "participant")


async def test_an_erased_person_is_told_nothing_and_holds_up_nobody(firm: Office) -> None:
    database = firm.system.services["contacts"].keys._source
    assert isinstance(database, KeyDatabase)
    await database.destroy(str(firm.zoe), "2026-11-23T09:30:00Z")
    firm.system.services["notifications"].keys.forget(str(firm.zoe))
    id = await firm.note(firm.clerk, firm.zoe, firm.colleague)
    await firm.told(id, 1)
    await firm.quiet()
    assert ZOE not in firm.sink.recipients
