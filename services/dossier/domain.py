"""What somebody of the firm opened lately (A-04)."""

from uuid import UUID

from eventsourcing.domain import Aggregate, event

KEPT = 20
"""Dossiers that are remembered."""


class Recents(Aggregate):
    """The dossiers that one member opened in one month: few enough events to load at any time."""

    TOPIC = "dossier.recents"

    class Created(Aggregate.Created):
        TOPIC = "dossier.recents.begun"
        member_id: UUID

    class Opened(Aggregate.Event):
        TOPIC = "dossier.recents.opened"
        member_id: UUID
        account_id: UUID

    @event(Created)
    def __init__(self, *, id: UUID, member_id: UUID) -> None:
        self.member_id = member_id
        self.accounts: list[UUID] = []

    def open(self, account_id: UUID) -> None:
        """Remember a dossier as the latest; opening the latest one again records nothing."""
        if self.accounts[:1] != [account_id]:
            self._opened(member_id=self.member_id, account_id=account_id)

    @event(Opened)
    def _opened(self, member_id: UUID, account_id: UUID) -> None:
        self.accounts = [account_id, *(id for id in self.accounts if id != account_id)][:KEPT]
