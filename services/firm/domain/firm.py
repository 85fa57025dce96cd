"""The firm itself: it always has somebody who owns it."""

from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.ids import derived_id
from shared.problems import Refusal


class LastOwner(Refusal):
    """Nobody could ever make an owner again (ruling 11)."""

    code = "last-owner"
    fr = "C'est le dernier propriétaire actif: nommez-en d'abord un autre."
    en = "This is the last active owner: appoint another one first."


class Firm(Aggregate):
    """Knows the active owners. Saved together with the member, so that two who leave at once meet here."""

    TOPIC = "firm.firm"
    ID = derived_id("firm")

    class Created(Aggregate.Created):
        TOPIC = "firm.firm.founded"
        owner_id: UUID

    class OwnerAdded(Aggregate.Event):
        TOPIC = "firm.firm.owner-added"
        member_id: UUID

    class OwnerRemoved(Aggregate.Event):
        TOPIC = "firm.firm.owner-removed"
        member_id: UUID

    @event(Created)
    def __init__(self, *, id: UUID, owner_id: UUID) -> None:
        self.owners = {owner_id}

    def count(self, member_id: UUID, *, owns: bool) -> None:
        """Whether a member is now an active owner. Raises `LastOwner` if there would be none."""
        if owns and member_id not in self.owners:
            self._owner_added(member_id=member_id)
        elif not owns and member_id in self.owners:
            if len(self.owners) == 1:
                raise LastOwner
            self._owner_removed(member_id=member_id)

    @event(OwnerAdded)
    def _owner_added(self, member_id: UUID) -> None:
        self.owners = self.owners | {member_id}

    @event(OwnerRemoved)
    def _owner_removed(self, member_id: UUID) -> None:
        self.owners = self.owners - {member_id}
