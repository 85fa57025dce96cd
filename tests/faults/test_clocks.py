"""C1: services whose clocks are an hour ahead and an hour behind the others'."""

import shutil
from pathlib import Path

import pytest

from tests.e2e.client import API
from tests.faults.hurt import instead, whole
from tests.faults.load import Load
from tests.faults.proof import Proof

AHEAD, BEHIND = ("firm", "notifications"), ("contacts", "interactions")


def clock(offset: str) -> list[str]:
    """The command that starts another under a clock that is so far off; waiting takes as long as ever."""
    return ["env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "faketime", "-m", "-f", offset]


@pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not installed")
async def test_clocks_an_hour_apart_change_what_times_are_shown_and_nothing_else(
    load: Load, proof: Proof, tmp_path: Path
) -> None:
    """Sessions, orders, keys, turns and e-mails; while the clocks are off, and when they are put right."""
    firm = proof.firm
    with instead(firm, clock("+3600s"), *AHEAD), instead(firm, clock("-3600s"), *BEHIND):
        await whole(firm, "firm")
        async with load.running():
            await load.more(30)
        stranger = firm.sign_in(firm.owner.email, "a long enough password")
        assert stranger.get(f"{API}/members").status_code == 200
        assert firm.owner.get(f"{API}/members").status_code == 200
        await proof.holds(tmp_path)
        await proof.emails_arrive()
    await whole(firm, "firm")
    assert stranger.get(f"{API}/members").status_code == 200
    async with load.running():
        await load.more(30)
    await proof.holds(tmp_path)
    await proof.emails_arrive()
