"""Signing in and out, over a real broker and real stores."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from services.firm import app as firm
from services.firm.contract import (
    ChangeOwnPassword,
    FindSession,
    ListMembers,
    Me,
    SetMemberActive,
    SetMemberPassword,
    SignIn,
    SignOut,
)
from shared.context import SYSTEM, Context
from tests.running import OWNER_EMAIL, OWNER_PASSWORD, Answer, System, running
from tests.waiting import eventually

PASSWORD = "a password for bob"
pytestmark = pytest.mark.rows("U-04")


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    async with running(tmp_path=tmp_path) as system:
        yield system


async def sign_in(
    system: System, email: str = OWNER_EMAIL, password: str = OWNER_PASSWORD, address: str = "192.0.2.9"
) -> Answer:
    return await system.tell(SignIn, Context(address=address), email=email, password=password)


async def found(system: System, signed_in: Answer) -> int:
    """The status with which the gateway finds a session."""
    token_hash = hashlib.sha256(signed_in.json["token"].encode()).hexdigest()
    return (await system.ask(FindSession, SYSTEM, token_hash=token_hash)).status


def caller(signed_in: Answer) -> Context:
    """The context that the gateway makes of a session."""
    return Context(kind="member", id=UUID(signed_in.json["member"]["id"]), session=signed_in.json["session_id"])


async def test_signing_in_opens_a_session_that_is_found_by_the_hash_of_its_token(system: System) -> None:
    answer = await sign_in(system, OWNER_EMAIL.upper())
    assert answer.status == 200
    assert answer.json["member"] == {
        "id": str(system.owner.id),
        "given_name": "ada",
        "family_name": "",
        "email": OWNER_EMAIL,
        "role": "owner",
        "permissions": [],
        "language": "fr",
    }
    token_hash = hashlib.sha256(answer.json["token"].encode()).hexdigest()
    session = await system.ask(FindSession, SYSTEM, token_hash=token_hash)
    assert session.json == {
        "session_id": answer.json["session_id"],
        "member_id": str(system.owner.id),
        "expires_at": answer.json["expires_at"],
        "language": "fr",
        "active": True,
    }


async def test_each_sign_in_is_a_session_of_its_own(system: System) -> None:
    one, other = await sign_in(system), await sign_in(system)
    assert one.json["token"] != other.json["token"]
    assert await found(system, one) == await found(system, other) == 200


async def test_neither_token_nor_password_nor_address_stands_in_a_stored_event(system: System) -> None:
    await system.member(email="carla@cabinet.example", password=PASSWORD)
    await sign_in(system, "carla@cabinet.example", "wrong")
    answer = await sign_in(system, "carla@cabinet.example", PASSWORD)
    stored = await system.services["firm"].store.notifications(0, 1_000)
    for secret in (answer.json["token"], PASSWORD, "carla", "Martin", "$argon2id"):
        assert not any(secret.encode() in event.state for event in stored), secret


async def test_who_cannot_sign_in_is_not_told_why(system: System) -> None:
    bob = await system.member(email="bob@cabinet.example", password=PASSWORD)
    await system.member(email="carla@cabinet.example")
    await system.tell(SetMemberActive, system.owner, member_id=bob.id, active=False)
    refused = [
        await sign_in(system, OWNER_EMAIL, "wrong"),
        await sign_in(system, "nobody@cabinet.example", "wrong"),
        await sign_in(system, "not an address", "wrong"),
        await sign_in(system, "", ""),
        await sign_in(system, "bob@cabinet.example", PASSWORD),
        await sign_in(system, "carla@cabinet.example", ""),
    ]
    assert {answer.code for answer in refused} == {"wrong-credentials"}
    assert all(answer.status == 401 and answer.json == refused[0].json for answer in refused)


@pytest.mark.parametrize("email", [OWNER_EMAIL, "nobody@cabinet.example"])
async def test_after_five_failures_an_account_has_to_wait_whoever_tries(system: System, email: str) -> None:
    for number in range(5):
        assert (await sign_in(system, email.title(), "wrong", f"192.0.2.{number}")).status == 401
    recorded = system.services["firm"].store.last
    refused = await sign_in(system, email, OWNER_PASSWORD)
    assert (refused.status, refused.code) == (429, "too-many-attempts")
    assert 1 <= int(refused.headers["Retry-After"]) <= 15 * 60
    assert system.services["firm"].store.last == recorded
    bob = await system.member(password=PASSWORD, email="bob@cabinet.example")
    assert bob.id
    assert (await sign_in(system, "bob@cabinet.example", PASSWORD)).status == 200


async def test_after_twenty_failures_a_network_address_has_to_wait_whatever_it_tries(system: System) -> None:
    for number in range(20):
        assert (await sign_in(system, f"guess{number}@cabinet.example", "wrong")).status == 401
    assert (await sign_in(system)).status == 429
    assert (await sign_in(system, address="192.0.2.10")).status == 200
    assert (await sign_in(system)).status == 429  # somebody's success elsewhere changes nothing for the address


async def test_a_success_begins_the_account_s_count_anew(system: System) -> None:
    for _ in range(3):
        for _ in range(4):
            assert (await sign_in(system, password="wrong")).status == 401
        assert (await sign_in(system)).status == 200


async def test_failures_count_on_after_a_restart(system: System) -> None:
    for _ in range(5):
        await sign_in(system, password="wrong")
    await system.stop("firm")
    await system.start(firm)
    assert (await sign_in(system)).status == 429


async def test_passwords_tried_all_at_once_are_counted_as_well(system: System) -> None:
    answers = await asyncio.gather(*(sign_in(system, password=f"guess {number}") for number in range(12)))
    assert sorted(answer.status for answer in answers) == [401] * 5 + [429] * 7


async def test_after_the_window_the_account_can_sign_in_again(tmp_path: Path) -> None:
    async with running(tmp_path=tmp_path, sign_in_window_minutes=0.01) as system:
        await asyncio.gather(*(sign_in(system, password="wrong") for _ in range(5)))

        async def signed_in() -> bool:
            return (await sign_in(system)).status == 200

        await eventually(signed_in)


async def test_signing_out_ends_this_session_and_no_other(system: System) -> None:
    one, other = await sign_in(system), await sign_in(system)
    assert (await system.tell(SignOut, caller(one))).status == 200
    assert (await found(system, one), await found(system, other)) == (404, 200)
    assert (await system.tell(SignOut, caller(one))).status == 200


async def test_nobody_ends_the_session_of_another(system: System) -> None:
    bob = await system.member()
    signed_in = await sign_in(system)
    for session in (signed_in.json["session_id"], str(bob.id), None):
        assert (await system.tell(SignOut, bob.evolve(session=session))).status == 404
    assert await found(system, signed_in) == 200


async def test_only_the_door_can_look_for_sessions(system: System) -> None:
    signed_in = await sign_in(system)
    token_hash = hashlib.sha256(signed_in.json["token"].encode()).hexdigest()
    assert (await system.ask(FindSession, system.owner, token_hash=token_hash)).status == 404
    assert (await system.ask(FindSession, SYSTEM, token_hash="0" * 64)).status == 404
    assert (await system.ask(FindSession, SYSTEM, token_hash="nonsense")).status == 422


async def test_a_session_is_over_when_its_time_is(tmp_path: Path) -> None:
    async with running(tmp_path=tmp_path, session_hours=1e-9) as system:
        assert await found(system, await sign_in(system)) == 404


async def test_one_can_ask_who_one_is(system: System) -> None:
    signed_in = await sign_in(system)
    me = await system.ask(Me, caller(signed_in))
    assert me.json["member"] == signed_in.json["member"]
    assert me.json["session_id"] == signed_in.json["session_id"]
    assert (await system.ask(Me, Context())).status == 401


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


async def test_deactivating_a_member_ends_all_their_sessions_at_once(system: System) -> None:
    bob = await system.member(email="bob@cabinet.example", password=PASSWORD)
    sessions = [await sign_in(system, "bob@cabinet.example", PASSWORD) for _ in range(3)]
    assert (await system.tell(SetMemberActive, system.owner, member_id=bob.id, active=False)).status == 200
    assert [await found(system, session) for session in sessions] == [404] * 3
    assert (await system.ask(ListMembers, bob)).status == 401
    assert (await system.tell(SetMemberActive, system.owner, member_id=bob.id, active=True)).status == 200
    assert [await found(system, session) for session in sessions] == [404] * 3
    assert (await sign_in(system, "bob@cabinet.example", PASSWORD)).status == 200


async def test_no_session_opens_beside_a_deactivation(system: System) -> None:
    bob = await system.member(email="bob@cabinet.example", password=PASSWORD)
    *attempts, deactivated = await asyncio.gather(
        *(sign_in(system, "bob@cabinet.example", PASSWORD, f"192.0.2.{number}") for number in range(4)),
        system.tell(SetMemberActive, system.owner, member_id=bob.id, active=False),
    )
    assert deactivated.status == 200
    opened = [attempt for attempt in attempts if attempt.status == 200]
    assert [await found(system, session) for session in opened] == [404] * len(opened)


async def test_a_password_given_by_another_ends_all_sessions(system: System) -> None:
    bob = await system.member(email="bob@cabinet.example", password=PASSWORD)
    session = await sign_in(system, "bob@cabinet.example", PASSWORD)
    await system.tell(SetMemberPassword, system.owner, member_id=bob.id, password="chosen by the owner")
    assert await found(system, session) == 404
    assert (await sign_in(system, "bob@cabinet.example", "chosen by the owner")).status == 200
