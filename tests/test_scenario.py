"""The given / when / then of the tests themselves: it must fail where it should."""

from collections.abc import Callable
from uuid import UUID

import pytest
from eventsourcing.domain import Aggregate, event

from shared.events import Personal
from shared.ids import new_id
from shared.problems import NotAllowed, NotFound
from tests.scenario import fact, given, when_made


class Lamp(Aggregate):
    TOPIC = "tests.lamp"

    class Created(Aggregate.Created):
        TOPIC = "tests.lamp.created"
        kind: Personal[str]

    class Lit(Aggregate.Event):
        TOPIC = "tests.lamp.lit"

    class Dimmed(Aggregate.Event):
        TOPIC = "tests.lamp.dimmed"
        levels: tuple[int, ...]

    @event(Created)
    def __init__(self, *, id: UUID, kind: str) -> None:
        self.kind = kind
        self.lit = False
        self.levels: tuple[int, ...] = ()

    def light(self) -> None:
        if self.lit:
            raise NotAllowed
        self._lit()

    @event(Lit)
    def _lit(self) -> None:
        self.lit = True

    @event(Dimmed)
    def dim(self, levels: tuple[int, ...]) -> None:
        self.levels = levels

    def light_unseen(self) -> None:
        self.lit = True

    def light_and_refuse(self) -> None:
        self._lit()
        raise NotAllowed


def lamp() -> Lamp:
    return Lamp(id=new_id(), kind="desk")


def test_it_passes_where_the_events_are_those_expected() -> None:
    when_made(lamp).then(fact(Lamp.Created, kind="desk")).and_now(lit=False)
    given(lamp).when(Lamp.light).then(fact(Lamp.Lit)).and_now(lit=True)
    given(lamp(), Lamp.light).when(Lamp.light).then_rejected(NotAllowed, field=None)
    given(lamp).when(lambda one: one.version).then_nothing()


def test_it_fails_where_they_are_not() -> None:
    lit = given(lamp).when(Lamp.light)
    refused = given(lamp, Lamp.light).when(Lamp.light)
    claims: list[Callable[[], object]] = [
        lambda: lit.then_nothing(),
        lambda: lit.then(fact(Lamp.Lit), fact(Lamp.Lit)),
        lambda: lit.then(fact(Lamp.Created)),
        lambda: lit.then_rejected(NotAllowed),
        lambda: lit.and_now(lit=False),
        lambda: refused.then_nothing(),
        lambda: refused.then_rejected(NotFound),
        lambda: refused.then_rejected(NotAllowed, field="name"),
        lambda: when_made(lamp).then(fact(Lamp.Created, kind="floor")),
    ]
    for claim in claims:
        with pytest.raises(AssertionError):
            claim()


def test_it_fails_where_a_refusal_comes_after_an_event() -> None:
    with pytest.raises(AssertionError, match="all the same"):
        given(lamp).when(Lamp.light_and_refuse).then_rejected(NotAllowed)


def test_it_fails_where_state_changes_without_an_event() -> None:
    with pytest.raises(AssertionError, match="do not tell"):
        given(lamp).when(Lamp.light_unseen)


def test_it_fails_where_an_event_does_not_survive_being_stored() -> None:
    with pytest.raises(AssertionError, match="levels"):
        given(lamp).when(lambda one: one.dim((1, 2)))
