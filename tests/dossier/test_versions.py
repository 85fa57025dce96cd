"""Two versions of the product side by side: what a newer one records does not upset an older one's read models."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events import Recorded
from tests.dossier.lives import Life
from tests.dossier.test_convergence import read_models

KEPT = {"people", "folders", "documents", "interactions", "contacts"}
"""Read models that make nothing of events that they do not know; audit log and feed show that something happened."""


def newer(events: Sequence[Recorded]) -> list[Recorded]:
    """As a version would record them that adds a field to each event."""
    return [replace(event, data=event.data | {"of_a_newer_version": {"a": [1]}}) for event in events]


@given(random=st.randoms(use_true_random=False), steps=st.integers(1, 60))
@settings(max_examples=10, deadline=None)
async def test_fields_that_are_not_known_yet_are_passed_over(random: Random, steps: int) -> None:
    events = Life(random).go_on(steps).events
    assert await read_models(newer(events)) == await read_models(events)


@given(random=st.randoms(use_true_random=False), steps=st.integers(1, 60))
@settings(max_examples=10, deadline=None)
async def test_topics_that_are_not_known_yet_stop_nothing(random: Random, steps: int) -> None:
    events = Life(random).go_on(steps).events
    last = {event.service: event for event in events}
    unknown = [
        replace(event, number=event.number + 1, topic=f"{event.service}.novelty.begun", data={"a": 1})
        for event in last.values()
    ]
    shown = await read_models([*events, *unknown])
    for name, documents in (await read_models(events)).items():
        if name in KEPT:
            assert shown[name] == documents, name
