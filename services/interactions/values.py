"""The words of interactions: their kinds and directions, what they say, and who takes part in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from shared.problems import Refusal
from shared.text import plain as words

Kind = Literal["note", "call", "phone_message", "email"]
"""The four types of interaction (D-17)."""

Direction = Literal["incoming", "outgoing"]
"""From whom a call, a phone message or an e-mail came; a note has none."""


class AccountOrContactRequired(Refusal):
    """An interaction is for an account, for a contact, or for both (D-18)."""

    code, status = "account-or-contact-required", 422
    fr = "Un dossier ou un contact est nécessaire."
    en = "An account or a contact is required."


class SubjectRequired(Refusal):
    """Only a note can do without a subject."""

    code, status = "subject-required", 422
    fr, en = "Un objet est nécessaire.", "A subject is required."


class TextRequired(Refusal):
    """A note with neither subject nor text says nothing; a comment without text neither."""

    code, status = "text-required", 422
    fr, en = "Un texte est nécessaire.", "A text is required."


class NoDirection(Refusal):
    """A note goes nowhere."""

    code, status = "note-without-direction", 422
    fr, en = "Une note n'est ni entrante ni sortante.", "A note is neither incoming nor outgoing."


class Participant(BaseModel):
    """A member of the firm or a contact: one of the two (ruling 10)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    member_id: UUID | None = None
    contact_id: UUID | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Participant":
        if (self.member_id is None) == (self.contact_id is None):
            raise PydanticCustomError("member-or-contact", "a member or a contact, not both")
        return self

    def plain(self) -> dict[str, str]:
        """As JSON, the form in which events carry it."""
        return {"member_id": str(self.member_id)} if self.member_id else {"contact_id": str(self.contact_id)}


def without_repetition(participants: list[Participant]) -> list[Participant]:
    """The same list; refuses one that names somebody twice."""
    if len(set(participants)) < len(participants):
        raise PydanticCustomError("named-twice", "somebody is named twice")
    return participants


def plain(participants: Iterable[Participant]) -> list[dict[str, str]]:
    """As JSON, the form in which events carry them."""
    return [participant.plain() for participant in participants]


@dataclass(frozen=True, slots=True)
class Content:
    """What an interaction says. `body` is sanitised HTML; `occurred_at` is when it happened or will (ruling 9)."""

    subject: str
    body: str
    occurred_at: datetime
    direction: Direction | None = None

    def check(self, kind: Kind) -> None:
        """Raise for what an interaction of this kind cannot say."""
        if not self.subject and kind != "note":
            raise SubjectRequired(field="subject")
        if not self.subject and not words(self.body):
            raise TextRequired(field="body")
        if self.direction is not None and kind == "note":
            raise NoDirection(field="direction")

    def plain(self) -> dict[str, Any]:
        """As JSON, the form in which events keep what was."""
        return {
            "subject": self.subject,
            "body": self.body,
            "occurred_at": self.occurred_at.isoformat(),
            "direction": self.direction,
        }


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment as it now reads, and who made it (None: the system)."""

    author_id: UUID | None
    body: str


def need_words(body: str) -> None:
    """Raise `TextRequired` for formatting around nothing."""
    if not words(body):
        raise TextRequired(field="body")


def same_people(some: list[dict[str, str]], others: list[dict[str, str]]) -> bool:
    """Whether these are the same participants, in whatever order."""
    return sorted(map(_person, some)) == sorted(map(_person, others))


def _person(participant: dict[str, str]) -> tuple[str, str]:
    return next(iter(participant.items()))
