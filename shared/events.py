"""What an event looks like to those who consume it, and which of its fields speak of a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

T = TypeVar("T")


class _Personal:
    """Marker: this field is encrypted with the key of the person whom the event is about."""


Personal = Annotated[T, _Personal()]
"""`name: Personal[str]` in an event: sealed before it reaches any store, unreadable once the key is destroyed."""

ERASED = "␡"
"""What stands in place of a personal text once its key is destroyed (U+2421, symbol for delete)."""


@dataclass(frozen=True, slots=True)
class Meta:
    """Who caused an event and how, as stored with it and sent along."""

    actor_kind: str  # "member", "contact" or "system"
    actor_id: str | None
    causation: str  # the command's name
    correlation: str  # the request's id
    address: str  # the caller's network address; empty for the system
    trace: str = ""  # W3C traceparent of the span that saved it


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as projections and reactions read it: plain data, personal fields opened."""

    service: str
    number: int  # notification id in its service's store: the position
    topic: str
    id: str  # the aggregate's id
    version: int
    scope: str | None  # the dossier it belongs to, if any
    at: datetime  # when it was recorded, UTC
    data: dict[str, Any]
    meta: Meta
    erased: bool = False  # its personal fields can no longer be read

    @property
    def key(self) -> str:
        """A name for this event that is the same in every store and on every day: `accounts:17`."""
        return f"{self.service}:{self.number}"
