"""A unit of work on MongoDB: changes gather in memory, where questions of the batch find them too."""

from collections.abc import Collection as Values
from collections.abc import Mapping, Sequence

import orjson

from shared.readstore.conditions import Condition
from shared.readstore.interface import Collection, Document, Key, Order, Page
from shared.readstore.mongo_fields import Stored, encode
from shared.readstore.mongo_find import Questions
from shared.readstore.mongo_journal import Change
from shared.readstore.mongo_memory import in_order, meets
from shared.readstore.mongo_query import sorting

Held = dict[str, Document | None]
"""Documents by id; None is one that is not there."""


class MongoBatch:
    """`Batch` over what is stored; the store writes what has gathered at its end."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._held: dict[str, Held] = {}
        self._known: set[tuple[str, str]] = set()
        self._changed: dict[str, tuple[Collection, Held]] = {}
        self._encoded: dict[tuple[str, str], Stored] = {}
        self.replaced: list[tuple[str, str]] = []
        self.positions: dict[str, dict[str, int]] = {}

    async def get(self, collection: Collection, id: str) -> Document | None:
        held = self._held.setdefault(collection.name, {})
        if id not in held:
            self._hold(collection, {id: await self._questions.get(collection, id)})
        return held[id]

    async def get_many(self, collection: Collection, ids: Values[str]) -> dict[str, Document]:
        held = self._held.setdefault(collection.name, {})
        missing = [id for id in dict.fromkeys(ids) if id not in held]
        if missing:
            self._hold(collection, dict.fromkeys(missing) | await self._questions.get_many(collection, missing))
        found = {id: held[id] for id in ids}
        return {id: document for id, document in found.items() if document is not None}

    def _hold(self, collection: Collection, read: Held) -> None:
        self._held[collection.name].update(read)
        self._known.update((collection.name, id) for id, document in read.items() if document is not None)

    def put(self, collection: Collection, id: str, document: Document) -> None:
        if "\0" in id:
            raise ValueError("an id without NUL")
        self._change(collection, id, document)

    def delete(self, collection: Collection, id: str) -> None:
        self._change(collection, id, None)

    def replace(self, collection: Collection, by: Collection) -> None:
        self.replaced.append((collection.name, by.name))

    def checkpoint(self, name: str, position: Mapping[str, int]) -> None:
        self.positions[name] = dict(position)

    async def find(
        self,
        collection: Collection,
        *conditions: Condition,
        order: Sequence[Order] = (),
        after: Key | None = None,
        limit: int = 50,
    ) -> Page:
        changed = self._changed_in(collection)
        found = await self._questions.find(collection, conditions, order, after, limit + 1, changed)
        if changed:
            own = [stored for stored in self._present(collection) if _meets_all(collection, stored, conditions)]
            by = sorting(collection, order)
            found = in_order([*found, *in_order(own, by, after)], by, None)
        return page(found, order, limit)

    async def count(self, collection: Collection, *conditions: Condition) -> int:
        own = [stored for stored in self._present(collection) if _meets_all(collection, stored, conditions)]
        return len(own) + await self._questions.count(collection, conditions, self._changed_in(collection))

    def changes(self) -> list[Change]:
        """All documents to be written. Raises what `encode` does."""
        return [
            Change(name, id, self._stored(collection, id), (name, id) in self._known)
            for name, (collection, changed) in self._changed.items()
            for id in changed
        ]

    def _changed_in(self, collection: Collection) -> Held:
        return self._changed[collection.name][1] if collection.name in self._changed else {}

    def _present(self, collection: Collection) -> list[Stored]:
        stored = {id: self._stored(collection, id) for id in self._changed_in(collection)}
        return [{"_id": id, **one} for id, one in stored.items() if one is not None]

    def _stored(self, collection: Collection, id: str) -> Stored | None:
        document = self._changed[collection.name][1][id]
        if document is None:
            return None
        key = (collection.name, id)
        if key not in self._encoded:
            self._encoded[key] = encode(collection, id, document)
        return self._encoded[key]

    def _change(self, collection: Collection, id: str, document: Document | None) -> None:
        self._held.setdefault(collection.name, {})[id] = document
        self._changed.setdefault(collection.name, (collection, {}))[1][id] = document
        self._encoded.pop((collection.name, id), None)


def page(found: Sequence[Stored], order: Sequence[Order], limit: int) -> Page:
    """The first of what was found; one more than the page holds says that there is a next one."""
    documents = [orjson.loads(stored["d"]) for stored in found[:limit]]
    if len(found) <= limit:
        return Page(documents, None)
    return Page(documents, (*[documents[-1].get(part.field) for part in order], found[limit - 1]["_id"]))


def _meets_all(collection: Collection, stored: Stored, conditions: Sequence[Condition]) -> bool:
    return all(meets(collection, stored, condition) for condition in conditions)
