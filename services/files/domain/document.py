"""A document: a file that was published in a folder, and who has opened it."""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from services.files.values import Content
from shared.events import Personal
from shared.problems import NotFound

ONCE = timedelta(minutes=1)
"""Opened again by the same member within this time counts as opened once."""


class Document(Aggregate):
    """New for the firm until a member has opened it, whoever published it (T-10, ruling 8).

    Two documents of one name may lie side by side in a folder, as two e-mails of one subject do: nothing is replaced or
    renamed unasked, and each keeps its id. Deleting hides it and can be undone (ruling 3).
    """

    TOPIC = "files.document"
    SUBJECT = "account_id"
    SCOPE = "account_id"

    class Created(Aggregate.Created):
        TOPIC = "files.document.published"
        folder_id: UUID
        account_id: UUID
        name: Personal[str]
        media_type: str
        size: int
        sha256: str
        blob: str

    class Renamed(Aggregate.Event):
        TOPIC = "files.document.renamed"
        name: Personal[str]
        was: Personal[str]

    class Moved(Aggregate.Event):
        TOPIC = "files.document.moved"
        folder_id: UUID
        was: UUID

    class Opened(Aggregate.Event):
        TOPIC = "files.document.opened"
        member_id: UUID

        def apply(self, aggregate: Any) -> None:
            """A fact method would not know when: the moment is the event's own."""
            cast("Document", aggregate).opened[self.member_id] = self.timestamp

    class Deleted(Aggregate.Event):
        TOPIC = "files.document.deleted"

    class Restored(Aggregate.Event):
        TOPIC = "files.document.restored"

    @event(Created)
    def __init__(
        self,
        *,
        id: UUID,
        folder_id: UUID,
        account_id: UUID,
        name: str,
        media_type: str,
        size: int,
        sha256: str,
        blob: str,
    ) -> None:
        self.folder_id = folder_id
        self.account_id = account_id
        self.name = name
        self.media_type = media_type
        self.size = size
        self.sha256 = sha256
        self.blob = blob
        self.opened: dict[UUID, datetime] = {}
        self.deleted = False

    @property
    def content(self) -> Content:
        """What its bytes are and where they lie."""
        return Content(
            name=self.name,
            media_type=self.media_type,
            size=self.size,
            sha256=self.sha256,
            blob=self.blob,
            version=self.version,
        )

    def open(self, member_id: UUID, now: datetime) -> None:
        """Somebody of the firm reads it; it is no longer new (T-10)."""
        self._exists()
        last = self.opened.get(member_id)
        if last is None or now - last >= ONCE:
            self.trigger_event(self.Opened, member_id=member_id)

    def rename(self, name: str) -> None:
        self._exists()
        if name != self.name:
            self._renamed(name=name, was=self.name)

    @event(Renamed)
    def _renamed(self, name: str, was: str) -> None:
        self.name = name

    def move(self, folder_id: UUID) -> None:
        """Put it into another folder of the same account."""
        self._exists()
        if folder_id != self.folder_id:
            self._moved(folder_id=folder_id, was=self.folder_id)

    @event(Moved)
    def _moved(self, folder_id: UUID, was: UUID) -> None:
        self.folder_id = folder_id

    def delete(self) -> None:
        self._exists()
        self._deleted()

    @event(Deleted)
    def _deleted(self) -> None:
        self.deleted = True

    def restore(self, folder_id: UUID, *, hidden: bool) -> None:
        """Bring it back, into this folder. `hidden`: the folder that it stood in was deleted, perhaps nothing else."""
        if not (self.deleted or hidden):
            raise NotFound
        if self.deleted:
            self._restored()
        self.move(folder_id)

    @event(Restored)
    def _restored(self) -> None:
        self.deleted = False

    def _exists(self) -> None:
        if self.deleted:
            raise NotFound
