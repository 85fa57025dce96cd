"""The events of files as others know them."""

from eventsourcing.domain import Aggregate

from services.files.app import build
from services.files.contract import EVENTS
from shared.sealing import shapes_of
from shared.settings import Settings


def test_every_event_is_described_to_those_who_read_it() -> None:
    kinds: list[type[Aggregate]] = list(build(Settings()).aggregates)
    assert {topic for kind in kinds for topic in shapes_of(kind)} == set(EVENTS)
