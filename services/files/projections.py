"""Which blobs documents speak of: for the sweeper alone."""

from collections.abc import Collection as Values

from shared.readstore.interface import Collection, ReadStore
from shared.sealing import header
from shared.store import EventStore

PUBLISHED = Collection("published_blobs")
_NAME = "published-blobs-1"
_SERVICE = "files"
_BATCH = 256


class PublishedBlobs:
    """Names of all blobs that were ever published, read from the event store itself.

    Not from the stream: what comes from there may be late, parked or still being refilled, and the bytes of a document
    that this list does not know are deleted.
    """

    def __init__(self, store: EventStore, read: ReadStore) -> None:
        self._store, self._read = store, read

    async def catch_up(self) -> None:
        """Take in everything recorded so far."""
        await self._read.declare(PUBLISHED)
        reached = (await self._read.checkpoint(_NAME)).get(_SERVICE, 0)
        while found := await self._store.notifications(reached, _BATCH):
            async with self._read.batch() as batch:
                for event in found:
                    if event.topic == "files.document.published":
                        batch.put(PUBLISHED, header(event.state)["data"]["blob"], {})
                reached = found[-1].id
                batch.checkpoint(_NAME, {_SERVICE: reached})

    async def unknown(self, names: Values[str]) -> list[str]:
        """Those of these names that no document speaks of."""
        known = await self._read.get_many(PUBLISHED, names)
        return [name for name in names if name not in known]
