"""An e-mail address as somebody's: no two members have the same."""

from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.ids import derived_id
from shared.problems import Refusal


class EmailTaken(Refusal):
    code = "email-taken"
    fr, en = "Cette adresse e-mail est déjà celle d'un autre membre.", "Another member already has this e-mail address."


class AddressClaim(Aggregate):
    """One address, whoever has it. Its id is made of the address, so that two who want it at once meet here."""

    TOPIC = "firm.address-claim"

    class Created(Aggregate.Created):
        TOPIC = "firm.address-claim.taken"
        member_id: UUID

    class TakenAgain(Aggregate.Event):
        TOPIC = "firm.address-claim.taken-again"
        member_id: UUID

    class Released(Aggregate.Event):
        TOPIC = "firm.address-claim.released"
        was: UUID

    @event(Created)
    def __init__(self, *, id: UUID, member_id: UUID) -> None:
        self.member_id: UUID | None = member_id

    @staticmethod
    def id_of(folded_address: str) -> UUID:
        return derived_id("member-email", folded_address)

    def take(self, member_id: UUID) -> None:
        """Raise `EmailTaken` if it is another's."""
        if self.member_id is None:
            self._taken_again(member_id=member_id)
        elif self.member_id != member_id:
            raise EmailTaken(field="email")

    @event(TakenAgain)
    def _taken_again(self, member_id: UUID) -> None:
        self.member_id = member_id

    def release(self, member_id: UUID) -> None:
        if self.member_id == member_id:
            self._released(was=member_id)

    @event(Released)
    def _released(self, was: UUID) -> None:
        self.member_id = None
