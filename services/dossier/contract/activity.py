"""The activity feed of an account, and the audit log of an account and of the firm."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.dossier.contract.pages import Cursor, Limit, Named, Words
from services.firm.contract import Leads, OnAccount
from shared.messages import GET, Model, Query
from shared.readstore.cursor import InvalidCursor
from shared.text import Moment

WINDOW = 1_000
"""How many activities the feed of an account goes back (M-48, ruling 6)."""

Topic = Annotated[str, StringConstraints(max_length=100)]
Since = Annotated[Moment | None, Field(alias="from", description="Recorded at this moment or later.")]
Until = Annotated[Moment | None, Field(alias="to", description="Recorded at this moment or earlier.")]
_TYPE = "A topic or its beginning: `files`, `files.document` or `files.document.published` (M-53)."


class Subject(Model):
    """What an event is about."""

    id: UUID
    kind: str = Field(examples=["document"])


class Actor(Model):
    """Who caused it. Our own services have no id, nor has whoever signs in."""

    id: UUID | None
    kind: Literal["member", "contact", "system", "nobody"]
    name: str | None


class Happening(Model):
    """Something that happened. `text` says it in the caller's language."""

    id: str = Field(description="The event's own name.", examples=["files:17"])
    type: str = Field(description="The event's topic.", examples=["files.document.published"])
    at: Moment = Field(description="When it was recorded.")
    occurred_at: Moment = Field(description="When it happened, as said by who recorded it.")
    actor: Actor
    subject: Subject
    text: str


class ActivityItem(Happening):
    """An activity; of a document with its name then, its format and its folder."""

    name: str | None
    format: str | None
    folder_id: UUID | None


class ActivityPage(Model):
    """`total`: how many the caller may see within the window, of those that the filters let through."""

    items: list[ActivityItem]
    next: str | None
    total: int
    window: int = Field(description="The feed, and what its filters search, are the last so many.", examples=[WINDOW])


class Activity(Query):
    """The last 1,000 activities of an account, the latest first, with five filters (M-48..M-53, U-02, ruling 6)."""

    http = GET("/accounts/{account_id}/activity")
    needs = OnAccount()
    refusals: ClassVar = (InvalidCursor,)
    answer: ClassVar = ActivityPage

    account_id: UUID
    name: Words = Field("", description="Part of a file's name (M-49).")
    format: Words = Field("", description="The extension of a file's name (M-50).", examples=["pdf"])
    folder: UUID | None = Field(None, description="Only what happened in this folder (M-51).")
    since: Since = None
    until: Until = None
    type: Topic = Field("", description=_TYPE, examples=["files.document"])
    after: Cursor | None = None
    limit: Limit = 50


class Change(Model):
    """A field before and after; null where there was or is nothing. Long texts begin where they differ."""

    field: str = Field(examples=["name"])
    old: Any = Field(alias="from")
    new: Any = Field(alias="to")


class AuditEntry(Happening):
    """An event with where it came from, and what it changed from what to what."""

    address: str = Field(description="The network address of who caused it; empty for our own services.")
    request: str = Field(description="The request that caused it, as named in `X-Request-Id`.")
    account: Named | None
    changes: list[Change]


class AuditPage(Model):
    """May hold fewer entries than asked for where they are large; `next` then goes on."""

    items: list[AuditEntry]
    next: str | None


class Audit(Query):
    """Everything that was ever recorded in an account, the latest first (A-14, T-33, X-06)."""

    http = GET("/accounts/{account_id}/audit")
    needs = OnAccount()
    refusals: ClassVar = (InvalidCursor,)
    answer: ClassVar = AuditPage

    account_id: UUID
    since: Since = None
    until: Until = None
    actor: UUID | None = Field(None, description="Only what this member or contact did.")
    type: Topic = Field("", description=_TYPE)
    after: Cursor | None = None
    limit: Limit = 50


class FirmAudit(Query):
    """Everything that was ever recorded in the firm, for those who lead it (A-14, X-06)."""

    http = GET("/audit")
    needs = Leads()
    refusals: ClassVar = (InvalidCursor,)
    answer: ClassVar = AuditPage

    since: Since = None
    until: Until = None
    actor: UUID | None = Field(None, description="Only what this member or contact did.")
    type: Topic = Field("", description=_TYPE)
    after: Cursor | None = None
    limit: Limit = 50
