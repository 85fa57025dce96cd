"""What can be asked about interactions: the firm's, an account's or a contact's, and one with its comments."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.dossier.contract.activity import Since, Until
from services.dossier.contract.pages import Cursor, Limit, Named, Words
from services.firm.contract import Every, OnAccount, OnContact, OnThing
from shared.messages import GET, Model, Query
from shared.readstore.cursor import InvalidCursor
from shared.text import Moment

Kind = Literal["note", "call", "phone_message", "email"]
Direction = Literal["incoming", "outgoing"]

NAMED = 10
"""Participants that a line of the list names."""


class Participant(Model):
    """Somebody who takes part."""

    id: UUID
    kind: Literal["member", "contact"]
    name: str | None


class InteractionLine(Model):
    """An interaction in the list, with the beginning of its text."""

    id: UUID
    kind: Kind
    subject: str
    excerpt: str
    direction: Direction | None
    occurred_at: Moment = Field(description="When it happened, or will.")
    recorded_at: Moment
    author: Named | None = Field(description="Who recorded it; null for our own services.")
    account: Named | None
    contact: Named | None
    participants: list[Participant] = Field(description=f"The first {NAMED}.")
    participants_count: int
    comments_count: int
    version: int


class InteractionPage(Model):
    items: list[InteractionLine]
    next: str | None


class ListInteractions(Query):
    """All interactions that the caller may see, or those of an account or a contact (D-01, D-19, D-20, D-28, D-30).

    The latest first; with `upcoming`, those that lie ahead, the next one first (U-03).
    """

    http = GET("/interactions")
    needs = Every(OnAccount(), OnContact())
    refusals: ClassVar = (InvalidCursor,)
    answer: ClassVar = InteractionPage

    q: Words = Field("", description="Words of the subject or of the text (D-31).")
    kind: Kind | None = None
    account_id: UUID | None = None
    contact_id: UUID | None = None
    participant: UUID | None = Field(None, description="Only those in which this member or contact takes part.")
    author: UUID | None = Field(None, description="Only those that this member recorded.")
    last_30_days: bool = Field(False, description="Exactly 30 days ago is inside, to the minute (D-20, D-27).")
    since: Since = Field(None, description="Happened at this moment or later.")
    until: Until = Field(None, description="Happened at this moment or earlier.")
    upcoming: bool = Field(False, description="Only what happens after now (U-03).")
    after: Cursor | None = None
    limit: Limit = 50


class Remark(Model):
    """A comment. `changed_at` is null until it is changed."""

    id: UUID
    author: Named | None
    body: str
    at: Moment
    changed_at: Moment | None


class RemarkPage(Model):
    """Comments, the first one first; fewer than asked for where they are long: `next` then goes on."""

    items: list[Remark]
    next: str | None


class Invited(Participant):
    """A participant; `emailed`: whether a comment of the caller would be e-mailed to them (U-19, ruling 10)."""

    emailed: bool


class InteractionDetail(Model):
    """Everything about an interaction. `comments` is the first page of them, `comments_next` its cursor."""

    id: UUID
    kind: Kind
    subject: str
    body: str
    direction: Direction | None
    occurred_at: Moment
    recorded_at: Moment
    changed_at: Moment | None
    author: Named | None
    account: Named | None
    contact: Named | None
    participants: list[Invited]
    comments: list[Remark]
    comments_count: int
    comments_next: str | None
    version: int


class GetInteraction(Query):
    """One interaction, its comments, and who is e-mailed about further ones (U-18, U-19, U-48)."""

    http = GET("/interactions/{interaction_id}")
    needs = OnThing("interaction", "interaction_id")
    answer: ClassVar = InteractionDetail

    interaction_id: UUID


class ListComments(Query):
    """The comments on an interaction, the first one first (U-48)."""

    http = GET("/interactions/{interaction_id}/comments")
    needs = OnThing("interaction", "interaction_id")
    refusals: ClassVar = (InvalidCursor,)
    answer: ClassVar = RemarkPage

    interaction_id: UUID
    after: Cursor | None = None
    limit: Limit = 50


class GetComment(Query):
    """One comment (U-48)."""

    http = GET("/interactions/{interaction_id}/comments/{comment_id}")
    needs = OnThing("interaction", "interaction_id")
    answer: ClassVar = Remark

    interaction_id: UUID
    comment_id: UUID
