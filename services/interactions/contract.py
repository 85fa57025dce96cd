"""What can be asked of interactions: notes, calls, phone messages, e-mails, their participants and comments."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field

from services.firm.contract import Every, Leads, OnAccount, OnContact, OnThing
from services.interactions.values import (
    AccountOrContactRequired,
    Direction,
    Kind,
    NoDirection,
    Participant,
    SubjectRequired,
    TextRequired,
    without_repetition,
)
from shared.messages import DELETE, POST, PUT, Command
from shared.problems import NotAllowed, Refusal
from shared.text import Moment, OptionalLine, RichText
from shared.validation import register

PARTICIPANTS = 100
"""How many can take part in one interaction."""

register(
    "member-or-contact",
    "Un collaborateur ou un contact est attendu, pas les deux.",
    "A member or a contact is expected, not both.",
)
register("named-twice", "La même personne est nommée deux fois.", "The same person is named twice.")

Participants = Annotated[list[Participant], Field(max_length=PARTICIPANTS), AfterValidator(without_repetition)]
_EXAMPLE = {"member_id": "01931c6e-3b5a-7cc0-8f1e-0d5a4b7c9e21"}


class UnknownParticipant(Refusal):
    """There is no such member or contact, or none that the caller may know of."""

    code, status = "unknown-participant", 422
    fr, en = "Cette personne n'existe pas.", "There is no such person."


class RecordInteraction(Command):
    """Record a note, call, phone message or e-mail on an account, a contact or both (D-06, D-17, D-18, D-22, U-16).

    `occurred_at` is when it happened or will happen, now unless given (U-29, ruling 9). Participants are e-mailed about
    it once (U-18). Only a note can do without a subject, and it then needs a text.
    """

    http = POST("/interactions", creates="/interactions/{id}")
    needs = Every(OnAccount(), OnContact())
    refusals: ClassVar = (AccountOrContactRequired, SubjectRequired, TextRequired, NoDirection, UnknownParticipant)

    kind: Kind = Field(examples=["note"])
    account_id: UUID | None = None
    contact_id: UUID | None = None
    subject: OptionalLine = Field("", examples=["Liasse fiscale 2026"])
    body: RichText = Field("", examples=["<p>Il manque le <strong>relevé de décembre</strong>.</p>"])
    participants: Participants = Field([], examples=[[_EXAMPLE]])
    occurred_at: Moment | None = Field(None, examples=["2026-11-20T09:30:00Z"])
    direction: Direction | None = None


class ChangeInteraction(Command):
    """Change what is given; the rest stays (D-21, D-29). A `direction` of null takes it away."""

    http = PUT("/interactions/{interaction_id}")
    needs = OnThing("interaction", "interaction_id", change=True)
    refusals: ClassVar = (SubjectRequired, TextRequired, NoDirection)

    interaction_id: UUID
    subject: OptionalLine | None = None
    body: RichText | None = None
    occurred_at: Moment | None = None
    direction: Direction | None = None


class SetParticipants(Command):
    """Say who takes part, as a whole (U-18). Those who are new are e-mailed about the interaction once (ruling 10)."""

    http = PUT("/interactions/{interaction_id}/participants")
    needs = OnThing("interaction", "interaction_id", change=True)
    refusals: ClassVar = (UnknownParticipant,)

    interaction_id: UUID
    participants: Participants = Field(examples=[[_EXAMPLE]])


class DeleteInteraction(Command):
    """Delete an interaction: it is hidden everywhere, and owners and admins can bring it back (D-21, ruling 3)."""

    http = DELETE("/interactions/{interaction_id}")
    needs = OnThing("interaction", "interaction_id", change=True)
    interaction_id: UUID


class RestoreInteraction(Command):
    """Bring a deleted interaction back."""

    http = POST("/interactions/{interaction_id}/restoration")
    needs = Leads(hidden=True)
    interaction_id: UUID


class Comment(Command):
    """Comment on an interaction (U-48); its participants are e-mailed, but for whoever comments (U-19)."""

    http = POST("/interactions/{interaction_id}/comments", creates="/interactions/{interaction_id}/comments/{id}")
    needs = OnThing("interaction", "interaction_id")
    refusals: ClassVar = (TextRequired,)

    interaction_id: UUID
    body: RichText = Field(examples=["<p>Reçu ce matin.</p>"])


class ChangeComment(Command):
    """Change a comment: its author may, and who manages accounts."""

    http = PUT("/interactions/{interaction_id}/comments/{comment_id}")
    needs = OnThing("interaction", "interaction_id")
    refusals: ClassVar = (TextRequired, NotAllowed)

    interaction_id: UUID
    comment_id: UUID
    body: RichText = Field(examples=["<p>Reçu hier.</p>"])


class DeleteComment(Command):
    """Delete a comment: its author may, and who manages accounts."""

    http = DELETE("/interactions/{interaction_id}/comments/{comment_id}")
    needs = OnThing("interaction", "interaction_id")
    refusals: ClassVar = (NotAllowed,)

    interaction_id: UUID
    comment_id: UUID
