"""A projection made a second time, beside itself: under another name, into collections with other names."""

import secrets
from collections.abc import Collection as Values
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shared.events import Recorded
from shared.parking import Parking
from shared.readstore.conditions import Condition
from shared.readstore.interface import Batch, Collection, Document, Key, Order, Page, ReadStore
from shared.runner.followers import Preparing, Projection

_MARK = "__beside_"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


async def clear(store: ReadStore, parking: Parking, projections: Iterable[Projection]) -> None:
    """Drop what was made beside these. What a process has left behind would not hear of erasures any more."""
    stored = await store.collections()
    left = {
        name: projection.name + name.removeprefix(collection.name)
        for projection in projections
        for collection in projection.collections
        for name in stored
        if name.startswith(collection.name + _MARK)
    }
    if left:
        async with store.batch() as batch:
            for beside in set(left.values()):
                await parking.forget(beside, batch)
                batch.checkpoint(beside, {})
    for name in left:
        await store.drop(name)


class Beside:
    """What a projection would store, stored elsewhere. It announces nothing: what it takes in has long happened."""

    def __init__(self, projection: Projection) -> None:
        # Each making has a mark of its own: what an earlier one has left behind is not taken for it.
        mark = _MARK + "".join(secrets.choice(_LETTERS) for _ in range(8))
        self.of = projection
        self.name = projection.name + mark
        self.services = projection.services
        self.personal = getattr(projection, "personal", True)
        self.topics = getattr(projection, "topics", None)
        self.places = {c.name: replace(c, name=c.name + mark) for c in projection.collections}
        self.collections = tuple(self.places.values())

    async def prepare(self, events: Sequence[Recorded], batch: Batch) -> None:
        if isinstance(self.of, Preparing):
            await self.of.prepare(events, _Elsewhere(batch, self.places))

    async def apply(self, event: Recorded, batch: Batch) -> None:
        await self.of.apply(event, _Elsewhere(batch, self.places))


class _Elsewhere:
    """A batch that finds and puts a projection's own documents in other collections."""

    def __init__(self, batch: Batch, places: Mapping[str, Collection]) -> None:
        self._batch, self._places = batch, places

    def _place(self, collection: Collection) -> Collection:
        return self._places.get(collection.name, collection)

    async def get(self, collection: Collection, id: str) -> Document | None:
        return await self._batch.get(self._place(collection), id)

    async def get_many(self, collection: Collection, ids: Values[str]) -> dict[str, Document]:
        return await self._batch.get_many(self._place(collection), ids)

    async def find(
        self,
        collection: Collection,
        *conditions: Condition,
        order: Sequence[Order] = (),
        after: Key | None = None,
        limit: int = 50,
    ) -> Page:
        return await self._batch.find(self._place(collection), *conditions, order=order, after=after, limit=limit)

    async def count(self, collection: Collection, *conditions: Condition) -> int:
        return await self._batch.count(self._place(collection), *conditions)

    def put(self, collection: Collection, id: str, document: Document) -> None:
        self._batch.put(self._place(collection), id, document)

    def delete(self, collection: Collection, id: str) -> None:
        self._batch.delete(self._place(collection), id)

    def replace(self, collection: Collection, by: Collection) -> None:
        self._batch.replace(self._place(collection), self._place(by))

    def checkpoint(self, name: str, position: Mapping[str, int]) -> None:
        self._batch.checkpoint(name, position)


def passed(position: Mapping[str, Any]) -> int:
    """How many events lie behind a position, about."""
    return sum(number for service, number in position.items() if service[0] != "$")
