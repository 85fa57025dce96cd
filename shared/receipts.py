"""Receipts: what a command answered, saved in the same transaction as what it did.

A receipt's id is made of the caller and the idempotency key, so a second use finds it or conflicts with it. Receipts
are private to their service: topics that begin with `shared.` are never relayed.
"""

import hashlib
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.context import Context
from shared.ids import derived_id

KEPT = timedelta(hours=24)
PRIVATE = "shared."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first use answered, as far as it must be kept. `last_*` find the position again."""

    body: str
    subject: str
    version_reached: int
    last_id: str | None
    last_version: int
    number: int


class Receipt(Aggregate):
    """One use of an idempotency key, and its renewals after it has run out."""

    TOPIC = "shared.receipt"

    class Created(Aggregate.Created):
        TOPIC = "shared.receipt.created"
        answer: Answer

    class Renewed(Aggregate.Event):
        TOPIC = "shared.receipt.renewed"
        answer: Answer

    @event(Created)
    def __init__(self, *, id: UUID, answer: Answer) -> None:
        self.answer = answer

    @event(Renewed)
    def renew(self, answer: Answer) -> None:
        self.answer = answer

    @property
    def expired(self) -> bool:
        return datetime.now(UTC) - self.modified_on > KEPT


@dataclass(frozen=True, slots=True)
class Expected:
    """The receipt that the save of the present command will issue."""

    id: UUID
    body: str
    earlier: Receipt | None

    def issue(self, answer: Answer) -> Receipt:
        if self.earlier is None:
            return Receipt(id=self.id, answer=answer)
        self.earlier.renew(answer)
        return self.earlier


expected: ContextVar[Expected | None] = ContextVar("expected", default=None)


def receipt_id(context: Context) -> UUID:
    return derived_id("receipt", context.kind, context.id, context.idempotency_key)


def body_hash(subject: str, params: str, body: bytes) -> str:
    """What makes two requests the same."""
    return hashlib.sha256(b"\0".join((subject.encode(), params.encode(), body))).hexdigest()
