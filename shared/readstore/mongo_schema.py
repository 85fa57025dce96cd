"""Collections in MongoDB: which there are, in which shape, with which indexes."""

from collections.abc import Sequence

from pymongo import IndexModel
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

from shared.readstore.interface import Collection, ShapeChanged
from shared.readstore.mongo_fields import Stored
from shared.readstore.mongo_find import stored_as
from shared.readstore.mongo_problems import problems

_NOT_FOUND, _EXISTS, _NOT_IMPLEMENTED = 26, 48, 238
"""MongoDB's numbers for `NamespaceNotFound`, `NamespaceExists`, `NotImplemented`."""


class Schema:
    """What is declared in one database."""

    def __init__(self, database: AsyncDatabase[Stored]) -> None:
        self._database, self._declared = database, database["collections"]

    async def declare(self, collections: Sequence[Collection]) -> None:
        """Make those that are not there; several processes may do so at once."""
        with problems():
            shapes = {known["_id"]: known["shape"] for known in await self._declared.find().to_list()}
            for collection in collections:
                if shapes.get(collection.name) not in (None, collection.shape):
                    raise ShapeChanged(collection.name)
            present = await self._database.list_collection_names()
            for collection in collections:
                await self._make(collection, present=stored_as(collection.name) in present)

    async def _make(self, collection: Collection, *, present: bool) -> None:
        """What is missing: a process may have come to its end in the middle of this, or of `drop`."""
        name = stored_as(collection.name)
        try:
            if not present:
                await self._database.create_collection(name, check_exists=False)
        except OperationFailure as error:
            if error.code != _EXISTS:
                raise
        known = await self._database[name].index_information()
        if missing := [index for index in _indexes(collection) if index.document["name"] not in known]:
            await self._database[name].create_indexes(missing)
        shape = {"$setOnInsert": {"shape": collection.shape}}
        await self._declared.update_one({"_id": collection.name}, shape, upsert=True)

    async def drop(self, name: str) -> None:
        """Documents first, so that a collection that is declared anew begins empty."""
        with problems():
            await self._database.drop_collection(stored_as(name))
            await self._declared.delete_one({"_id": name})

    async def replace(self, name: str, by: str) -> None:
        """Give the collection `by` another name; what had it is gone. Done already is no error."""
        with problems():
            source, target = self._database[stored_as(by)], stored_as(name)
            try:
                await source.rename(target, dropTarget=True)
            except OperationFailure as error:
                if error.code == _NOT_IMPLEMENTED and source.name in await self._database.list_collection_names():
                    await self._database.drop_collection(target)  # FerretDB 1: not at once
                    await source.rename(target)
                elif error.code not in (_NOT_IMPLEMENTED, _NOT_FOUND):
                    raise
            await self._declared.delete_one({"_id": by})

    async def names(self) -> list[str]:
        with problems():
            return [known["_id"] for known in await self._declared.find({}, {"_id": 1}, sort=[("_id", 1)]).to_list()]


def _indexes(collection: Collection) -> list[IndexModel]:
    """Declared ones end with the id; lists and trigrams are found by each of their entries."""
    composite = [[f"f_{field}" for field in index] + ["_id"] for index in dict.fromkeys(collection.indexes)]
    single = [[f"l_{name}"] for name in dict.fromkeys(collection.lists)] + ([["t"]] if collection.text else [])
    return [IndexModel([(name, 1) for name in names], name=",".join(names)) for names in [*composite, *single]]
