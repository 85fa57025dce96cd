"""A folder as such: nothing but the account in whose tree it stands."""

from uuid import UUID

from eventsourcing.domain import Aggregate, event


class Folder(Aggregate):
    """Leads from a folder's id to its tree, where all that can change is kept. It never changes itself."""

    TOPIC = "files.folder"
    SCOPE = "account_id"

    class Created(Aggregate.Created):
        TOPIC = "files.folder.placed"
        account_id: UUID

    @event(Created)
    def __init__(self, *, id: UUID, account_id: UUID) -> None:
        self.account_id = account_id
