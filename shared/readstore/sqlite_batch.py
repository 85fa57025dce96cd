"""A unit of work on SQLite: changes gather in memory and go into one transaction."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection as Values
from collections.abc import Mapping, Sequence

import orjson

from shared.readstore.conditions import Condition, Has
from shared.readstore.interface import Collection, Document, Key, Order, Page
from shared.readstore.sqlite_find import Questions
from shared.readstore.sqlite_owner import check
from shared.readstore.sqlite_schema import drop, rename, rows
from shared.readstore.sqlite_write import many, write

Held = dict[str, Document | None]
"""Documents by id; None is one that is not there."""
Entries = dict[str, set[str]]
"""Ids of documents by a value in their list."""


class SqliteBatch:
    """`Batch` on the writing connection, which nobody else uses meanwhile."""

    def __init__(self, questions: Questions, owner: int | None) -> None:
        self._questions, self._owner = questions, owner
        self._connection = questions.connection
        self._held: dict[str, Held] = {}
        self._changes: dict[str, tuple[Collection, Held]] = {}
        self._lists: dict[tuple[str, str], Entries] = {}
        self._positions: dict[str, bytes | None] = {}
        self._replaced: list[tuple[str, str]] = []
        self.touched: set[str] = set()
        """Names of the collections that something was changed in."""

    async def get(self, collection: Collection, id: str) -> Document | None:
        held = self._held.setdefault(collection.name, {})
        if id not in held:
            held[id] = self._questions.get(collection, id)
        return held[id]

    async def get_many(self, collection: Collection, ids: Values[str]) -> dict[str, Document]:
        held = self._held.setdefault(collection.name, {})
        missing = [id for id in ids if id not in held]
        if missing:
            held.update(dict.fromkeys(missing))
            held.update(self._questions.get_many(collection, missing))
        found = {id: held[id] for id in ids}
        return {id: document for id, document in found.items() if document is not None}

    def put(self, collection: Collection, id: str, document: Document) -> None:
        if "\0" in id:
            raise ValueError("an id without NUL")
        self._change(collection, id, document)

    def delete(self, collection: Collection, id: str) -> None:
        self._change(collection, id, None)

    def checkpoint(self, name: str, position: Mapping[str, int]) -> None:
        self._positions[name] = orjson.dumps(dict(position)) if position else None

    def replace(self, collection: Collection, by: Collection) -> None:
        self.touched |= {collection.name, by.name}
        self._replaced.append((collection.name, by.name))

    async def find(
        self,
        collection: Collection,
        *conditions: Condition,
        order: Sequence[Order] = (),
        after: Key | None = None,
        limit: int = 50,
    ) -> Page:
        if not order and after is None and (page := self._listed(collection, conditions, limit)):
            return page
        self._flush(collection.name)
        return self._questions.find(collection, conditions, order, after, limit)

    def _listed(self, collection: Collection, conditions: Sequence[Condition], limit: int) -> Page | None:
        """The answer to one `Has` without storing what was changed, so that asking for each event keeps a batch whole.

        None where this does not go.
        """
        if collection.name not in self._changes or len(conditions) != 1 or not isinstance(conditions[0], Has):
            return None
        has, (_, changed) = conditions[0], self._changes[collection.name]
        stored = self._questions.having(collection, has, limit + len(changed) + 1)
        found = {id: document for id, document in stored.items() if id not in changed}
        for id in self._entries(collection.name, has.list)[has.value]:
            put = changed.get(id)
            if put is not None and has.value in (put.get(has.list) or ()):
                found[id] = put
        return Page([found[id] for id in sorted(found)], None) if len(found) <= limit else None

    def _entries(self, name: str, field: str) -> Entries:
        """By value, the changed documents in whose list it stands, or stood before they were changed once more.

        Kept from the first question on, so that asking for each event does not go through the whole batch.
        """
        if (name, field) not in self._lists:
            entries = self._lists[name, field] = defaultdict(set)
            for id, document in self._changes[name][1].items():
                _enter(entries, id, document, field)
        return self._lists[name, field]

    async def count(self, collection: Collection, *conditions: Condition) -> int:
        self._flush(collection.name)
        return self._questions.count(collection, conditions)

    def commit(self) -> None:
        """Store everything, or raise and leave it to `rollback`."""
        for name in list(self._changes):
            self._flush(name)
        if self._positions:
            self._begin()
            gone = [(name,) for name, position in self._positions.items() if position is None]
            kept = [(name, position) for name, position in self._positions.items() if position is not None]
            many(self._connection, "DELETE FROM checkpoint WHERE name = ?", gone)
            many(self._connection, "INSERT OR REPLACE INTO checkpoint VALUES (?, ?)", kept)
        for name, by in self._replaced:
            self._begin()
            drop(self._connection, name)
            rename(self._connection, by, name)
        if self._connection.in_transaction:
            rows(self._connection, "COMMIT")

    def rollback(self) -> None:
        """Undo what this batch has written so far."""
        if self._connection.in_transaction:
            self._connection.rollback()

    def _change(self, collection: Collection, id: str, document: Document | None) -> None:
        self.touched.add(collection.name)
        self._held.setdefault(collection.name, {})[id] = document
        self._changes.setdefault(collection.name, (collection, {}))[1][id] = document
        for field in collection.lists:
            if (entries := self._lists.get((collection.name, field))) is not None:
                _enter(entries, id, document, field)

    def _flush(self, name: str) -> None:
        changes = self._changes.pop(name, None)
        if changes is not None:
            self._begin()
            write(self._connection, *changes)

    def _begin(self) -> None:
        if not self._connection.in_transaction:
            rows(self._connection, "BEGIN IMMEDIATE")
            check(self._connection, self._owner)


def _enter(entries: Entries, id: str, document: Document | None, field: str) -> None:
    for value in (document or {}).get(field) or ():
        entries[value].add(id)


def checkpoint(connection: sqlite3.Connection, name: str) -> dict[str, int]:
    """What the last batch that was stored said."""
    found = rows(connection, "SELECT position FROM checkpoint WHERE name = ?", (name,))
    position: dict[str, int] = orjson.loads(found[0][0]) if found else {}
    return position
