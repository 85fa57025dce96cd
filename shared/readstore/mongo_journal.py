"""Batches that are stored whole or not at all, without transactions: a redo journal.

A batch is prepared (its changes as a journal, and places for documents that are new), promised by one update of the
state, then applied, and ended by another update, which is when its checkpoints show. The promise names its owner and
its number: the store takes it from its present owner only, and once. Who claims a store first keeps what was promised.

A process that was held up may go on writing long after another has claimed the store. All it can still do is repeat
writes of a batch that was promised (and applied since), or prepare one that never will be. Neither harms:
 - A document is replaced only where one lies whose number is not above the batch's own: newer ones stay.
 - It is replaced, never inserted: what was deleted stays deleted. Inserted are, before the promise, empty places with
   the number of their batch; they count as no document, and keep older batches out.
 - A document is deleted only if its number is not above the batch's own.
 - A collection takes another's name only from one that was made for this, and under a name that never comes back.
The same holds for commands that a server carries out late, after their answer was given up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import bson
import orjson
from pymongo import DeleteOne, InsertOne, ReplaceOne, ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError

from shared.readstore.interface import Superseded
from shared.readstore.mongo_fields import Stored
from shared.readstore.mongo_find import stored_as
from shared.readstore.mongo_problems import DUPLICATE, problems
from shared.readstore.mongo_schema import Schema

_STATE = {"_id": "store"}
_NEW = {"batch": 0, "checkpoints": b"{}"}
_PIECE = 4 * 1024**2
"""Bytes of a journal that go into the promise itself; a longer one is stored beforehand, in pieces of this size."""

Writes = list[InsertOne[Stored] | ReplaceOne[Stored] | DeleteOne]


@dataclass(frozen=True, slots=True)
class Change:
    """What a batch does to one document; `stored` is None where it is deleted. `known`: it is there already."""

    collection: str
    id: str
    stored: Stored | None
    known: bool


class Journal:
    """The state of one store, and the way of its batches. `bulk`: most writes in one command."""

    def __init__(self, database: AsyncDatabase[Stored], schema: Schema, bulk: int) -> None:
        self._database, self._schema, self._bulk, self.piece = database, schema, bulk, _PIECE
        self._state, self._pieces = database["state"], database["journal"]
        self._owner: int | None = None
        self._number = 0  # of the last batch
        self._checkpoints: dict[str, Any] = {}
        self._doubtful = False  # whether more may be stored than this process knows

    async def claim(self) -> None:
        """Take the next owner's number, and finish what was promised to the one before."""
        with problems():
            state = await self._state.find_one_and_update(
                _STATE, {"$inc": {"owner": 1}, "$setOnInsert": _NEW}, upsert=True, return_document=ReturnDocument.AFTER
            )
        assert state is not None
        owner, number, promised = state["owner"], state["batch"], state.get("next")
        checkpoints = state["checkpoints"]
        if promised is not None:
            checkpoints = promised["checkpoints"]
            await self._apply(number, await self._read(promised), orjson.loads(promised["replaced"]))
            await self._end(owner, number, checkpoints)
        await self._tidy(number)
        self._owner, self._number, self._doubtful = owner, number, False
        self._checkpoints = orjson.loads(checkpoints)

    async def ready(self) -> None:
        """Before a batch: `Superseded` if the store went on without this process, were it by its own last batch."""
        if self._owner is None:
            await self.claim()
        elif self._doubtful:
            state = await self._read_state("owner", "batch")
            if (state.get("owner"), state.get("batch")) != (self._owner, self._number):
                raise Superseded
            self._doubtful = False

    async def check(self) -> None:
        """`Superseded` if another owner came since; who has claimed nothing passes."""
        if self._owner is not None and (await self._read_state("owner")).get("owner") != self._owner:
            raise Superseded

    async def checkpoints(self) -> dict[str, dict[str, int]]:
        """Those of all batches that are applied."""
        state = await self._read_state("checkpoints")
        found: dict[str, dict[str, int]] = orjson.loads(state.get("checkpoints", b"{}"))
        return found

    async def write(
        self,
        changes: Sequence[Change],
        replaced: Sequence[tuple[str, str]],
        positions: Mapping[str, Mapping[str, int]],
    ) -> None:
        """Store a batch; one that raises is stored not at all or, after `Unavailable`, perhaps: `ready` knows."""
        if not (changes or replaced or positions):
            return
        assert self._owner is not None
        number = self._number + 1
        checkpoints = {name: at for name, at in (self._checkpoints | dict(positions)).items() if at}
        told = orjson.dumps(checkpoints)
        before = {"owner": self._owner, "batch": number - 1, "next": None}
        journal = await self._prepare(number, changes)
        self._doubtful = True
        if changes or replaced:
            promise = {**journal, "replaced": orjson.dumps(replaced), "checkpoints": told}
            await self._turn(before, {"batch": number, "next": promise})
            await self._apply(number, changes, replaced)
            await self._end(self._owner, number, told)
        else:
            await self._turn(before, {"batch": number, "checkpoints": told})
        if journal["pieces"]:
            await self._tidy(number)
        self._number, self._checkpoints, self._doubtful = number, checkpoints, False

    async def tidy(self) -> int:
        """Remove journals that are done with; returns the number of the last batch."""
        await self._tidy(self._number)
        return self._number

    async def _tidy(self, number: int) -> None:
        with problems():
            await self._pieces.delete_many({"batch": {"$lte": number}})

    async def _prepare(self, number: int, changes: Sequence[Change]) -> Stored:
        """Make the places for what is new; returns the journal, or where it is stored."""
        for name in dict.fromkeys(change.collection for change in changes):
            new = [c.id for c in changes if c.collection == name and c.stored is not None and not c.known]
            await self._bulk_write(name, [InsertOne({"_id": id, "b": number}) for id in new])
        journal = b"".join(bson.encode({"c": c.collection, "i": c.id, "s": c.stored}) for c in changes)
        if len(journal) <= self.piece:
            return {"pieces": [], "journal": journal}
        key = bson.ObjectId()
        pieces = [journal[at : at + self.piece] for at in range(0, len(journal), self.piece)]
        names = [f"{key}/{place}" for place in range(len(pieces))]
        for name, piece in zip(names, pieces, strict=True):
            with problems():
                await self._pieces.insert_one({"_id": name, "batch": number, "journal": piece})
        return {"pieces": names, "journal": b""}

    async def _read(self, promised: Stored) -> list[Change]:
        with problems():
            found = await self._pieces.find({"_id": {"$in": promised["pieces"]}}).to_list()
        pieces = {piece["_id"]: piece["journal"] for piece in found}
        journal = promised["journal"] + b"".join(pieces[name] for name in promised["pieces"])
        return [Change(entry["c"], entry["i"], entry["s"], known=True) for entry in bson.decode_all(journal)]

    async def _apply(self, number: int, changes: Sequence[Change], replaced: Sequence[Sequence[str]]) -> None:
        for name in dict.fromkeys(change.collection for change in changes):
            await self._bulk_write(name, [_write(number, change) for change in changes if change.collection == name])
        for name, by in replaced:
            await self._schema.replace(name, by)

    async def _end(self, owner: int, number: int, checkpoints: bytes) -> None:
        await self._turn({"owner": owner, "batch": number}, {"next": None, "checkpoints": checkpoints})

    async def _turn(self, before: Stored, after: Stored) -> None:
        """Change the state, if it is as it was known to be; else somebody else has changed it."""
        with problems():
            done = await self._state.update_one(_STATE | before, {"$set": after})
        if not done.matched_count:
            raise Superseded

    async def _read_state(self, *names: str) -> Stored:
        with problems():
            return await self._state.find_one(_STATE, dict.fromkeys(names, 1)) or {}

    async def _bulk_write(self, name: str, writes: Writes) -> None:
        for some in _chunks(writes, self._bulk):
            with problems():
                try:
                    await self._database[stored_as(name)].bulk_write(some, ordered=False)
                except BulkWriteError as error:
                    found = error.details or {}
                    if found["writeConcernErrors"] or any(e["code"] != DUPLICATE for e in found["writeErrors"]):
                        raise  # that a place is taken is as good


def _write(number: int, change: Change) -> ReplaceOne[Stored] | DeleteOne:
    mine = {"_id": change.id, "b": {"$lte": number}}
    return DeleteOne(mine) if change.stored is None else ReplaceOne(mine, {"b": number, **change.stored})


def _chunks(writes: Writes, size: int) -> Iterator[Writes]:
    return (writes[at : at + size] for at in range(0, len(writes), size))
