"""Sessions: what a token opens, and which of them a member has open."""

from datetime import datetime
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.ids import derived_id


class Session(Aggregate):
    """Made by each sign-in. Only the SHA-256 of its token is known, and its id is made of that."""

    TOPIC = "firm.session"

    class Created(Aggregate.Created):
        TOPIC = "firm.session.opened"
        member_id: UUID
        token_hash: str
        expires_at: datetime
        language: str

    class Ended(Aggregate.Event):
        TOPIC = "firm.session.ended"
        reason: str

    @event(Created)
    def __init__(self, *, id: UUID, member_id: UUID, token_hash: str, expires_at: datetime, language: str) -> None:
        self.member_id = member_id
        self.expires_at = expires_at
        self.language = language
        self.ended = False

    @staticmethod
    def id_of(token_hash: str) -> UUID:
        return derived_id("session", token_hash)

    def open_at(self, now: datetime) -> bool:
        return not self.ended and now < self.expires_at

    def end(self, reason: str) -> None:
        """`reason` is signed-out, deactivated or password-changed; ending twice records nothing."""
        if not self.ended:
            self._ended(reason=reason)

    @event(Ended)
    def _ended(self, reason: str) -> None:
        self.ended = True


class MemberSessions(Aggregate):
    """A member's open sessions, so that all can be ended at once.

    Whatever opens or ends a session is saved with a change here, even if none is open: a sign-in that was under way
    while the member was deactivated, or the password changed, conflicts and is judged again.
    """

    TOPIC = "firm.member-sessions"

    class Created(Aggregate.Created):
        TOPIC = "firm.member-sessions.begun"
        member_id: UUID

    class Opened(Aggregate.Event):
        TOPIC = "firm.member-sessions.opened"
        session_id: UUID
        expires_at: datetime
        expired: list[UUID]

    class Closed(Aggregate.Event):
        TOPIC = "firm.member-sessions.closed"
        session_ids: list[UUID]

    @event(Created)
    def __init__(self, *, id: UUID, member_id: UUID) -> None:
        self.open: dict[UUID, datetime] = {}

    @staticmethod
    def id_of(member_id: UUID) -> UUID:
        return derived_id("member-sessions", member_id)

    @classmethod
    def of(cls, member_id: UUID) -> "MemberSessions":
        return cls(id=cls.id_of(member_id), member_id=member_id)

    def opened(self, session: Session, now: datetime) -> None:
        """One more; those that have expired are forgotten."""
        expired = [id for id, end in self.open.items() if end <= now]
        self._opened(session_id=session.id, expires_at=session.expires_at, expired=expired)

    @event(Opened)
    def _opened(self, session_id: UUID, expires_at: datetime, expired: list[UUID]) -> None:
        kept = {id: end for id, end in self.open.items() if id not in expired}
        self.open = kept | {session_id: expires_at}

    def close(self, session_ids: list[UUID]) -> None:
        self._closed(session_ids=session_ids)

    @event(Closed)
    def _closed(self, session_ids: list[UUID]) -> None:
        self.open = {id: end for id, end in self.open.items() if id not in session_ids}
