"""given / when / then for aggregates: what happened before, what is asked, and what is recorded for it.

    given(contact, lambda c: c.delete()).when(lambda c: c.restore()).then(fact(Contact.Restored))

What is given and what is recorded goes to bytes and back on the way, as through a store: an event that does not survive
that, or a fact method that does something else when it is replayed, fails the scenario.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.domain import Aggregate

from shared.events import Meta
from shared.problems import Refusal
from shared.sealing import Origin, SealingMapper, shapes_of

A = TypeVar("A", bound=Aggregate)
ACTOR = Meta("member", str(uuid4()), "Scenario", "scenario", "192.0.2.1")


@dataclass(frozen=True)
class Fact:
    """An event that is expected, with those of its fields that matter."""

    kind: type[Any]
    fields: dict[str, Any]

    def fits(self, event: object) -> bool:
        return type(event) is self.kind and all(getattr(event, name) == value for name, value in self.fields.items())


def fact(kind: type[Any], /, **fields: Any) -> Fact:
    """An event of this class, with at least these values."""
    return Fact(kind, fields)


def given(aggregate: A | Callable[[], A], *steps: Callable[[A], object]) -> "Given[A]":
    """An aggregate, or what makes it, and what has been done to it since."""
    made = aggregate if isinstance(aggregate, Aggregate) else aggregate()
    for step in steps:
        step(made)
    return Given(replayed(type(made), made.collect_events()))


def when_made(factory: Callable[[], A]) -> "Then[A]":
    """Nothing given: the aggregate itself is asked for."""
    try:
        made = factory()
    except Refusal as refusal:
        return Then(None, [], refusal)
    events = list(made.collect_events())
    _same(replayed(type(made), events), made)
    return Then(made, events, None)


class Given(Generic[A]):
    """An aggregate as a store gives it back."""

    def __init__(self, aggregate: A) -> None:
        self.aggregate = aggregate

    def when(self, ask: Callable[[A], object]) -> "Then[A]":
        """Ask something of it."""
        before = deepcopy(_state(self.aggregate))
        refusal = None
        try:
            ask(self.aggregate)
        except Refusal as refused:
            refusal = refused
        events = list(self.aggregate.collect_events())
        self._replays(before, events)
        return Then(self.aggregate, events, refusal)

    def _replays(self, before: dict[str, Any], events: Sequence[Any]) -> None:
        copy = object.__new__(type(self.aggregate))
        vars(copy).update(before, _pending_events=[])
        _same(replayed(type(copy), events, copy), self.aggregate)


class Then(Generic[A]):
    """What came of it."""

    def __init__(self, aggregate: A | None, events: list[Any], refusal: Refusal | None) -> None:
        self.aggregate, self.events, self.refusal = aggregate, events, refusal

    def then(self, *facts: Fact) -> "Then[A]":
        """Exactly these events were recorded, in this order."""
        assert self.refusal is None, f"refused: {self.refusal!r}"
        found = [_told(event) for event in self.events]
        assert len(found) == len(facts), f"recorded {found}"
        for event, expected in zip(self.events, facts, strict=True):
            assert expected.fits(event), f"expected {expected.kind.__qualname__} {expected.fields}, recorded {found}"
        return self

    def then_nothing(self) -> "Then[A]":
        """It was accepted, and there was nothing to record."""
        return self.then()

    def then_rejected(self, refusal: type[Refusal], **values: Any) -> "Then[A]":
        """It was refused, for this reason and with these values (`field`, for instance), and nothing was recorded."""
        assert type(self.refusal) is refusal, f"not refused with {refusal.__name__} but {self.refusal!r}"
        assert not self.events, f"recorded all the same: {[_told(event) for event in self.events]}"
        known = {"field": self.refusal.field, **self.refusal.values}
        assert values.items() <= known.items(), f"refused with {known}"
        return self

    def and_now(self, **attributes: Any) -> "Then[A]":
        """The aggregate has these values."""
        for name, value in attributes.items():
            assert getattr(self.aggregate, name) == value, f"{name} is {getattr(self.aggregate, name)!r}"
        return self


def replayed(kind: type[A], events: Iterable[Any], since: A | None = None) -> A:
    """The aggregate made again, or brought on, by events that went through their stored form."""
    mapper = SealingMapper(shapes_of(kind), _OneKey())
    made: Any = since
    for event in events:
        stored = mapper.seal(event, Origin("somebody", None, ACTOR))
        made = mapper.to_domain_event(stored).mutate(made)
    assert isinstance(made, kind), "an aggregate begins with its Created event"
    return made


class _OneKey:
    """A `Keyring` with the same key for everybody."""

    _cipher = AESGCM(bytes(32))

    async def ensure(self, subjects: Iterable[str], *, create: bool) -> None:
        return

    def cipher(self, subject: str) -> AESGCM:
        return self._cipher


def _same(again: Aggregate, aggregate: Aggregate) -> None:
    """Replayed from what is stored, it is what it was."""
    state, found = _state(aggregate), _state(again)
    differ = {name: (state.get(name), found.get(name)) for name in state.keys() | found.keys()}
    differ = {name: values for name, values in differ.items() if values[0] != values[1]}
    assert not differ, f"its events do not tell how it has changed; now and replayed: {differ}"


def _state(aggregate: Aggregate) -> dict[str, Any]:
    return {name: value for name, value in vars(aggregate).items() if name != "_pending_events"}


def _told(event: object) -> str:
    hidden = {"originator_id", "originator_version", "timestamp", "originator_topic"}
    fields = {name: value for name, value in vars(event).items() if name not in hidden}
    return f"{type(event).__qualname__} {fields}"
