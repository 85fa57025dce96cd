"""Questions to one SQLite connection: the store asks through its reader, a batch through the writer."""

import heapq
import sqlite3
from collections.abc import Collection as Values
from collections.abc import Sequence
from typing import Any

import orjson

from shared.folding import fold
from shared.readstore.conditions import Condition, Has
from shared.readstore.interface import Collection, Document, Hit, Key, Order, Page
from shared.readstore.ranking import MOST_RANKED, rank, tie
from shared.readstore.sqlite_query import Shape, entries_sql, shape, words
from shared.readstore.sqlite_schema import NONE, problem, rows
from shared.readstore.sqlite_statements import count_sql, find_sql, page_values, search_sql

_FEW_ENTRIES = 500
_Ranked = tuple[int, tuple[int, object, str]]


def holds(value: object, folded: str) -> bool:
    """The SQL function behind `Contains`."""
    return isinstance(value, str) and folded in fold(value)


class Questions:
    """`Finder` of one connection, and search."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        connection.create_function("holds", 2, holds, deterministic=True)

    def raw(self, collection: Collection, id: str) -> bytes | None:
        found = rows(self.connection, f"SELECT document FROM d_{collection.name} WHERE id = ?", (id,))
        return found[0][0] if found else None

    def get(self, collection: Collection, id: str) -> Document | None:
        stored = self.raw(collection, id)
        return None if stored is None else orjson.loads(stored)

    def get_many(self, collection: Collection, ids: Values[str]) -> dict[str, Document]:
        wanted = orjson.dumps([id for id in ids if "\0" not in id]).decode()  # SQLite's JSON ends a text at NUL
        sql = f"SELECT id, document FROM d_{collection.name} WHERE id IN (SELECT value FROM json_each(?))"
        return {id: orjson.loads(document) for id, document in rows(self.connection, sql, (wanted,))}

    def find(
        self,
        collection: Collection,
        conditions: Sequence[Condition],
        order: Sequence[Order],
        after: Key | None,
        limit: int,
    ) -> Page:
        if limit < 1:
            raise ValueError("a page has room for a document at least")
        values: list[Any] = []
        shapes = self._shapes(collection, conditions, values)
        if after is not None:
            values += page_values(after, order)
        statement = find_sql(collection, shapes, tuple(order), after is not None)
        found = rows(self.connection, statement, (*values, limit + 1))
        documents = [orjson.loads(document) for _, document in found[:limit]]
        if len(found) <= limit:
            return Page(documents, None)
        return Page(documents, (*[documents[-1].get(part.field) for part in order], found[limit - 1][0]))

    def having(self, collection: Collection, has: Has, limit: int) -> dict[str, Document]:
        """Documents whose list holds a value, by id; some of them, if they are more than `limit`."""
        statement = find_sql(collection, (("rare", has.list, 1),), (), False)
        return {id: orjson.loads(document) for id, document in rows(self.connection, statement, (has.value, limit))}

    def count(self, collection: Collection, conditions: Sequence[Condition]) -> int:
        values: list[Any] = []
        shapes = self._shapes(collection, conditions, values)
        return int(rows(self.connection, count_sql(collection, shapes), values)[0][0])

    def search(self, collection: Collection, query: str, conditions: Sequence[Condition], limit: int) -> list[Hit]:
        folded = fold(query)
        if not folded:
            return []
        # So short a query is in nearly every text: when enough begin with it, the others need not be ranked.
        best = self._best(collection, folded, conditions, limit, starts=True) if len(folded) < 3 else []
        if len(best) < limit:
            best = self._best(collection, folded, conditions, limit, starts=False)
        documents = self.get_many(collection, [key[2] for _, key in best])
        return [Hit(key[2], documents[key[2]], place) for place, key in best if key[2] in documents]

    def _best(
        self, collection: Collection, folded: str, conditions: Sequence[Condition], limit: int, *, starts: bool
    ) -> list[_Ranked]:
        values: list[Any] = []
        wanted = folded.split()
        trigrams, number = words(wanted, values)
        if starts:
            values.append(folded)
        shapes = self._shapes(collection, conditions, values)
        statement = search_sql(collection, trigrams, number, shapes, starts)
        try:
            texts = self.connection.execute(statement, values).fetchmany(MOST_RANKED)
        except sqlite3.OperationalError as error:
            raise problem(error) from error
        ranked = [
            (place, tie(None if sort == NONE else sort, id))
            for id, sort, text in texts
            if (place := rank(text, folded, wanted)) is not None
        ]
        return heapq.nsmallest(limit, ranked)

    def _shapes(self, collection: Collection, conditions: Sequence[Condition], values: list[Any]) -> tuple[Shape, ...]:
        return tuple([self._shape(collection, condition, values) for condition in conditions])

    def _shape(self, collection: Collection, condition: Condition, values: list[Any]) -> Shape:
        """A list's value that few documents have is where the search starts; SQLite cannot know by itself."""
        before = len(values)
        found = shape(condition, values)
        if found[0] != "has":
            return found
        sql = entries_sql(collection, found[1], found[2])
        ((entries,),) = rows(self.connection, sql, (*values[before:], _FEW_ENTRIES))
        return ("rare", *found[1:]) if entries < _FEW_ENTRIES else found
