"""Changing accounts over a real broker: links, details, team, end and return."""

import asyncio
from typing import Any

import pytest

from services.accounts.contract import (
    ChangeAccount,
    ClearTeamAccess,
    DeleteAccount,
    DescribeLink,
    LinkContact,
    RenameAccount,
    RestoreAccount,
    SetAccountTags,
    SetTeamAccess,
    UnlinkContact,
)
from services.contacts.contract import ChangeContact, DeleteContact
from services.contacts.domain import Contact
from services.firm.contract.messages import SetMemberActive
from shared.context import Context
from shared.ids import new_id
from shared.messages import Command
from tests.accounts.stored import Make, kept
from tests.running import System

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.rows("D-04", "T-38", "T-41", "T-52")
async def test_contacts_are_linked_described_and_unlinked(system: System, account: Make, contact: Make) -> None:
    zoe, leo = await contact(), await contact()
    id = await account(zoe)
    linked = await system.tell(LinkContact, system.owner, account_id=id, contact_id=leo, description="Conjoint")
    assert (linked.status, linked.json["version"]) == (200, 2)
    twice = await system.tell(LinkContact, system.owner, account_id=id, contact_id=leo)
    assert (twice.status, twice.code) == (409, "already-linked")
    assert [error["pointer"] for error in twice.json["errors"]] == ["/contact_id"]
    described = {"account_id": id, "contact_id": leo, "description": "DAF"}
    assert (await system.tell(DescribeLink, system.owner, **described)).status == 200
    assert (await system.tell(DescribeLink, system.owner, **described)).json["version"] == 3
    assert (await kept(system, id)).links == {zoe: "", leo: "DAF"}
    assert (await system.tell(UnlinkContact, system.owner, account_id=id, contact_id=zoe)).status == 200
    assert (await system.tell(UnlinkContact, system.owner, account_id=id, contact_id=zoe)).code == "not-found"
    assert (await system.tell(DescribeLink, system.owner, **described | {"contact_id": zoe})).code == "not-found"
    assert (await kept(system, id)).links == {leo: "DAF"}


@pytest.mark.rows("T-41")
async def test_one_contact_is_described_differently_by_each_account(
    system: System, account: Make, contact: Make
) -> None:
    zoe = await contact()
    bakery, family = await account(zoe), await account(zoe)
    for id, description in ((bakery, "Gérante"), (family, "Contact principal")):
        answer = await system.tell(DescribeLink, system.owner, account_id=id, contact_id=zoe, description=description)
        assert answer.status == 200
    assert (await kept(system, bakery)).links == {zoe: "Gérante"}
    assert (await kept(system, family)).links == {zoe: "Contact principal"}


@pytest.mark.rows("T-52")
async def test_unlinking_the_last_contact_is_refused_and_the_refusal_says_why(
    system: System, account: Make, contact: Make
) -> None:
    zoe = await contact()
    id = await account(zoe)
    answer = await system.tell(UnlinkContact, system.owner.evolve(language="fr"), account_id=id, contact_id=zoe)
    assert (answer.status, answer.code) == (409, "last-contact")
    assert answer.json["detail"].startswith("C'est le dernier contact de ce compte")
    assert (await kept(system, id)).links == {zoe: ""}


@pytest.mark.rows("T-23", "T-52")
async def test_of_two_who_unlink_the_last_two_contacts_at_once_exactly_one_succeeds(
    system: System, account: Make, contact: Make
) -> None:
    for _ in range(10):
        zoe, leo = await contact(), await contact()
        id = await account(zoe, leo)
        both = [system.tell(UnlinkContact, system.owner, account_id=id, contact_id=who) for who in (zoe, leo)]
        answers = await asyncio.gather(*both)
        assert sorted(answer.status for answer in answers) == [200, 409]
        assert [answer.code for answer in answers if answer.status == 409] == ["last-contact"]
        assert len((await kept(system, id)).links) == 1


@pytest.mark.rows("T-23", "T-52")
async def test_in_a_crowd_that_unlinks_everybody_one_contact_remains(
    system: System, account: Make, contact: Make
) -> None:
    everybody = [await contact() for _ in range(4)]
    id = await account(*everybody)
    left = set(everybody)
    while len(left) > 1:
        asked = [(who, system.tell(UnlinkContact, system.owner, account_id=id, contact_id=who)) for who in left]
        answers = await asyncio.gather(*(ask for _, ask in asked))
        for (who, _), answer in zip(asked, answers, strict=True):
            assert answer.code in (None, "last-contact", "conflict")
            left -= {who} if answer.status == 200 else set()
    assert set((await kept(system, id)).links) == left
    assert len(left) == 1


async def test_a_contact_that_the_caller_does_not_see_is_not_linked(
    system: System, account: Make, contact: Make
) -> None:
    clerk = await system.member("employee", ["manage-accounts"])
    own = await account(team={str(clerk.id): "read"})
    hidden, gone = await contact(), await contact()
    await account(hidden)
    await system.tell(DeleteContact, system.owner, contact_id=gone)
    for unseen in (hidden, gone, new_id()):
        answer = await system.tell(LinkContact, clerk, account_id=own, contact_id=unseen)
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (404, "/contact_id")
    assert (await kept(system, own)).version == 1


@pytest.mark.rows("M-21", "T-26", "T-53", "T-58")
async def test_an_account_is_renamed(system: System, account: Make) -> None:
    id = await account(name=None)
    assert (await kept(system, id)).generated
    assert (await system.tell(RenameAccount, system.owner, account_id=id, name=" Chez  Zoé ")).status == 200
    renamed = await kept(system, id)
    assert (renamed.name, renamed.generated) == ("Chez  Zoé", False)
    again = await system.tell(RenameAccount, system.owner, account_id=id, name="Chez  Zoé")
    assert (again.status, again.json["version"]) == (200, 2)


@pytest.mark.rows("D-04", "M-21", "T-28", "T-56", "T-58")
async def test_what_is_given_is_changed_and_the_rest_stays(system: System, account: Make) -> None:
    id = await account()
    changes = {"type": "other", "address": {"city": "Liège", "country": "BE"}}
    assert (await system.tell(ChangeAccount, system.owner, account_id=id, **changes)).status == 200
    changed = await kept(system, id)
    assert (changed.name, changed.type) == ("Boulangerie Lefèvre", "other")
    assert changed.address
    assert (changed.address["city"], changed.address["country"]) == ("Liège", "BE")
    assert (await system.tell(ChangeAccount, system.owner, account_id=id, name="A")).status == 200
    assert (await kept(system, id)).address == changed.address
    assert (await system.tell(ChangeAccount, system.owner, account_id=id, address=None)).status == 200
    assert (await kept(system, id)).address is None


@pytest.mark.rows("T-30", "T-58")
async def test_tags_are_trimmed_and_kept_once_whatever_their_accents_and_capitals(
    system: System, account: Make
) -> None:
    id = await account()
    tags = ["TVA", " Clôture ", "cloture", "tva", "Œuvres", "oeuvres"]
    assert (await system.tell(SetAccountTags, system.owner, account_id=id, tags=tags)).status == 200
    assert (await kept(system, id)).tags == ["Clôture", "Œuvres", "TVA"]
    reordered = await system.tell(SetAccountTags, system.owner, account_id=id, tags=["TVA", "Œuvres", "Clôture"])
    assert reordered.json["version"] == 2
    assert (await system.tell(SetAccountTags, system.owner, account_id=id, tags=[])).status == 200
    assert (await kept(system, id)).tags == []


@pytest.mark.rows("M-12", "M-13", "T-31")
async def test_a_members_level_decides_what_the_account_is_to_them(
    system: System, account: Make, manager: Context
) -> None:
    id = await account()
    rename = {"account_id": id, "name": "Renamed"}
    team: dict[str, Any] = {"account_id": id, "member_id": manager.id}
    assert (await system.tell(RenameAccount, manager, **rename)).code == "not-found"
    for access, status in (("read", 200), ("full", 200), ("none", 404)):
        assert (await system.tell(SetTeamAccess, system.owner, **team, access=access)).status == 200
        assert (await system.tell(RenameAccount, manager, **rename)).status == status
    assert (await system.tell(ClearTeamAccess, system.owner, **team)).status == 200
    assert (await kept(system, id)).team == {}
    again = await system.tell(ClearTeamAccess, system.owner, **team)
    assert (again.status, again.json["version"]) == (200, (await kept(system, id)).version)


@pytest.mark.rows("M-13")
async def test_an_explicit_none_hides_an_account_from_who_may_view_all(system: System, account: Make) -> None:
    viewer = await system.member("employee", ["view-all-accounts", "manage-accounts"])
    id = await account()
    assert (await system.tell(SetAccountTags, viewer, account_id=id, tags=["A"])).status == 200
    hide = {"account_id": id, "member_id": viewer.id, "access": "none"}
    assert (await system.tell(SetTeamAccess, system.owner, **hide)).status == 200
    hidden = await system.tell(SetAccountTags, viewer, account_id=id, tags=[])
    unknown = await system.tell(SetAccountTags, viewer, account_id=new_id(), tags=[])
    assert (hidden.status, hidden.json) == (404, unknown.json)


async def test_a_level_that_was_just_set_holds_without_any_position(
    system: System, account: Make, contact: Make
) -> None:
    clerk = await system.member("employee", ["manage-accounts", "manage-contacts"])
    zoe = await contact()
    await system.settled()
    unhurried = clerk.evolve(position="accounts=0")
    id = await account(zoe, by=unhurried)
    assert (await system.tell(RenameAccount, unhurried, account_id=id, name="Mine")).status == 200
    hide = {"account_id": id, "member_id": clerk.id, "access": "none"}
    assert (await system.tell(SetTeamAccess, system.owner, **hide)).status == 200
    assert (await system.tell(RenameAccount, unhurried, account_id=id, name="Still mine")).status == 404


async def test_a_member_who_does_not_exist_has_no_level_and_one_who_is_away_may(system: System, account: Make) -> None:
    id, away = await account(), await system.member("employee")
    stranger = {"account_id": id, "member_id": new_id()}
    assert (await system.tell(SetTeamAccess, system.owner, **stranger, access="read")).code == "not-found"
    assert (await system.tell(ClearTeamAccess, system.owner, **stranger)).code == "not-found"
    assert (await system.tell(SetMemberActive, system.owner, member_id=away.id, active=False)).status == 200
    known = {"account_id": id, "member_id": away.id}
    assert (await system.tell(SetTeamAccess, system.owner, **known, access="read")).status == 200
    wrong = await system.tell(SetTeamAccess, system.owner, **known, access="write")
    assert [(error["pointer"], error["code"]) for error in wrong.json["errors"]] == [("/access", "not-among")]


CHANGES: list[tuple[type[Command], dict[str, Any]]] = [
    (RenameAccount, {"name": "X"}),
    (ChangeAccount, {"type": "other"}),
    (SetAccountTags, {"tags": ["X"]}),
    (LinkContact, {"contact_id": new_id()}),
    (UnlinkContact, {"contact_id": new_id()}),
    (DescribeLink, {"contact_id": new_id(), "description": "X"}),
    (SetTeamAccess, {"member_id": new_id(), "access": "read"}),
    (ClearTeamAccess, {"member_id": new_id()}),
    (DeleteAccount, {}),
]


@pytest.mark.rows("T-57")
@pytest.mark.parametrize(("command", "fields"), CHANGES, ids=[command.__name__ for command, _ in CHANGES])
async def test_who_sees_an_account_without_managing_accounts_changes_nothing(
    system: System, account: Make, novice: Context, command: type[Command], fields: dict[str, Any]
) -> None:
    id = await account(team={str(novice.id): "full"})
    hidden = await account()
    seen = await system.tell(command, novice, account_id=id, **fields)
    assert (seen.status, seen.code) == (403, "not-allowed")
    unseen = await system.tell(command, novice, account_id=hidden, **fields)
    unknown = await system.tell(command, novice, account_id=new_id(), **fields)
    assert (unseen.status, unseen.json) == (404, unknown.json)
    assert (await system.tell(command, Context(), account_id=id, **fields)).code == "sign-in-required"
    assert (await kept(system, id)).version == (await kept(system, hidden)).version == 1


@pytest.mark.rows("D-04", "M-26", "M-27")
async def test_a_deleted_account_is_gone_and_its_contacts_stay(
    system: System, account: Make, contact: Make, manager: Context
) -> None:
    zoe = await contact()
    id = await account(zoe, team={str(manager.id): "read"})
    assert (await system.tell(DeleteAccount, manager, account_id=id)).status == 200
    for command, fields in CHANGES:
        assert (await system.tell(command, system.owner, account_id=id, **fields)).code == "not-found", command
    assert not (await system.services["contacts"].store.peek(Contact, zoe)).deleted
    assert (await system.tell(ChangeContact, system.owner, contact_id=zoe, given_name="Zoë")).status == 200


@pytest.mark.rows("M-26", "T-57")
async def test_who_could_manage_a_deleted_account_brings_it_back(
    system: System, account: Make, contact: Make, manager: Context
) -> None:
    zoe, admin = await contact(), await system.member("admin")
    reader, stranger = await system.member("employee", []), await system.member("employee", ["manage-accounts"])
    id = await account(zoe, team={str(manager.id): "full", str(reader.id): "full"})
    assert (await system.tell(RestoreAccount, admin, account_id=id)).code == "not-found"
    for restorer in (admin, manager):
        await system.tell(DeleteAccount, admin, account_id=id)
        assert (await system.tell(RestoreAccount, reader, account_id=id)).code == "not-found"
        assert (await system.tell(RestoreAccount, stranger, account_id=id)).code == "not-found"
        assert (await system.tell(RestoreAccount, restorer, account_id=id)).status == 200
    restored = await kept(system, id)
    team = {str(manager.id): "full", str(reader.id): "full"}
    assert (restored.links, restored.team, restored.deleted) == ({zoe: ""}, team, False)
    assert (await system.tell(RenameAccount, manager, account_id=id, name="Back")).status == 200
    assert (await system.tell(RestoreAccount, admin, account_id=new_id())).code == "not-found"


async def test_a_change_of_another_version_than_the_latest_is_refused(system: System, account: Make) -> None:
    id = await account()
    first = await system.tell(RenameAccount, system.owner.evolve(if_match=1), account_id=id, name="A")
    assert (first.status, first.headers["ETag"]) == (200, '"2"')
    late = await system.tell(RenameAccount, system.owner.evolve(if_match=1), account_id=id, name="B")
    assert (late.status, late.code) == (412, "changed-meanwhile")
    assert (await kept(system, id)).name == "A"


async def test_one_key_for_the_same_change_has_one_effect(system: System, account: Make, contact: Make) -> None:
    id, leo = await account(), await contact()
    actor = system.owner.evolve(idempotency_key="link-leo")
    link = {"account_id": id, "contact_id": leo}
    answers = [await system.tell(LinkContact, actor, **link) for _ in range(3)]
    assert [(answer.status, answer.json) for answer in answers] == [(200, answers[0].json)] * 3
    assert (await system.tell(LinkContact, actor, **link, description="X")).code == "idempotency-key-reused"
    assert (await kept(system, id)).version == 2
