"""Sessions: opened, found, ended, over a real broker and real stores."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from services.firm.contract import FindSession, ListMembers, Me, SetMemberActive, SignOut
from shared.context import SYSTEM, Context
from tests.firm.signing import PASSWORD, caller, found, sign_in
from tests.running import OWNER_EMAIL, System, running

pytestmark = pytest.mark.rows("U-04")


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
