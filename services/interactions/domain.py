"""An interaction: what was said or written with a client, or will be, and what is said about it since."""

from datetime import datetime
from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.interactions.values import (
    AccountOrContactRequired,
    Content,
    Direction,
    Kind,
    Participant,
    Remark,
    need_words,
    plain,
    same_people,
)
from shared.events import Personal
from shared.problems import NotFound


class Interaction(Aggregate):
    """Stands on an account, with a contact, or both (D-18). Deleting hides it and can be undone (ruling 3)."""

    TOPIC = "interactions.interaction"
    SUBJECT = "person_id"
    SCOPE = "account_id"

    class Created(Aggregate.Created):
        TOPIC = "interactions.interaction.recorded"
        kind: str
        account_id: UUID | None
        contact_id: UUID | None
        author_id: UUID | None
        subject: Personal[str]
        body: Personal[str]
        participants: list[Any]
        occurred_at: datetime
        direction: str | None

    class Changed(Aggregate.Event):
        TOPIC = "interactions.interaction.changed"
        subject: Personal[str]
        body: Personal[str]
        occurred_at: datetime
        direction: str | None
        was: Personal[dict[str, Any]]

    class ParticipantsChanged(Aggregate.Event):
        TOPIC = "interactions.interaction.participants-changed"
        participants: list[Any]
        was: list[Any]

    class Commented(Aggregate.Event):
        TOPIC = "interactions.interaction.commented"
        comment_id: UUID
        author_id: UUID | None
        body: Personal[str]

    class CommentChanged(Aggregate.Event):
        TOPIC = "interactions.interaction.comment-changed"
        comment_id: UUID
        body: Personal[str]
        was: Personal[str]

    class CommentDeleted(Aggregate.Event):
        TOPIC = "interactions.interaction.comment-deleted"
        comment_id: UUID

    class Deleted(Aggregate.Event):
        TOPIC = "interactions.interaction.deleted"

    class Restored(Aggregate.Event):
        TOPIC = "interactions.interaction.restored"

    @classmethod
    def record(
        cls,
        id: UUID,
        kind: Kind,
        content: Content,
        *,
        account_id: UUID | None,
        contact_id: UUID | None,
        author_id: UUID | None,
        participants: list[Participant],
    ) -> "Interaction":
        """A new interaction of something that happened, or will."""
        if account_id is None and contact_id is None:
            raise AccountOrContactRequired(field="account_id")
        content.check(kind)
        return cls(
            id=id,
            kind=kind,
            account_id=account_id,
            contact_id=contact_id,
            author_id=author_id,
            subject=content.subject,
            body=content.body,
            participants=plain(participants),
            occurred_at=content.occurred_at,
            direction=content.direction,
        )

    @event(Created)
    def __init__(
        self,
        *,
        id: UUID,
        kind: Kind,
        account_id: UUID | None,
        contact_id: UUID | None,
        author_id: UUID | None,
        subject: str,
        body: str,
        participants: list[Any],
        occurred_at: datetime,
        direction: Direction | None,
    ) -> None:
        self.kind = kind
        self.account_id = account_id
        self.contact_id = contact_id
        self.author_id = author_id
        self.content = Content(subject, body, occurred_at, direction)
        self.participants = participants
        self.comments: dict[UUID, Remark] = {}
        self.deleted = False

    @property
    def person_id(self) -> UUID | None:
        """Whose key seals what it says: the contact's, or else the account's own."""
        return self.contact_id or self.account_id

    def change(self, content: Content) -> None:
        """Say something else instead; the same again records nothing."""
        self._exists()
        content.check(self.kind)
        if content != self.content:
            self._changed(
                subject=content.subject,
                body=content.body,
                occurred_at=content.occurred_at,
                direction=content.direction,
                was=self.content.plain(),
            )

    @event(Changed)
    def _changed(
        self, subject: str, body: str, occurred_at: datetime, direction: Direction | None, was: dict[str, Any]
    ) -> None:
        self.content = Content(subject, body, occurred_at, direction)

    def added(self, participants: list[Participant]) -> list[Participant]:
        """Those who do not take part yet."""
        return [participant for participant in participants if participant.plain() not in self.participants]

    def set_participants(self, participants: list[Participant]) -> None:
        """These take part and nobody else; the order means nothing."""
        self._exists()
        wanted = plain(participants)
        if not same_people(wanted, self.participants):
            self._participants_changed(participants=wanted, was=self.participants)

    @event(ParticipantsChanged)
    def _participants_changed(self, participants: list[Any], was: list[Any]) -> None:
        self.participants = participants

    def comment(self, comment_id: UUID, author_id: UUID | None, body: str) -> None:
        self._exists()
        need_words(body)
        self._commented(comment_id=comment_id, author_id=author_id, body=body)

    @event(Commented)
    def _commented(self, comment_id: UUID, author_id: UUID | None, body: str) -> None:
        self.comments[comment_id] = Remark(author_id, body)

    def remark(self, comment_id: UUID) -> Remark:
        """A comment that was not deleted; raises `NotFound`."""
        self._exists()
        if comment_id not in self.comments:
            raise NotFound
        return self.comments[comment_id]

    def change_comment(self, comment_id: UUID, body: str) -> None:
        was = self.remark(comment_id).body
        need_words(body)
        if body != was:
            self._comment_changed(comment_id=comment_id, body=body, was=was)

    @event(CommentChanged)
    def _comment_changed(self, comment_id: UUID, body: str, was: str) -> None:
        self.comments[comment_id] = Remark(self.comments[comment_id].author_id, body)

    def delete_comment(self, comment_id: UUID) -> None:
        self.remark(comment_id)
        self._comment_deleted(comment_id=comment_id)

    @event(CommentDeleted)
    def _comment_deleted(self, comment_id: UUID) -> None:
        del self.comments[comment_id]

    def delete(self) -> None:
        self._exists()
        self._deleted()

    @event(Deleted)
    def _deleted(self) -> None:
        self.deleted = True

    def restore(self) -> None:
        if not self.deleted:
            raise NotFound
        self._restored()

    @event(Restored)
    def _restored(self) -> None:
        self.deleted = False

    def _exists(self) -> None:
        if self.deleted:
            raise NotFound
