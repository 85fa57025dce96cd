"""Whoever tries passwords is slowed down."""

import asyncio
from pathlib import Path

import pytest

from services.firm import app as firm
from tests.firm.signing import PASSWORD, sign_in
from tests.running import OWNER_EMAIL, OWNER_PASSWORD, System, running
from tests.waiting import eventually

pytestmark = pytest.mark.rows("U-04")


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
