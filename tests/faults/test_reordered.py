"""M2: whatever is delivered again, in whatever pieces, the same documents and the same e-mails come of it.

What a reader can rely on: the events of one service come in order, or come again; those of several come in any
interleaving (shared/reader). All else is made up here, by a seed.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from services.dossier import app as dossier
from services.notifications.contract import QueueMessage
from services.notifications.projections import Actions, Names
from services.notifications.reactions import Telling
from shared.context import Context
from shared.events import Recorded
from shared.readstore.sqlite import SqliteReadStore
from shared.runner import Projection
from tests.dossier.lives import Life
from tests.dossier.test_convergence import interleaved
from tests.faults.redelivery import Process, sent, with_copies

STEPS = 60
SHORT, LONG = 15, 1_000
Found = dict[str, Any]


class Queue:
    """Instead of the service: keeps what it is asked to promise. Asked again for the same, it promises nothing new."""

    def __init__(self) -> None:
        self.promised: Counter[str] = Counter()
        progress = SimpleNamespace(wait=self._nothing)
        self.running = cast("Any", SimpleNamespace(progress=progress, perform=self._perform))

    async def _nothing(self, *_: object) -> None: ...

    async def _perform(self, message: QueueMessage, context: Context) -> None:
        self.promised[f"{message.about.key} {message.recipient.id}"] += 1


async def taken_in(path: Path, events: Sequence[Recorded], chance: Random | None) -> Found:
    """Everything that comes of a history: as it happened, or (`chance`) as a bad day delivers it."""
    queue = Queue()
    reads = [*dossier.projections(), Names(), Actions()]
    found: Found = {}
    for name, parts in (("read", reads), ("reactions", [Telling(queue.running)])):
        store = SqliteReadStore(path.with_suffix(f".{name}"))
        process = Process(store, cast("list[Projection]", parts), chance or Random(0))
        if chance is None:
            await process.read([sent(event) for event in events])
        else:
            await process.read(with_copies(interleaved(events, chance), chance))
        for part in parts:
            for collection in part.collections:
                found[collection.name] = dict(await store.scan(collection, limit=100_000))
        await store.close()
    return found | {"promised": set(queue.promised)}


async def test_redelivered_in_any_way_the_same_comes_of_it(seed: int, long: bool, tmp_path: Path) -> None:
    promised = 0
    for number in range(seed, seed + (LONG if long else SHORT)):
        chance = Random(number)
        events = Life(chance).go_on(STEPS).events
        plain = await taken_in(tmp_path / f"{number}-plain", events, None)
        promised += len(plain["promised"])
        assert await taken_in(tmp_path / f"{number}-hurt", events, chance) == plain, f"DOSSIER_FAULTS_SEED={number}"
    assert promised
