"""Choosing and changing passwords."""

import pytest
from argon2 import PasswordHasher, extract_parameters

from services.firm.commands.hashing import NOBODYS, Passwords
from services.firm.contract import ChangeOwnPassword, SetMemberPassword
from shared.events import ERASED
from tests.firm.signing import PASSWORD, caller, found, sign_in
from tests.running import OWNER_PASSWORD, System

pytestmark = pytest.mark.rows("U-04")


async def test_changing_one_s_password_ends_one_s_other_sessions(system: System) -> None:
    here, elsewhere = await sign_in(system), await sign_in(system)
    changed = await system.tell(ChangeOwnPassword, caller(here), current=OWNER_PASSWORD, new="another long password")
    assert changed.status == 200, changed
    assert (await found(system, here), await found(system, elsewhere)) == (200, 404)
    assert (await sign_in(system)).status == 401
    assert (await sign_in(system, password="another long password")).status == 200


async def test_a_password_is_changed_only_by_who_knows_the_present_one(system: System) -> None:
    here = caller(await sign_in(system))
    for _ in range(5):
        refused = await system.tell(ChangeOwnPassword, here, current="wrong", new="another long password")
        assert (refused.status, refused.code) == (422, "wrong-password")
        assert refused.json["errors"][0]["pointer"] == "/current"
    refused = await system.tell(ChangeOwnPassword, here, current=OWNER_PASSWORD, new="another long password")
    assert refused.status == 429


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("too short", "too-short"),
        ("x" * 129, "too-long"),
        ("Motdepasse2026", "common-password"),
        ("１２３４５６７８９０１２", "common-password"),
        ("abababababab", "common-password"),
        ("my ADA@cabinet.example", "password-holds-email"),
    ],
)
async def test_a_password_that_others_would_try_first_is_refused(system: System, password: str, code: str) -> None:
    here = caller(await sign_in(system))
    refused = await system.tell(ChangeOwnPassword, here, current=OWNER_PASSWORD, new=password)
    assert refused.status == 422
    assert refused.json["errors"][0]["code"] == code
    assert refused.json["errors"][0]["pointer"] == "/new"


async def test_a_password_given_by_another_ends_all_sessions(system: System) -> None:
    bob = await system.member(email="bob@cabinet.example", password=PASSWORD)
    session = await sign_in(system, "bob@cabinet.example", PASSWORD)
    await system.tell(SetMemberPassword, system.owner, member_id=bob.id, password="chosen by the owner")
    assert await found(system, session) == 404
    assert (await sign_in(system, "bob@cabinet.example", "chosen by the owner")).status == 200


def test_where_there_is_no_hash_one_of_the_same_cost_is_compared() -> None:
    made = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash("any")
    assert extract_parameters(NOBODYS) == extract_parameters(made)


async def test_the_same_password_typed_on_another_keyboard_fits() -> None:
    passwords = Passwords()
    composed, decomposed = "un long été à Nîmes", "un long e\u0301te\u0301 a\u0300 Ni\u0302mes"
    assert await passwords.verify(await passwords.hash(composed), decomposed)


async def test_nothing_fits_where_there_is_no_hash_or_an_erased_one() -> None:
    passwords = Passwords()
    assert not await passwords.verify(None, "nobody's password")
    assert not await passwords.verify(ERASED, "nobody's password")
