"""N1: the way to each server slow, thin, silent, cut or closed, while people work."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.engines.wires import Wired
from tests.faults.engines.outage import healed, told
from tests.faults.load import Load
from tests.faults.proof import Proof
from tests.toxiproxy import Proxy

TOXICS: dict[str, tuple[str, dict[str, int]]] = {
    "slow": ("latency", {"latency": 150, "jitter": 100}),  # ms
    "thin": ("bandwidth", {"rate": 50}),  # kB/s
    "silent": ("timeout", {"timeout": 0}),
    "cut": ("reset_peer", {"timeout": 0}),
}
HARMS = (*TOXICS, "closed")


@contextmanager
def harmed(way: Proxy, harm: str) -> Iterator[None]:
    """`silent`: connections stay open, and no answer comes. `cut`: they are reset, the new ones too."""
    if harm == "closed":
        way.disable()
        undo = way.enable
    else:
        kind, attributes = TOXICS[harm]
        toxic = way.add(kind, upstream=False, share=1.0, **attributes)

        def undo() -> None:
            way.remove(toxic)

    try:
        yield
    finally:
        undo()


@pytest.mark.parametrize("name", ["postgres", "mongo", "nats", "s3", "smtp"])
async def test_a_way_that_is_hurt_loses_and_repeats_nothing(
    name: str, wires: Wired, load: Load, proof: Proof, chance: Random, long: bool, tmp_path: Path
) -> None:
    often = ("silent", "silent", *HARMS)  # what is hardest to notice
    for harm in HARMS * 3 if long else [chance.choice(often)]:
        print(name, harm)
        async with load.running(people=2):
            await load.more(3)
            proof.cut += name == "smtp"
            with harmed(wires.ways[name], harm):
                found = await told(proof, 20 if long else 2)
            await healed(proof, found)
    await proof.holds(tmp_path)


async def test_every_email_left_once_whatever_was_hurt(load: Load, proof: Proof) -> None:
    await proof.emails_arrive()
