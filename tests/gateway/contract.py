"""A contract as services have one, answered in these tests by a plain NATS responder."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field

from shared.messages import DELETE, GET, POST, PUT, Command, Message, Query
from shared.problems import NotFound, Refusal


class Free:
    """A need that is always met."""

    async def check(self, message: Any, access: Any) -> None:
        return

    def codes(self) -> list[type[Refusal]]:
        return [NotFound]


class BoxLocked(Refusal):
    """Boxes can be locked."""

    code, status = "box-locked", 409
    fr, en = "La boîte est fermée.", "The box is locked."


class Box(BaseModel):
    """A box as it is shown."""

    id: UUID
    label: str


class MakeBox(Command):
    """Make a box.

    It is empty at first.
    """

    http = POST("/boxes", creates="/boxes/{id}")
    needs = Free()
    label: str = Field(examples=["Archives 2026"], description="What is written on it.")


class RenameBox(Command):
    """Change a box's label."""

    http = PUT("/boxes/{box_id}/label")
    needs = Free()
    refusals: ClassVar = (BoxLocked,)
    settles: ClassVar = True
    box_id: UUID
    label: str


class RemoveBox(Command):
    """Remove a box."""

    http = DELETE("/boxes/{box_id}")
    needs = Free()
    box_id: UUID


class ShowBox(Query):
    """Show a box."""

    http = GET("/boxes/{box_id}")
    needs = Free()
    answer: ClassVar = Box
    box_id: UUID


class ListBoxes(Query):
    """List boxes."""

    http = GET("/boxes")
    needs = Free()
    answer: ClassVar = list[Box]
    tag: list[str] = Field([], description="Only those with these tags.")
    limit: int = 50


class CountBoxes(Query):
    """Count boxes; not reachable from outside."""

    needs = Free()
    answer: ClassVar = int


MESSAGES: list[type[Message]] = [MakeBox, RenameBox, RemoveBox, ShowBox, ListBoxes, CountBoxes]
