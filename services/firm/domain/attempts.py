"""Failed sign-ins, counted so that nobody can try passwords for long."""

from datetime import datetime, timedelta
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.ids import derived_id
from shared.problems import Refusal


class TooManyAttempts(Refusal):
    """`retry_after`: seconds until the oldest of the failed attempts no longer counts."""

    code, status = "too-many-attempts", 429
    fr, en = "Trop d'essais manqués; réessayez plus tard.", "Too many failed attempts; try again later."

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.retry_after = seconds


class Attempts(Aggregate):
    """The failures of one account or one network address within one span of time; short, because spans are."""

    TOPIC = "firm.attempts"

    class Created(Aggregate.Created):
        TOPIC = "firm.attempts.begun"
        of: str  # account or address: which of the two, never whose

    class Failed(Aggregate.Event):
        TOPIC = "firm.attempts.failed"
        at: datetime

    class Forgiven(Aggregate.Event):
        TOPIC = "firm.attempts.forgiven"

    @event(Created)
    def __init__(self, *, id: UUID, of: str) -> None:
        self.failures: list[datetime] = []

    @staticmethod
    def id_of(of: str, who: str, span: int) -> UUID:
        """`who` is a hash: neither e-mail addresses nor network addresses can be read from these ids."""
        return derived_id("attempts", of, who, span)

    @event(Failed)
    def fail(self, at: datetime) -> None:
        """One more."""
        self.failures = [*self.failures, at]

    def forgive(self) -> None:
        """A sign-in went well: what failed before it no longer counts."""
        if self.failures:
            self._forgiven()

    @event(Forgiven)
    def _forgiven(self) -> None:
        self.failures = []


def check_attempts(failures: list[datetime], limit: int, window: timedelta, now: datetime) -> None:
    """Raise `TooManyAttempts` if `limit` of the failures lie within the window that ends now."""
    recent = sorted(at for at in failures if now - at < window)
    if len(recent) >= limit:
        remaining = recent[-limit] + window - now
        raise TooManyAttempts(max(1, round(remaining.total_seconds())))
