"""Messages and handlers over the sample aggregate."""

from typing import Any
from uuid import UUID

from pydantic import Field

from shared.dispatch import handles
from shared.ids import new_id
from shared.messages import GET, POST, PUT, Accepted, Command, Message, Query
from shared.problems import NotAllowed, Refusal
from shared.repository import Repository
from shared.text import Line
from tests.shared.sample import Card


class Colour:
    """A need that asks for the right colour of caller."""

    async def check(self, message: Message, access: Any) -> None:
        if access == "refused":
            raise NotAllowed

    def codes(self) -> list[type[Refusal]]:
        return [NotAllowed]


class MakeCard(Command):
    """Make a card."""

    http = POST("/cards", creates="/cards/{id}")
    needs = Colour()
    name: Line
    size: int = Field(1, ge=1, le=9)


class RenameCard(Command):
    """Rename a card."""

    http = PUT("/cards/{card_id}/name")
    needs = Colour()
    card_id: UUID
    name: Line


class BreakCard(Command):
    """Fails in a way that nobody foresaw."""

    needs = Colour()


class GetCard(Query):
    """A card."""

    http = GET("/cards/{card_id}")
    needs = Colour()
    answer = dict
    card_id: UUID
    deep: bool = False


@handles(MakeCard)
async def make(command: MakeCard, cards: Repository[Card]) -> Accepted:
    card = Card(id=new_id(), holder=new_id(), box=None, name=command.name, lines=[], colour="red")
    return await cards.save(card)


@handles(RenameCard)
async def rename(command: RenameCard, cards: Repository[Card]) -> Accepted:
    card = await cards.get(command.card_id)
    card.rename(command.name)
    return await cards.save(card)


@handles(BreakCard)
async def break_card(command: BreakCard) -> Accepted:
    raise ZeroDivisionError


@handles(GetCard)
async def get(query: GetCard, cards: Repository[Card]) -> dict[str, Any]:
    card = await cards.peek(query.card_id)
    return {"id": card.id, "version": card.version, "name": card.name, "deep": query.deep}
