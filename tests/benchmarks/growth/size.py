"""One size of the firm: filled, started, asked, weighed."""

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from tests.benchmarks import firm as firms
from tests.benchmarks.firm import FAMILY, GIVEN, Firm
from tests.benchmarks.growth.stored import Made, write
from tests.benchmarks.load import Make, closed
from tests.benchmarks.sample import Series, memory

ACCOUNTS, INTERACTIONS = 60, 900
"""Of the demonstration firm."""
_PATIENCE = 900.0  # seconds


@dataclass
class Grown:
    """What was found at one size. Bytes are those of the whole data folder and of the event stores alone."""

    times: int
    events: int = 0
    taken_in: float = 0.0  # seconds from the start until everything was relayed and shown
    bytes: dict[str, int] = field(default_factory=dict)
    memory: dict[str, tuple[float, float]] = field(default_factory=dict)
    asked: dict[str, Series] = field(default_factory=dict)


def grow(folder: Path, times: int, long: int, seconds: float, rounds: int) -> Grown:
    """Make a firm `times` as large, with `long` more interactions on one account, and measure it."""
    with firms.running(folder) as founded:
        owner = asyncio.run(founded.owner.once("GET", "/session")).json()
    made = asyncio.run(write(folder, ACCOUNTS * times, INTERACTIONS * times, long, UUID(owner["member"]["id"])))
    grown = Grown(times)
    began = time.perf_counter()
    with firms.running(folder) as firm:
        firm.contacts, firm.accounts, firm.feed = made.contacts, made.accounts, made.long
        asyncio.run(_caught_up(firm, made))
        grown.taken_in = time.perf_counter() - began
        grown.events = sum(asyncio.run(firm.reached()).values())
        for _ in range(rounds):
            asyncio.run(_ask(firm, grown, seconds))
        asyncio.run(firm.settled())
        grown.memory = memory(firm.pids())
    grown.bytes = {name: sum(file.stat().st_size for file in files) for name, files in _stores(folder).items()}
    return grown


async def _caught_up(firm: Firm, made: Made) -> None:
    """Until the lists show it all; `settled` alone may look before anything was relayed."""
    deadline = time.monotonic() + _PATIENCE
    while await _taken_in(firm) < made.aggregates:
        if time.monotonic() > deadline:
            raise RuntimeError("the firm does not take in its history")
        await asyncio.sleep(0.1)
    await firm.settled()


async def _taken_in(firm: Firm) -> int:
    try:
        return sum((await firm.reached()).values())
    except RuntimeError:  # a service that is busy catching up may not call itself ready
        return 0


def questions(firm: Firm) -> dict[str, Make]:
    """What must not grow slower, by name."""
    rng, ask = firm.rng, firm.owner.request
    some = itertools.cycle(rng.sample(firm.accounts, min(60, len(firm.accounts))))
    people = itertools.cycle(rng.sample(firm.contacts, min(60, len(firm.contacts))))

    def search() -> bytes:
        return ask("GET", f"/search?q={quote(f'{rng.choice(GIVEN)} {rng.choice(FAMILY)}-{rng.randrange(997):03d}')}")

    asked: dict[str, Make] = {
        "overview": lambda: ask("GET", f"/accounts/{next(some)}/overview"),
        "overview of the longest": lambda: ask("GET", f"/accounts/{firm.feed}/overview"),
        "feed": lambda: ask("GET", f"/accounts/{next(some)}/activity"),
        "feed of the longest": lambda: ask("GET", f"/accounts/{firm.feed}/activity"),
        "search": search,
        "list of accounts": lambda: ask("GET", "/accounts?sort=name"),
        "list of interactions": lambda: ask("GET", "/interactions"),
        "command: change a contact": lambda: ask(
            "PUT", f"/contacts/{next(people)}", {"family_name": f"Dubois-{rng.randrange(10**6)}"}
        ),
        "command: note on the longest": lambda: ask("POST", "/interactions", firm.note(firm.feed)),
    }
    return asked


async def _ask(firm: Firm, grown: Grown, seconds: float) -> None:
    for name, make in questions(firm).items():
        sample = await closed(firm.port, make, at_once=1, seconds=seconds, pids=firm.pids())
        grown.asked.setdefault(name, Series()).rounds.append(sample)


def _stores(folder: Path) -> dict[str, list[Path]]:
    return {
        "event stores": list(folder.glob("*/events.db*")),
        "read models": [*folder.glob("*/read.db*"), *folder.glob("*/reactions.db*")],
        "broker": [path for path in (folder / "nats").rglob("*") if path.is_file()],
    }
