"""A small aggregate that is nobody's business, for tests of the mechanisms."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.events import Personal
from shared.problems import NotFound


class Card(Aggregate):
    """A card with a holder whose name is personal."""

    TOPIC = "tests.card"
    SUBJECT = "holder"
    SCOPE = "box"

    class Created(Aggregate.Created):
        TOPIC = "tests.card.created"
        holder: UUID
        box: UUID | None
        name: Personal[str]
        lines: Personal[list[Any]]
        colour: str

    class Renamed(Aggregate.Event):
        TOPIC = "tests.card.renamed"
        name: Personal[str]

    class Lent(Aggregate.Event):
        TOPIC = "tests.card.lent"
        SUBJECT = "borrower"
        borrower: UUID
        remark: Personal[str]

    @event(Created)
    def __init__(self, *, id: UUID, holder: UUID, box: UUID | None, name: str, lines: list[Any], colour: str) -> None:
        self.holder = holder
        self.box = box
        self.name = name
        self.lines = lines
        self.colour = colour
        self.remark = ""

    def rename(self, name: str) -> None:
        if name == "refused":
            raise NotFound
        if name != self.name:
            self._renamed(name=name)

    @event(Renamed)
    def _renamed(self, name: str) -> None:
        self.name = name

    def lend(self, borrower: UUID, remark: str) -> None:
        self._lent(borrower=borrower, remark=remark)

    @event(Lent)
    def _lent(self, borrower: UUID, remark: str) -> None:
        self.remark = remark
