"""A message: the promise to e-mail one person about one thing, kept until it is fulfilled or cannot be."""

from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.notifications.values import About, NotFailed, Recipient, State, Withholding, pause
from shared.events import Personal


class Message(Aggregate):
    """Queued, then sent, failed or withheld. What is told to a message that is no longer queued changes nothing.

    It does not repeat what it tells of: that is sealed with the key of another person than the recipient.
    """

    TOPIC = "notifications.message"
    SUBJECT = "recipient_id"
    SCOPE = "account_id"

    class Created(Aggregate.Created):
        TOPIC = "notifications.message.queued"
        recipient: dict[str, Any]
        account_id: UUID | None
        address: Personal[str]
        subject: Personal[str]
        about: dict[str, Any]
        reason: str
        due: datetime

    class Sent(Aggregate.Event):
        TOPIC = "notifications.message.sent"
        message_id: str
        attempt: int

    class AttemptFailed(Aggregate.Event):
        TOPIC = "notifications.message.attempt-failed"
        attempt: int
        error: Personal[str]
        next: datetime

    class Failed(Aggregate.Event):
        TOPIC = "notifications.message.failed"
        attempt: int
        error: Personal[str]

    class Withheld(Aggregate.Event):
        TOPIC = "notifications.message.withheld"
        reason: str

    class Requeued(Aggregate.Event):
        TOPIC = "notifications.message.requeued"
        due: datetime

    @classmethod
    def queue(
        cls,
        id: UUID,
        recipient: Recipient,
        about: About,
        *,
        account_id: UUID | None,
        address: str,
        subject: str,
        due: datetime,
    ) -> "Message":
        """Promise an e-mail to a participant, not before `due` (ruling 10)."""
        return cls(
            id=id,
            recipient=recipient.plain(),
            account_id=account_id,
            address=address,
            subject=subject,
            about=about.plain(),
            reason="participant",
            due=due,
        )

    @event(Created)
    def __init__(
        self,
        *,
        id: UUID,
        recipient: dict[str, Any],
        account_id: UUID | None,
        address: str,
        subject: str,
        about: dict[str, Any],
        reason: str,
        due: datetime,
    ) -> None:
        self.recipient = Recipient.model_validate(recipient)
        self.account_id = account_id
        self.about = About.model_validate(about)
        self.due = due
        self.state: State = "queued"
        self.attempts = 0
        self.failures = 0

    @property
    def recipient_id(self) -> UUID:
        """Whose key seals the address and what a server says about it."""
        return self.recipient.id

    @property
    def waits(self) -> bool:
        return self.state == "queued"

    def sent(self, message_id: str) -> None:
        """It was handed over, under this `Message-ID`."""
        if self.waits:
            self._sent(message_id=message_id, attempt=self.attempts + 1)

    @event(Sent)
    def _sent(self, message_id: str, attempt: int) -> None:
        self.state, self.attempts = "sent", attempt

    def refused(self, error: str, *, permanent: bool, now: datetime, first: float) -> None:
        """It could not be handed over: tried again after a growing pause, for two days, unless it is no use."""
        if not self.waits:
            return
        wait = None if permanent else pause(self.failures + 1, first)
        if wait is None:
            self._failed(attempt=self.attempts + 1, error=error)
        else:
            self._attempt_failed(attempt=self.attempts + 1, error=error, next=now + wait)

    @event(AttemptFailed)
    def _attempt_failed(self, attempt: int, error: str, next: datetime) -> None:
        self.attempts, self.due = attempt, next
        self.failures += 1

    @event(Failed)
    def _failed(self, attempt: int, error: str) -> None:
        self.state, self.attempts = "failed", attempt

    def withhold(self, reason: Withholding) -> None:
        """The recipient is not to be told, or no longer."""
        if self.waits:
            self._withheld(reason=reason)

    @event(Withheld)
    def _withheld(self, reason: str) -> None:
        self.state = "withheld"

    def retry(self, now: datetime) -> None:
        """Somebody has put right what was wrong: begin anew."""
        if self.state != "failed":
            raise NotFailed
        self._requeued(due=now)

    @event(Requeued)
    def _requeued(self, due: datetime) -> None:
        self.state, self.due, self.failures = "queued", due, 0
