"""All read models of the service come out the same, however the services' events interleave."""

from collections import defaultdict, deque
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.dossier.app import projections
from shared.events import Recorded
from shared.readstore.interface import ReadStore
from shared.readstore.sqlite import SqliteReadStore
from tests.dossier.events import project
from tests.dossier.lives import Life

_ALL = 1_000_000
Model = dict[str, list[dict[str, Any]]]


async def everything(store: ReadStore) -> Model:
    """All documents of all read models, by collection and id."""
    return {
        collection.name: (await store.find(collection, limit=_ALL)).documents
        for part in projections()
        for collection in part.collections
    }


async def read_models(events: Sequence[Recorded], size: int = 256, *, prepared: bool = True) -> Model:
    with TemporaryDirectory() as folder:
        store = SqliteReadStore(Path(folder) / "read.db")
        await project(store, list(projections()), events, size, prepared=prepared)
        model = await everything(store)
        await store.close()
    return model


def interleaved(events: Sequence[Recorded], random: Random) -> list[Recorded]:
    """The same events in another order, but for those of one service."""
    lines: dict[str, deque[Recorded]] = defaultdict(deque)
    for event in events:
        lines[event.service].append(event)
    mixed = []
    while lines:
        service = random.choice(sorted(lines))
        for _ in range(random.choice((1, 3, 50))):
            mixed.append(lines[service].popleft())
            if not lines[service]:
                del lines[service]
                break
    return mixed


@given(random=st.randoms(use_true_random=False), steps=st.integers(1, 150), size=st.sampled_from((1, 7, 256)))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.rows("D-38", "X-06")
async def test_read_models_converge_whatever_the_interleaving(random: Random, steps: int, size: int) -> None:
    events = Life(random).go_on(steps).events
    assert await read_models(interleaved(events, random), size) == await read_models(events, prepared=False)


@given(random=st.randoms(use_true_random=False), steps=st.integers(1, 60))
@settings(max_examples=10, deadline=None)
async def test_events_that_come_again_change_nothing(random: Random, steps: int) -> None:
    events = Life(random).go_on(steps).events
    again = [event for at, event in enumerate(events) for event in (event, *events[max(0, at - 3) : at + 1])]
    assert await read_models([*again, *events]) == await read_models(events)
