"""Questions to MongoDB, the same for the store and for a batch."""

import heapq
from collections.abc import Collection as Values
from collections.abc import Sequence
from typing import Any

import orjson
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

from shared.folding import fold
from shared.readstore.conditions import Condition
from shared.readstore.interface import Collection, Document, Hit, Key, Order
from shared.readstore.mongo_fields import Stored
from shared.readstore.mongo_problems import problems
from shared.readstore.mongo_query import Filter, beginning, candidates, sorting, stretches, where
from shared.readstore.ranking import MOST_RANKED, rank, tie

_Ranked = tuple[int, tuple[int, Any, str]]


class Questions:
    """`Finder` of one database, in terms of what is stored."""

    def __init__(self, database: AsyncDatabase[Stored]) -> None:
        self._database = database

    def documents(self, collection: Collection) -> AsyncCollection[Stored]:
        """Where they are kept."""
        return self._database[stored_as(collection.name)]

    async def raw(self, collection: Collection, id: str) -> bytes | None:
        with problems():
            found = await self.documents(collection).find_one({"_id": id}, {"d": 1})
        return None if found is None else found.get("d")

    async def get(self, collection: Collection, id: str) -> Document | None:
        raw = await self.raw(collection, id)
        return None if raw is None else orjson.loads(raw)

    async def get_many(self, collection: Collection, ids: Values[str]) -> dict[str, Document]:
        if not ids:
            return {}
        found = await self._list(collection, {"_id": {"$in": list(ids)}}, ["d"])
        return {stored["_id"]: orjson.loads(stored["d"]) for stored in found if "d" in stored}

    async def find(
        self,
        collection: Collection,
        conditions: Sequence[Condition],
        order: Sequence[Order],
        after: Key | None,
        limit: int,
        without: Values[str] = (),
    ) -> list[Stored]:
        """The documents of a page and one more, `limit` in all, with what they are sorted by; ids may be left out."""
        if limit < 2:
            raise ValueError("a page has room for a document at least")
        by = sorting(collection, order)
        asked = where(collection, conditions)
        if without:
            asked["_id"] = {"$nin": list(without)}
        found: list[Stored] = []
        for stretch in stretches(by, after):
            if len(found) < limit:
                both = {"$and": [asked, stretch]} if stretch else asked
                found += await self._list(collection, both, ["d", *[name for name, _ in by]], by, limit - len(found))
        return found

    async def scan(self, collection: Collection, after: str, limit: int) -> list[tuple[str, Document]]:
        asked = where(collection, []) | {"_id": {"$gt": after}}
        found = await self._list(collection, asked, ["d"], [("_id", 1)], limit)
        return [(stored["_id"], orjson.loads(stored["d"])) for stored in found]

    async def count(self, collection: Collection, conditions: Sequence[Condition], without: Values[str] = ()) -> int:
        asked = where(collection, conditions)
        if without:
            asked["_id"] = {"$nin": list(without)}
        with problems():
            return await self.documents(collection).count_documents(asked)

    async def search(
        self, collection: Collection, query: str, conditions: Sequence[Condition], limit: int
    ) -> list[Hit]:
        collection.need_text()
        folded = fold(query)
        if not folded:
            return []
        asked, best = where(collection, conditions), list[_Ranked]()
        if len(folded) < 3:  # in nearly every text: when enough begin with it, the others need not be ranked
            best = await self._best(collection, folded, {"$and": [beginning(folded), asked]}, limit)
        if len(best) < limit:
            best = await self._best(collection, folded, {"$and": [candidates(folded.split()), asked]}, limit)
        documents = await self.get_many(collection, [key[2] for _, key in best])
        return [Hit(key[2], documents[key[2]], place) for place, key in best if key[2] in documents]

    async def _best(self, collection: Collection, folded: str, asked: Filter, limit: int) -> list[_Ranked]:
        words = folded.split()
        ranked: list[_Ranked] = []
        with problems():
            cursor = self.documents(collection).find(asked, {"x": 1, "s": 1})
            async with cursor:
                async for stored in cursor:
                    place = rank(stored["x"], folded, words)
                    if place is not None:
                        ranked.append((place, tie(stored["s"], stored["_id"])))
                        if len(ranked) == MOST_RANKED:
                            break
        return heapq.nsmallest(limit, ranked)

    async def _list(
        self,
        collection: Collection,
        asked: Filter,
        names: list[str],
        by: list[tuple[str, int]] | None = None,
        limit: int = 0,
    ) -> list[Stored]:
        with problems():
            cursor = self.documents(collection).find(asked, dict.fromkeys(names, 1), sort=by, limit=limit)
            return await cursor.to_list()


def stored_as(name: str) -> str:
    """The name of a collection in MongoDB, apart from those that the store keeps for itself."""
    return f"d_{name}"
