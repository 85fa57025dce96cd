"""K5: the broker asleep, dead and kept dead, or without its streams, while everybody goes on asking."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx

from tests.e2e.client import API
from tests.e2e.system import Firm
from tests.faults import vital
from tests.faults.hurt import asleep, away, whole
from tests.faults.ledger import Operation
from tests.faults.load import Load, account, comment, contact, folder, note
from tests.faults.proof import Proof

ANSWER = 2.0  # seconds in which whoever asks is told that it cannot be done now
ALIVE = 1.0  # seconds in which the gateway says that it lives
BUSY = 0.5  # of a processor: more would be a loop that spins
EVERY = 0.5  # seconds between two questions
UNDER_WAY = 1  # commands that have left the gateway when the broker falls silent: their outcome is unknown


@dataclass
class Outage:
    """What was asked while the broker was away, and what was answered."""

    commands: list[Operation] = field(default_factory=list)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    slowest: float = 0.0

    def take(self, kind: str, answer: httpx.Response) -> None:
        self.statuses[kind, answer.status_code] += 1
        self.slowest = max(self.slowest, answer.elapsed.total_seconds())
        if answer.status_code == 503:
            assert answer.headers["Retry-After"]
            assert answer.headers["Content-Type"] == "application/problem+json"


def door(firm: Firm) -> httpx.AsyncClient:
    """Somebody who does not say what they have read."""
    headers = {"Authorization": f"Bearer {firm.owner.token}"}
    return httpx.AsyncClient(base_url=firm.address, headers=headers, timeout=10)


async def ask(http: httpx.AsyncClient, operation: Operation, found: Outage) -> None:
    """A command, a query and a sign of life, all at once."""
    found.commands.append(operation)
    command, query, alive = await asyncio.gather(
        http.post(f"{API}/contacts", json=operation.body, headers={"Idempotency-Key": operation.key}),
        http.get(f"{API}/accounts"),
        http.get("/health/live", timeout=ALIVE),
    )
    assert alive.status_code == 200
    found.take("command", command)
    found.take("query", query)


async def asked_throughout(load: Load, firm: Firm, seconds: float) -> Outage:
    """Ask again and again; in the meantime no process may spin."""
    found, before, begun = Outage(), vital.of_all(firm), time.monotonic()
    async with door(firm) as http:
        while time.monotonic() - begun < seconds:
            operation = contact(load, Random())
            operation.name = f"{operation.name}o{len(found.commands)}"
            operation.body = {"name": operation.name}
            await ask(http, operation, found)
            await asyncio.sleep(EVERY)
    span, after = time.monotonic() - begun, vital.of_all(firm)
    spent = {name: (after[name].cpu - before[name].cpu) / span for name in before.keys() & after.keys()}
    print(f"{span:.0f} s, slowest answer {found.slowest:.2f} s, busiest {max((spent[name], name) for name in spent)}")
    assert {name: share for name, share in spent.items() if share > BUSY} == {}
    return found


async def nothing_was_done(load: Load, firm: Firm, found: Outage) -> None:
    """Refused in time, and what was refused is not done later; asked again with the same key it is done once."""
    assert found.statuses.keys() == {("command", 503), ("query", 503)}
    assert found.slowest < ANSWER
    done = {item["name"] for item in firm.owner.every("/contacts", limit=200)}
    assert [operation for operation in found.commands[UNDER_WAY:] if operation.name in done] == []
    for operation in found.commands:
        await load.ledger.perform(operation)


async def test_asleep_everybody_is_told_so_and_nothing_happens(
    load: Load, proof: Proof, long: bool, tmp_path: Path
) -> None:
    async with load.running(people=1):
        await load.more(3)
    with asleep(proof.firm, "nats-server"):
        found = await asked_throughout(load, proof.firm, 300 if long else 5)
    print("whole again after", round(await whole(proof.firm, "nats-server"), 1), "s")
    await nothing_was_done(load, proof.firm, found)
    async with load.running():
        await load.more(10)
    await proof.holds(tmp_path)


async def test_dead_everybody_is_told_so_and_nothing_happens(
    load: Load, proof: Proof, long: bool, tmp_path: Path
) -> None:
    async with away(proof.firm, "nats-server"):
        found = await asked_throughout(load, proof.firm, 300 if long else 5)
    await nothing_was_done(load, proof.firm, found)
    async with load.running():
        await load.more(10)
    await proof.holds(tmp_path)


@asynccontextmanager
async def without_streams(firm: Firm) -> AsyncIterator[None]:
    """The broker runs, and JetStream in it does not."""
    config: Path = firm.machine.data / "run" / "nats.conf"
    kept = config.read_text()
    config.write_text(re.sub(r"^jetstream \{", "jetstream { enabled: false", kept, flags=re.MULTILINE))
    try:
        async with away(firm, "nats-server"):
            pass
        yield
    finally:
        config.write_text(kept)
        async with away(firm, "nats-server"):
            pass


async def test_without_streams_commands_are_accepted_and_what_was_known_is_shown(
    load: Load, proof: Proof, chance: Random, long: bool, tmp_path: Path
) -> None:
    """Events follow once the streams are back."""
    known = await load.ledger.perform(contact(load, chance))
    firm = proof.firm
    firm.owner.position.advance("contacts", int(known.answer["position"].partition("=")[2]))
    firm.owner.read(f"/contacts/{known.id}")
    load.ledger.waits, load.heard = False, len(load.ledger.operations)
    async with without_streams(firm), door(firm) as http:
        async with load.running(acts={contact: 2, account: 2, folder: 1, note: 4, comment: 4}):
            await load.more(200 if long else 20)
        assert (await http.get(f"{API}/contacts/{known.id}")).status_code == 200
    load.ledger.waits, load.heard = True, None
    await proof.holds(tmp_path)
