"""What can be asked of notifications: who was e-mailed about what, and what became of it."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from services.firm.contract import Leads, OnThing, SignedIn, SystemOnly
from services.notifications.values import About, NotFailed, Recipient, State, Withholding
from shared.messages import GET, POST, Command, Model, Query
from shared.readstore.cursor import InvalidCursor


class Told(Model):
    """Whom a message is for. `name` is as of now."""

    id: UUID
    kind: str = Field(examples=["member", "contact"])
    name: str


class MessageEntry(Model):
    """A message and how it stands: `due` is when it leaves or is tried again, `error` what a server last answered."""

    id: UUID
    state: State
    recipient: Told
    address: str
    account_id: UUID | None
    interaction_id: UUID
    comment_id: UUID | None
    reason: str = Field(description="Why this person: `participant` (ruling 10).")
    queued_at: datetime
    due: datetime | None
    sent_at: datetime | None
    attempts: int
    error: str | None
    withheld: Withholding | None
    version: int


class MessagePage(Model):
    """Messages, the latest first."""

    items: list[MessageEntry]
    next: str | None


class QueueMessage(Command):
    """Promise an e-mail about an interaction or a comment to one of its participants (U-18, U-19)."""

    needs = SystemOnly()

    recipient: Recipient
    account_id: UUID | None
    about: About


class RecordSent(Command):
    """Record that a message was handed over."""

    needs = SystemOnly()

    message_id: UUID
    header: str = Field(description="Its `Message-ID`.")


class RecordRefused(Command):
    """Record that a message could not be handed over."""

    needs = SystemOnly()

    message_id: UUID
    error: str
    permanent: bool


class WithholdMessage(Command):
    """Record that a message is kept back."""

    needs = SystemOnly()

    message_id: UUID
    reason: Withholding


class RetryMessage(Command):
    """Send a message that failed once more."""

    http = POST("/messages/{message_id}/retry")
    needs = Leads()
    refusals: ClassVar = (NotFailed,)

    message_id: UUID


class ListMessages(Query):
    """List the e-mails about what the caller may see, the latest first (U-18, U-19)."""

    http = GET("/messages")
    needs = SignedIn()
    refusals: ClassVar = (InvalidCursor,)
    answer: ClassVar[Any] = MessagePage

    state: State | None = None
    interaction_id: UUID | None = None
    after: str | None = Field(None, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=200)


class GetMessage(Query):
    """Show one e-mail and how it stands."""

    http = GET("/messages/{message_id}")
    needs = OnThing("message", "message_id")
    answer: ClassVar[Any] = MessageEntry

    message_id: UUID
