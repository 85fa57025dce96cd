"""Contacts over a real broker: what callers get, and what is kept of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import orjson
import pytest
import pytest_asyncio

from services.accounts import app as accounts
from services.accounts.contract import CreateAccount
from services.contacts import app as contacts
from services.contacts.contract import (
    ChangeContact,
    CreateContact,
    DeleteContact,
    RestoreContact,
    SetContactActive,
)
from services.contacts.domain import Contact
from shared.context import HEADER, Context
from shared.ids import new_id
from tests.running import Answer, System, running

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    async with running(accounts, tmp_path=tmp_path_factory.mktemp("contacts")) as system:
        yield system


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clerk(system: System) -> Context:
    """An employee who manages contacts."""
    return await system.member("employee", ["manage-contacts"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def novice(system: System) -> Context:
    """An employee without any permission."""
    return await system.member("employee")


async def kept(system: System, id: UUID) -> Contact:
    return await system.services["contacts"].store.peek(Contact, id)


async def recorded(system: System) -> int:
    """How many contacts were ever created."""
    rows = await system.services["contacts"].store.notifications(0, 10_000)
    return sum(row.topic == "contacts.contact.created" for row in rows)


async def made(system: System, **fields: Any) -> UUID:
    answer = await system.tell(CreateContact, system.owner, **({"given_name": "Zoé"} | fields))
    assert answer.status == 201, answer
    return answer.id


def errors(answer: Answer) -> list[tuple[str, str]]:
    assert answer.status == 422, answer
    return [(error["pointer"], error["code"]) for error in answer.json["errors"]]


@pytest.mark.rows("U-10", "D-05", "D-23", "T-24")
async def test_a_contact_is_created_without_any_account(system: System, clerk: Context) -> None:
    fields = {"given_name": " Zoé ", "family_name": "Lefèvre", "language": "fr"}
    answer = await system.tell(CreateContact, clerk, emails=[{"address": "zoe@Lefevre.example"}], **fields)
    assert answer.status == 201
    assert answer.headers["Location"] == f"/api/v1/contacts/{answer.id}"
    assert answer.headers["ETag"] == '"1"'
    contact = await kept(system, answer.id)
    assert contact.names == {"name": "Zoé Lefèvre", "given_name": "Zoé", "family_name": "Lefèvre"}
    assert contact.emails == [{"address": "zoe@lefevre.example", "label": "", "primary": True}]
    assert contact.language == "fr"


@pytest.mark.rows("D-15")
@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("01 42 68 53 00", "+33142685300"),
        ("06.12.34.56.78", "+33612345678"),
        ("+32 2 555 12 12", "+3225551212"),
        ("0032 475 12 34 56", "+32475123456"),
        ("+1 (514) 555-0123", "+15145550123"),
    ],
)
async def test_a_phone_is_kept_as_typed_and_as_it_is_dialled(system: System, typed: str, number: str) -> None:
    contact = await kept(system, await made(system, phones=[{"number": typed, "label": "bureau"}]))
    assert contact.phones == [{"typed": typed, "number": number, "label": "bureau", "primary": True}]


@pytest.mark.rows("D-15")
@pytest.mark.parametrize("nonsense", ["12", "call me", "+999 123456789", "0123456789012345678901"])
async def test_what_no_phone_answers_to_is_refused_at_its_place(system: System, nonsense: str) -> None:
    before = await recorded(system)
    phones = [{"number": "01 42 68 53 00"}, {"number": nonsense}]
    answer = await system.tell(CreateContact, system.owner, name="A", phones=phones)
    assert answer.code == "invalid-phone"
    assert errors(answer) == [("/phones/1/number", "invalid-phone")]
    assert await recorded(system) == before
    id = await made(system)
    assert (await system.tell(ChangeContact, system.owner, contact_id=id, phones=phones)).code == "invalid-phone"
    assert (await kept(system, id)).version == 1


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [("", "name-required")]),
        ({"name": ""}, [("/name", "too-short")]),
        ({"name": "x" * 201}, [("/name", "too-long")]),
        ({"name": "a\nb"}, [("/name", "line-break")]),
        ({"name": "a\0b"}, [("/name", "control-character")]),
        ({"name": 3}, [("/name", "not-a-text")]),
        ({"name": "A", "kind": "robot"}, [("/kind", "not-among")]),
        ({"name": "A", "owner": True}, [("/owner", "unknown-field")]),
        ({"name": "A", "emails": [{"address": "nobody"}]}, [("/emails/0/address", "invalid-email")]),
        ({"name": "A", "emails": [{"address": "a@b.example"}] * 21}, [("/emails", "too-many")]),
        ({"name": "A", "addresses": [{"country": "France"}]}, [("/addresses/0/country", "invalid-form")]),
    ],
)
async def test_what_is_not_valid_is_refused_at_its_place(
    system: System, fields: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    before = await recorded(system)
    assert errors(await system.tell(CreateContact, system.owner, **fields)) == expected
    assert await recorded(system) == before


async def test_a_refusal_speaks_the_callers_language(system: System) -> None:
    phones = [{"number": "12"}]
    french = await system.tell(CreateContact, system.owner.evolve(language="fr"), name="A", phones=phones)
    english = await system.tell(CreateContact, system.owner.evolve(language="en"), name="A", phones=phones)
    assert french.json["detail"] == "Ce n'est pas un numéro de téléphone valable."
    assert english.json["detail"] == "This is not a valid phone number."


@pytest.mark.rows("D-25", "T-54")
async def test_a_company_keeps_its_name_when_its_emails_change(system: System, clerk: Context) -> None:
    id = await made(system, kind="company", given_name="", name="Boulangerie Lefèvre")
    answer = await system.tell(ChangeContact, clerk, contact_id=id, emails=[{"address": "pain@lefevre.example"}])
    assert (answer.status, answer.json["version"]) == (200, 2)
    contact = await kept(system, id)
    assert contact.names["name"] == "Boulangerie Lefèvre"
    assert [email["address"] for email in contact.emails] == ["pain@lefevre.example"]


@pytest.mark.rows("D-25", "T-54", "M-09")
async def test_what_is_given_is_changed_and_the_rest_stays(system: System, clerk: Context) -> None:
    id = await made(system, family_name="Lefèvre", phones=[{"number": "01 42 68 53 00"}])
    changes = {"family_name": "Roy", "language": "en", "addresses": [{"city": "Liège", "country": "BE"}]}
    assert (await system.tell(ChangeContact, clerk, contact_id=id, **changes)).status == 200
    contact = await kept(system, id)
    assert contact.names["name"] == "Zoé Roy"
    assert contact.language == "en"
    assert [address["city"] for address in contact.addresses] == ["Liège"]
    assert [phone["typed"] for phone in contact.phones] == ["01 42 68 53 00"]
    again = await system.tell(ChangeContact, clerk, contact_id=id, **changes)
    assert (again.status, again.json["version"]) == (200, contact.version)


@pytest.mark.rows("U-13")
async def test_a_contact_is_deactivated_and_activated(system: System, clerk: Context) -> None:
    id = await made(system)
    assert (await system.tell(SetContactActive, clerk, contact_id=id, active=False)).status == 200
    assert not (await kept(system, id)).active
    assert (await system.tell(SetContactActive, clerk, contact_id=id, active=True)).status == 200
    assert (await kept(system, id)).active


@pytest.mark.rows("D-25")
async def test_a_deleted_contact_is_gone_until_an_owner_brings_it_back(system: System, clerk: Context) -> None:
    id = await made(system)
    assert (await system.tell(DeleteContact, clerk, contact_id=id)).code == "not-allowed"
    assert (await system.tell(DeleteContact, system.owner, contact_id=id)).status == 200
    assert (await system.tell(DeleteContact, system.owner, contact_id=id)).code == "not-found"
    assert (await system.tell(ChangeContact, system.owner, contact_id=id, given_name="X")).code == "not-found"
    assert (await system.tell(RestoreContact, clerk, contact_id=id)).code == "not-found"
    assert (await system.tell(RestoreContact, system.owner, contact_id=id)).status == 200
    assert (await system.tell(RestoreContact, system.owner, contact_id=id)).code == "not-found"
    assert (await system.tell(ChangeContact, clerk, contact_id=id, given_name="X")).status == 200


@pytest.mark.rows("T-57")
async def test_an_employee_changes_contacts_only_with_the_permission(system: System, novice: Context) -> None:
    id = await made(system)
    for answer in (
        await system.tell(CreateContact, novice, name="A"),
        await system.tell(ChangeContact, novice, contact_id=id, given_name="X"),
        await system.tell(SetContactActive, novice, contact_id=id, active=False),
        await system.tell(DeleteContact, novice, contact_id=id),
    ):
        assert (answer.status, answer.code) == (403, "not-allowed")
    assert (await kept(system, id)).version == 1


@pytest.mark.rows("M-13")
async def test_a_contact_of_accounts_that_one_does_not_see_is_not_there(system: System, novice: Context) -> None:
    id = await made(system)
    fields: dict[str, Any] = {"type": "business", "contacts": [{"contact_id": str(id)}]}
    assert (await system.tell(CreateAccount, system.owner, **fields)).status == 201
    hidden = await system.tell(ChangeContact, novice, contact_id=id, given_name="X")
    unknown = await system.tell(ChangeContact, novice, contact_id=new_id(), given_name="X")
    assert (hidden.status, hidden.json) == (404, unknown.json)


async def test_nobody_gets_in_without_a_session(system: System) -> None:
    assert (await system.tell(CreateContact, Context(), name="A")).code == "sign-in-required"
    assert (await system.tell(CreateContact, Context(kind="member", id=new_id()), name="A")).code == "sign-in-required"


async def test_a_change_of_another_version_than_the_latest_is_refused(system: System) -> None:
    id = await made(system)
    first = await system.tell(ChangeContact, system.owner.evolve(if_match=1), contact_id=id, given_name="A")
    assert (first.status, first.headers["ETag"]) == (200, '"2"')
    late = await system.tell(ChangeContact, system.owner.evolve(if_match=1), contact_id=id, given_name="B")
    assert (late.status, late.code) == (412, "changed-meanwhile")
    assert (await kept(system, id)).names["given_name"] == "A"


async def raw(system: System, key: str, **fields: Any) -> tuple[int, bytes]:
    """The very bytes of an answer."""
    headers = {HEADER: system.owner.evolve(idempotency_key=key, request=str(new_id())).encode()}
    subject = CreateContact.nats_subject()
    answer = await system.connection.request(subject, orjson.dumps(fields), timeout=10, headers=headers)
    return int((answer.headers or {})["Dossier-Status"]), answer.data


async def test_a_key_used_again_gets_the_same_bytes_also_after_a_restart(system: System) -> None:
    before = await recorded(system)
    first = await raw(system, "once", name="Once")
    assert first[0] == 201
    assert await raw(system, "once", name="Once") == first
    await system.stop("contacts")
    await system.start(contacts)
    assert await raw(system, "once", name="Once") == first
    assert await recorded(system) == before + 1


async def test_a_key_used_for_something_else_is_refused(system: System) -> None:
    assert (await raw(system, "mine", name="One"))[0] == 201
    status, body = await raw(system, "mine", name="Two")
    assert (status, orjson.loads(body)["code"]) == (422, "idempotency-key-reused")


async def test_twenty_uses_of_a_key_at_once_have_one_effect(system: System) -> None:
    before = await recorded(system)
    answers = await asyncio.gather(*(raw(system, "crowd", name="Crowd") for _ in range(20)))
    assert {status for status, _ in answers} == {201}
    assert len({body for _, body in answers}) == 1
    assert await recorded(system) == before + 1
