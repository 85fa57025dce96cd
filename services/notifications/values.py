"""The words of notifications: who is told, about what, how it stands, and when a failed e-mail is tried again."""

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator

from shared.problems import Refusal

State = Literal["queued", "sent", "failed", "withheld"]
"""A message waits, has left, cannot be delivered, or was kept back for a reason."""

Withholding = Literal["no-access", "deleted", "inactive", "no-address", "not-participant"]
"""Why a message was kept back, as found when it was about to leave (ruling 4)."""

_STEPS = (1, 4, 20, 60)  # pauses after the first failures, in units of the first: 30 s, 2 min, 10 min, 30 min
_LATER = 120  # then every hour
_TRIES = 52  # two days: an SMTP server that is away for one loses nothing


class NotFailed(Refusal):
    """Only a message that could not be delivered is sent again."""

    code = "message-not-failed"
    fr = "Seul un message en échec peut être renvoyé."
    en = "Only a message that failed can be sent again."


class Recipient(BaseModel):
    """A member of the firm or a contact: one of the two."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    member_id: UUID | None = None
    contact_id: UUID | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Recipient":
        if (self.member_id is None) == (self.contact_id is None):
            raise ValueError("a member or a contact, not both")
        return self

    @property
    def id(self) -> UUID:
        id = self.member_id or self.contact_id
        assert id is not None
        return id

    def plain(self) -> dict[str, str]:
        """As JSON, the form in which events carry it."""
        return self.model_dump(mode="json", exclude_none=True)


class About(BaseModel):
    """What a message tells of: a thing of some service, the event by which it came up, the comment if it is one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: str
    id: UUID
    topic: str
    key: str
    comment_id: UUID | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON, the form in which events carry it."""
        return self.model_dump(mode="json", exclude_none=True)


def pause(failures: int, first: float) -> timedelta | None:
    """How long to wait after so many failures in a row, `first` seconds after the first; None: give up."""
    if failures >= _TRIES:
        return None
    return timedelta(seconds=first * (_STEPS[failures - 1] if failures <= len(_STEPS) else _LATER))
