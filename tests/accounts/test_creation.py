"""Creating accounts, with contacts that exist and contacts that are created with them."""

import asyncio
from typing import Any

import orjson
import pytest

from services.accounts import app as accounts
from services.accounts.contract import CreateAccount
from services.contacts import app as contacts
from services.contacts.contract import DeleteContact
from services.contacts.domain import Contact
from services.firm.contract.messages import SetMemberActive
from shared.context import HEADER, Context
from shared.ids import new_id
from shared.reader import Reader
from tests.accounts.stored import Make, kept, recorded
from tests.running import Answer, System

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEW: dict[str, Any] = {"given_name": "Léo", "family_name": "Tremblay", "phones": [{"number": "+1 514 555 0123"}]}


async def counted(system: System) -> tuple[int, int]:
    """Accounts and contacts that were ever created."""
    return (
        await recorded(system, "accounts", "accounts.account.created"),
        await recorded(system, "contacts", "contacts.contact.created"),
    )


async def create(system: System, actor: Context, *links: dict[str, Any], **fields: Any) -> Answer:
    return await system.tell(CreateAccount, actor, **({"type": "individual", "contacts": list(links)} | fields))


def errors(answer: Answer) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json["errors"]]


@pytest.mark.rows("A-01", "M-03", "M-08", "M-11", "T-26", "T-28", "T-30", "T-41")
async def test_an_account_is_created_with_everything_at_once(system: System, contact: Make, novice: Context) -> None:
    zoe = await contact()
    answer = await create(
        system,
        system.owner,
        {"contact_id": zoe, "description": "Gérante"},
        {"new": NEW, "description": "Conjoint"},
        name="Famille Lefèvre",
        tags=["TVA", " Paie", "tva", "Pâie"],
        team={str(novice.id): "read"},
        address={"street": "12 rue de l'Église", "city": "Lyon"},
    )
    assert answer.status == 201, answer
    assert answer.headers["Location"] == f"/api/v1/accounts/{answer.id}"
    account = await kept(system, answer.id)
    assert (account.name, account.generated, account.type) == ("Famille Lefèvre", False, "individual")
    assert account.tags == ["Paie", "TVA"]
    assert account.team == {str(novice.id): "read"}
    assert account.address
    assert account.address["city"] == "Lyon"
    (first, second) = account.links
    assert (first, account.links[first], account.links[second]) == (zoe, "Gérante", "Conjoint")
    leo = await system.services["contacts"].store.peek(Contact, second)
    assert leo.names["name"] == "Léo Tremblay"
    assert leo.phones[0]["number"] == "+15145550123"


@pytest.mark.rows("T-26", "T-29")
@pytest.mark.parametrize("existing", [True, False])
async def test_an_account_that_nobody_names_is_called_like_its_first_contact(
    system: System, contact: Make, existing: bool
) -> None:
    first = {"contact_id": await contact(given_name="Léo", family_name="Tremblay")} if existing else {"new": NEW}
    answer = await create(system, system.owner, first, {"contact_id": await contact()})
    account = await kept(system, answer.id)
    assert (account.name, account.generated) == ("Léo Tremblay", True)


async def test_the_stream_tells_of_a_contact_before_the_account_that_it_was_created_with(system: System) -> None:
    answer = await create(system, system.owner, {"new": NEW})
    (leo,) = (await kept(system, answer.id)).links
    await system.settled()
    reader = Reader(system.connection, ("accounts", "contacts"))
    seen: list[str] = []
    while events := await reader.batch(wait=False):
        seen += [event.id for event in events]
    await reader.close()
    assert seen.index(str(leo)) < seen.index(str(answer.id))


@pytest.mark.rows("T-23")
@pytest.mark.parametrize("fields", [{}, {"contacts": []}])
async def test_no_account_is_created_without_a_contact(system: System, fields: dict[str, Any]) -> None:
    before = await counted(system)
    answer = await system.tell(CreateAccount, system.owner, type="business", name="Alone", **fields)
    assert (answer.status, answer.code) == (422, "contact-required")
    assert errors(answer) == [("/contacts", "contact-required")]
    assert await counted(system) == before


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"contacts": [{}]}, ("/contacts/0", "contact-id-or-new")),
        ({"contacts": [{"contact_id": str(new_id()), "new": NEW}]}, ("/contacts/0", "contact-id-or-new")),
        ({"contacts": [{"contact_id": "x"}]}, ("/contacts/0/contact_id", "not-an-id")),
        ({"contacts": [{"new": {"emails": []}}]}, ("/contacts/0/new", "name-required")),
        ({"contacts": [{"new": NEW | {"age": 3}}]}, ("/contacts/0/new/age", "unknown-field")),
        ({"contacts": [{"new": NEW}] * 51}, ("/contacts", "too-many")),
        ({"type": "family"}, ("/type", "not-among")),
        ({"name": ""}, ("/name", "too-short")),
        ({"tags": ["x" * 61]}, ("/tags/0", "too-long")),
        ({"tags": ["x"] * 51}, ("/tags", "too-many")),
        ({"team": {str(new_id()): "write"}}, None),
        ({"team": {"bob": "read"}}, ("/team/bob/[key]", "not-an-id")),
        ({"address": {"country": "France"}}, ("/address/country", "invalid-form")),
    ],
)
async def test_what_is_not_valid_creates_nothing(
    system: System, fields: dict[str, Any], expected: tuple[str, str] | None
) -> None:
    before = await counted(system)
    answer = await create(system, system.owner, **({"contacts": [{"new": NEW}]} | fields))
    assert (answer.status, answer.code) == (422, "invalid-input")
    assert expected is None or errors(answer) == [expected]
    assert await counted(system) == before


async def test_a_contact_that_the_caller_does_not_see_cannot_be_linked(
    system: System, contact: Make, account: Make
) -> None:
    clerk = await system.member("employee", ["manage-accounts"])
    hidden, gone, free = await contact(), await contact(), await contact()
    await account(hidden)
    await system.tell(DeleteContact, system.owner, contact_id=gone)
    before = await counted(system)
    for unseen in (hidden, gone, new_id()):
        answer = await create(system, clerk, {"contact_id": free}, {"contact_id": unseen})
        assert (answer.status, errors(answer)) == (404, [("/contacts/1/contact_id", "not-found")])
    assert (await create(system, system.owner, {"contact_id": gone})).status == 404
    assert await counted(system) == before
    assert (await create(system, system.owner, {"contact_id": hidden})).status == 201


async def test_the_same_contact_twice_is_refused_before_anything_is_created(system: System, contact: Make) -> None:
    zoe = await contact()
    before = await counted(system)
    answer = await create(system, system.owner, {"contact_id": zoe}, {"new": NEW}, {"contact_id": zoe})
    assert (answer.status, answer.code) == (409, "already-linked")
    assert errors(answer) == [("/contacts/2/contact_id", "already-linked")]
    assert await counted(system) == before


@pytest.mark.rows("T-57")
async def test_an_account_is_created_by_who_manages_accounts_only(
    system: System, novice: Context, contact: Make
) -> None:
    viewer = await system.member("employee", ["view-all-accounts", "manage-contacts"])
    admin = await system.member("admin")
    link = {"contact_id": await contact()}
    for actor in (novice, viewer):
        answer = await create(system, actor, link)
        assert (answer.status, answer.code) == (403, "not-allowed")
    assert (await create(system, Context(), link)).code == "sign-in-required"
    assert (await create(system, admin, link)).status == 201


@pytest.mark.rows("M-12")
async def test_an_employee_who_creates_an_account_gets_level_full_on_it(
    system: System, manager: Context, account: Make
) -> None:
    id = await account(by=manager, team={str(manager.id): "none"})
    assert (await kept(system, id)).team == {str(manager.id): "full"}
    admin = await system.member("admin")
    assert (await kept(system, await account(by=admin))).team == {}


async def test_a_team_is_made_of_members(system: System, contact: Make) -> None:
    stranger = str(new_id())
    answer = await create(system, system.owner, {"contact_id": await contact()}, team={stranger: "read"})
    assert (answer.status, errors(answer)) == (422, [(f"/team/{stranger}", "unknown-member")])


async def test_a_member_who_is_away_can_be_in_a_team(system: System, account: Make) -> None:
    away = await system.member("employee")
    assert (await system.tell(SetMemberActive, system.owner, member_id=away.id, active=False)).status == 200
    assert (await kept(system, await account(team={str(away.id): "read"}))).team == {str(away.id): "read"}


async def test_a_new_contact_that_contacts_refuses_is_refused_at_its_place(system: System) -> None:
    accounts_before, contacts_before = await counted(system)
    bad = NEW | {"phones": [{"number": "+33142685300"}, {"number": "12"}]}
    for language, detail in (("fr", "Ce n'est pas"), ("en", "This is not")):
        answer = await create(system, system.owner.evolve(language=language), {"new": NEW}, {"new": bad})
        assert (answer.status, answer.code) == (422, "invalid-phone")
        assert errors(answer) == [("/contacts/1/new/phones/1/number", "invalid-phone")]
        assert answer.json["detail"].startswith(detail)
    # Ruling 2: what is left of a creation that failed is at most contacts.
    assert await counted(system) == (accounts_before, contacts_before + 2)


async def test_a_new_contact_needs_the_right_to_manage_contacts(system: System) -> None:
    clerk = await system.member("employee", ["manage-accounts"])
    before = await counted(system)
    answer = await create(system, clerk, {"new": NEW})
    assert (answer.status, answer.code) == (403, "not-allowed")
    assert errors(answer) == [("/contacts/0/new", "not-allowed")]
    assert await counted(system) == before


async def test_a_second_try_with_the_same_key_makes_no_twins(system: System) -> None:
    accounts_before, contacts_before = await counted(system)
    actor = system.owner.evolve(idempotency_key="two-tries")
    bad = NEW | {"phones": [{"number": "12"}]}
    assert (await create(system, actor, {"new": NEW}, {"new": bad})).status == 422
    assert await counted(system) == (accounts_before, contacts_before + 1)
    answer = await create(system, actor, {"new": NEW}, {"new": NEW})
    assert answer.status == 201
    assert len((await kept(system, answer.id)).links) == 2
    assert await counted(system) == (accounts_before + 1, contacts_before + 2)


async def test_without_a_key_the_same_again_is_another_contact(system: System) -> None:
    accounts_before, contacts_before = await counted(system)
    actor = system.owner.evolve(request="always-the-same")
    for _ in range(2):
        assert (await create(system, actor, {"new": NEW})).status == 201
    assert await counted(system) == (accounts_before + 2, contacts_before + 2)


async def raw(system: System, key: str, **fields: Any) -> tuple[int, bytes]:
    """The very bytes of an answer."""
    headers = {HEADER: system.owner.evolve(idempotency_key=key, request=str(new_id())).encode()}
    body = orjson.dumps({"type": "other", "contacts": [{"new": NEW}]} | fields)
    answer = await system.connection.request(CreateAccount.nats_subject(), body, timeout=10, headers=headers)
    return int((answer.headers or {})["Dossier-Status"]), answer.data


async def test_twenty_uses_of_a_key_at_once_create_one_account_and_one_contact(system: System) -> None:
    accounts_before, contacts_before = await counted(system)
    answers = await asyncio.gather(*(raw(system, "crowd") for _ in range(20)))
    assert {status for status, _ in answers} == {201}
    assert len({body for _, body in answers}) == 1
    assert await counted(system) == (accounts_before + 1, contacts_before + 1)


async def test_a_key_used_again_after_a_restart_gets_the_same_bytes(system: System) -> None:
    first = await raw(system, "restart")
    await system.stop("accounts")
    await system.start(accounts)
    assert await raw(system, "restart") == first
    assert (await raw(system, "restart", name="Other"))[0] == 422


async def test_while_contacts_is_away_nothing_is_created_and_the_caller_may_try_again(
    system: System, account: Make
) -> None:
    await account()
    before = (await counted(system))[0]
    await system.stop("contacts")
    try:
        answer = await create(system, system.owner.evolve(idempotency_key="away"), {"new": NEW})
        assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "unavailable", "1")
    finally:
        await system.start(contacts)
    assert (await counted(system))[0] == before
    assert (await create(system, system.owner.evolve(idempotency_key="away"), {"new": NEW})).status == 201
