"""The read store in a MongoDB database: the process that claimed it writes, all read.

Nothing is held in memory between questions, not even of `hot` collections: what another process has just written could
not be noticed without asking, and asking costs as much as reading.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from collections.abc import Collection as Values
from contextlib import asynccontextmanager
from typing import Any

import pymongo
from pymongo import AsyncMongoClient

from shared.readstore.conditions import Condition
from shared.readstore.interface import Batch, Collection, Document, Hit, Key, Order, Page
from shared.readstore.mongo_batch import MongoBatch, page
from shared.readstore.mongo_fields import Stored
from shared.readstore.mongo_find import Questions, stored_as
from shared.readstore.mongo_journal import Journal
from shared.readstore.mongo_problems import problems
from shared.readstore.mongo_query import STORED
from shared.readstore.mongo_schema import Schema

_SETTINGS: dict[str, Any] = {
    "serverSelectionTimeoutMS": 2_000,
    "connectTimeoutMS": 2_000,
    "waitQueueTimeoutMS": 2_000,
    "socketTimeoutMS": 10_000,  # `timeoutMS` instead would have PyMongo try again for as long as that
    "w": "majority",
    "journal": True,
    "readConcernLevel": "majority",  # what is shown is not taken back when another server becomes the primary
    "readPreference": "primary",
}


_SCRUB = 3_600  # seconds for one collection


class MongoReadStore:
    """`ReadStore` on MongoDB 7 or later, through PyMongo. Nothing connects before the first question.

    `bulk`: most writes in one command. A full disk may end a MongoDB server before it can say so: then the store is
    `Unavailable` until there is room.
    """

    def __init__(self, url: str, database: str, *, bulk: int = 1_000) -> None:
        self._client: AsyncMongoClient[Stored] = AsyncMongoClient(url, appname=database, **_SETTINGS)
        self._database = self._client[database]
        self._questions, self._schema = Questions(self._database), Schema(self._database)
        self._journal = Journal(self._database, self._schema, bulk)
        self._lock = asyncio.Lock()

    async def claim(self) -> None:
        async with self._lock:
            await self._journal.claim()

    async def declare(self, *collections: Collection) -> None:
        async with self._lock:
            await self._journal.check()
            await self._schema.declare(collections)

    async def drop(self, collection: Collection | str) -> None:
        async with self._lock:
            await self._journal.check()
            await self._schema.drop(collection if isinstance(collection, str) else collection.name)

    async def collections(self) -> list[str]:
        return await self._schema.names()

    async def get(self, collection: Collection, id: str) -> Document | None:
        return await self._questions.get(collection, id)

    async def scan(self, collection: Collection, after: str = "", limit: int = 1_000) -> list[tuple[str, Document]]:
        return await self._questions.scan(collection, after, limit)

    async def get_raw(self, collection: Collection, id: str) -> bytes | None:
        return await self._questions.raw(collection, id)

    async def get_many(self, collection: Collection, ids: Values[str]) -> dict[str, Document]:
        return await self._questions.get_many(collection, ids)

    async def find(
        self,
        collection: Collection,
        *conditions: Condition,
        order: Sequence[Order] = (),
        after: Key | None = None,
        limit: int = 50,
    ) -> Page:
        return page(await self._questions.find(collection, conditions, order, after, limit + 1), order, limit)

    async def count(self, collection: Collection, *conditions: Condition) -> int:
        return await self._questions.count(collection, conditions)

    async def search(self, collection: Collection, query: str, *conditions: Condition, limit: int = 50) -> list[Hit]:
        return await self._questions.search(collection, query, conditions, limit)

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[Batch]:
        async with self._lock:
            await self._journal.ready()
            batch = MongoBatch(self._questions)
            yield batch
            await self._journal.write(batch.changes(), batch.replaced, batch.positions)

    async def checkpoint(self, name: str) -> dict[str, int]:
        return (await self._journal.checkpoints()).get(name, {})

    async def scrub(self) -> None:
        """As MongoDB allows: gaps within its files are given back. Its oplog keeps what was until it is overwritten."""
        async with self._lock:
            await self._journal.ready()
            number = await self._journal.tidy()
            for name in await self._schema.names():
                with problems(), pymongo.timeout(_SCRUB):
                    await self._database[stored_as(name)].delete_many({"$nor": [STORED], "b": {"$lte": number}})
                    await self._database.command("compact", stored_as(name), force=True)
            with problems(), pymongo.timeout(_SCRUB):
                await self._database.command("compact", "state", force=True)

    async def close(self) -> None:
        await self._client.close()
