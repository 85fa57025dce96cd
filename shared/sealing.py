"""Events to bytes and back: JSON, with the fields about a person encrypted by that person's key (AES-256-GCM).

The associated data binds a sealed part to its aggregate, version and topic, so that no part can be moved elsewhere.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, get_args, get_origin, get_type_hints
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.domain import Aggregate, DomainEvent
from eventsourcing.persistence import Mapper, StoredEvent
from pydantic import BaseModel, TypeAdapter

from shared.events import ERASED, Meta, Recorded, _Personal
from shared.problems import Unavailable

_BASE_FIELDS = {"originator_id", "originator_version", "timestamp", "originator_topic"}
_PLAIN: set[Any] = {str, int, float, bool, type(None)}


class Keyring(Protocol):
    """Keys of the people whom events are about, held in memory while they are needed."""

    async def ensure(self, subjects: Iterable[str], *, create: bool) -> None:
        """Have these keys at hand; raises `Unavailable` if they cannot be had now."""

    def cipher(self, subject: str) -> AESGCM | None:
        """The subject's key; None if it was destroyed. `ensure` must have been awaited."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the mapper must know of an event class."""

    event: type[Any]
    topic: str
    personal: dict[str, Any]  # field -> what an erased one reads as
    adapters: dict[str, TypeAdapter[Any]]  # fields that are more than plain JSON
    subject: str | None  # the event's own field that names the person, if it is not its aggregate's


@dataclass(frozen=True, slots=True)
class Origin:
    """What the aggregate adds to each of its events when they are saved."""

    subject: str | None
    scope: str | None
    meta: Meta


@dataclass(frozen=True, slots=True)
class Wire:
    """An event as it is stored and travels: still sealed."""

    service: str
    number: int
    topic: str
    id: str
    version: int
    state: bytes


def header(state: bytes) -> dict[str, Any]:
    """The readable part of a stored state: `at`, `data`, `sealed`, `scope`, `meta`, `v`."""
    parsed: dict[str, Any] = orjson.loads(state)
    return parsed


def _erased_value(annotation: Any) -> Any:
    origin = get_origin(annotation) or annotation
    if origin is list:
        return []
    if origin is dict:
        return {}
    if origin is str:
        return ERASED
    return None


def _needs_adapter(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin is None:
        return annotation not in _PLAIN and annotation is not Any
    return any(_needs_adapter(arg) for arg in get_args(annotation) if arg is not Ellipsis)


def shape_of(event: type[Any]) -> Shape:
    """Read an event class once: its topic, its personal fields, how its values come back from JSON."""
    topic = getattr(event, "TOPIC", None)
    if topic is None:
        raise TypeError(f"{event.__qualname__} has no TOPIC of its own")
    personal: dict[str, Any] = {}
    adapters: dict[str, TypeAdapter[Any]] = {}
    for name, annotation in get_type_hints(event, include_extras=True).items():
        if name in _BASE_FIELDS or name.isupper() or name == "originator_id_type":
            continue
        if any(isinstance(mark, _Personal) for mark in getattr(annotation, "__metadata__", ())):
            annotation = get_args(annotation)[0]
            personal[name] = _erased_value(annotation)
        if _needs_adapter(annotation):
            adapters[name] = TypeAdapter(annotation)
    return Shape(event, topic, personal, adapters, getattr(event, "SUBJECT", None))


def shapes_of(aggregate: type[Aggregate]) -> dict[str, Shape]:
    """The shapes of an aggregate's events, by topic."""
    events = [
        member
        for member in vars(aggregate).values()
        if isinstance(member, type) and issubclass(member, DomainEvent) and member.__name__ != "Event"
    ]
    return {shape.topic: shape for shape in map(shape_of, events)}


def _json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise TypeError(f"{type(value)} does not belong in an event")


def _bound_to(originator: str, version: int, topic: str) -> bytes:
    return f"{originator}|{version}|{topic}".encode()


class SealingMapper(Mapper[UUID]):
    """The `eventsourcing` mapper that seals personal fields. Keys are fetched before it is called: it never waits."""

    def __init__(self, shapes: dict[str, Shape], keyring: Keyring) -> None:
        self._shapes = shapes
        self._by_class = {shape.event: shape for shape in shapes.values()}
        self._keyring = keyring

    def shape(self, event: object) -> Shape:
        return self._by_class[type(event)]

    def seal(self, event: Any, origin: Origin) -> StoredEvent:
        """The stored form. Raises KeyError for an event of no registered aggregate."""
        shape = self._by_class[type(event)]
        data = {k: v for k, v in vars(event).items() if k not in _BASE_FIELDS or k == "originator_topic"}
        state: dict[str, Any] = {
            "at": event.timestamp,
            "data": data,
            "scope": origin.scope,
            "meta": origin.meta,
        }
        version = getattr(shape.event, "class_version", 1)
        if version > 1:
            state["v"] = version
        if shape.personal and origin.subject is not None:
            secret = {name: data.pop(name) for name in shape.personal}
            bound = _bound_to(str(event.originator_id), event.originator_version, shape.topic)
            text = self._encrypt(origin.subject, secret, bound)
            state["sealed"] = {"subject": origin.subject, "text": text, "blank": shape.personal}
        encoded = orjson.dumps(state, default=_json)
        return StoredEvent(event.originator_id, event.originator_version, shape.topic, encoded)

    def _encrypt(self, subject: str, secret: dict[str, Any], bound: bytes) -> str:
        cipher = self._keyring.cipher(subject)
        if cipher is None:
            raise KeyDestroyed(subject)
        nonce = os.urandom(12)
        return b64encode(nonce + cipher.encrypt(nonce, orjson.dumps(secret, default=_json), bound)).decode()

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The event object that `seal` was given, upcast to the present class version.

        Raises `Unavailable` for one of a newer version: while an update is under way, another instance may read it.
        """
        shape = self._shapes.get(stored_event.topic)
        state = header(stored_event.state)
        if shape is None or state.get("v", 1) > getattr(shape.event, "class_version", 1):
            raise Unavailable
        originator = UUID(str(stored_event.originator_id))
        bound = _bound_to(str(originator), stored_event.originator_version, stored_event.topic)
        data, _ = opened(state, bound, self._keyring)
        for version in range(state.get("v", 1), getattr(shape.event, "class_version", 1)):
            getattr(shape.event, f"upcast_v{version}_v{version + 1}")(data)
        for name, adapter in shape.adapters.items():
            data[name] = adapter.validate_python(data[name])
        data["timestamp"] = datetime.fromisoformat(state["at"])
        data["originator_id"] = originator
        data["originator_version"] = stored_event.originator_version
        event = object.__new__(shape.event)
        object.__setattr__(event, "__dict__", data)
        return event


class KeyDestroyed(Exception):
    """Something new was to be recorded about a person who was erased."""


def opened(state: dict[str, Any], bound: bytes, keyring: Keyring) -> tuple[dict[str, Any], bool]:
    """The event's data with its sealed part opened, and whether that part is erased for good (then it reads blank)."""
    data: dict[str, Any] = state["data"]
    sealed = state.get("sealed")
    if sealed is None:
        return data, False
    cipher = keyring.cipher(sealed["subject"])
    if cipher is None:
        return data | sealed["blank"], True
    text = b64decode(sealed["text"])
    return data | orjson.loads(cipher.decrypt(text[:12], text[12:], bound)), False


def subjects_of(states: Iterable[dict[str, Any]]) -> set[str]:
    """Whose keys these states need."""
    return {state["sealed"]["subject"] for state in states if "sealed" in state}


async def open_all(events: Sequence[Wire], keyring: Keyring, *, closed: Container[str] = ()) -> list[Recorded]:
    """Events as consumers read them; those of `closed` services keep their personal fields blank and need no key.

    Raises `Unavailable` if a key cannot be had now: try the batch again later.
    """
    states = [header(event.state) for event in events]
    for event, state in zip(events, states, strict=True):
        if event.service in closed and (sealed := state.pop("sealed", None)):
            state["data"] |= sealed["blank"]
    await keyring.ensure(subjects_of(states), create=False)
    return [_recorded(event, state, keyring) for event, state in zip(events, states, strict=True)]


def _recorded(event: Wire, state: dict[str, Any], keyring: Keyring) -> Recorded:
    data, erased = opened(state, _bound_to(event.id, event.version, event.topic), keyring)
    return Recorded(
        service=event.service,
        number=event.number,
        topic=event.topic,
        id=event.id,
        version=event.version,
        scope=state["scope"],
        at=datetime.fromisoformat(state["at"]),
        data=data,
        meta=Meta(**state["meta"]),
        erased=erased,
    )
