"""What projections write and queries read: documents in collections, with the few operations that all engines share."""

import re
from collections.abc import Collection as Values
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from shared.readstore.conditions import Condition, Scalar

Document = dict[str, Any]
"""JSON values under names. What a store returns is the caller's; what is put must not be changed afterwards."""

Key = tuple[Scalar, ...]
"""Where a page ended: the values of the order's fields, then the document's id."""

_NAME = re.compile(r"[a-z_]+")
_FIELD = re.compile(r"[a-z_][a-z0-9_]*")


class ShapeChanged(Exception):
    """A collection is declared otherwise than it is stored. A read model is never repaired: give it a new name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"collection {name!r} is stored with another shape; give the new one another name")
        self.collection = name


class Superseded(Exception):
    """Another process has claimed the store since this one did: it writes no more, for what it knows may be old."""


class UnknownField(LookupError):
    """A condition or an order names a field that the collection does not declare (as a field, a list or text)."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A kind of document and what can be asked of it.

    `fields`: scalar top-level fields to filter and sort by, each of one type or None. `lists`: fields that hold lists
    of texts, filtered by membership. `text`: the field searched by substring; the store folds it. `indexes`: composite
    indexes over `fields`; the id is always their last part. `folded`: those of `fields` that `Contains` must be quick
    on; the store keeps them folded too. `hot`: few documents, read with every request, that a store may hold in memory.
    A field that a document lacks counts as None, a list as empty.
    """

    name: str
    fields: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    text: str | None = None
    indexes: tuple[tuple[str, ...], ...] = ()
    folded: tuple[str, ...] = ()
    hot: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"not a collection's name: {self.name!r}")
        for field in (*self.fields, *self.lists, *([self.text] if self.text else [])):
            if not _FIELD.fullmatch(field):
                raise ValueError(f"not a field's name: {field!r}")
        for field in (*self.folded, *(field for index in self.indexes for field in index)):
            self.need_field(field)

    def need_field(self, name: str) -> str:
        """`name`, if it is a scalar field; else `UnknownField`."""
        if name not in self.fields:
            raise UnknownField(f"{self.name} has no field {name!r}")
        return name

    def need_list(self, name: str) -> str:
        """`name`, if it is a list; else `UnknownField`."""
        if name not in self.lists:
            raise UnknownField(f"{self.name} has no list {name!r}")
        return name

    def need_text(self) -> None:
        """`UnknownField` if no text is searched here."""
        if self.text is None:
            raise UnknownField(f"{self.name} has no text")

    @property
    def shape(self) -> str:
        """What must be equal for a stored collection to be this one; the order of declaration does not matter."""
        names = [sorted(set(names)) for names in (self.fields, self.lists, self.folded)]
        return f"1 {self.text} {names} {sorted(set(self.indexes))}"


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by a field; None comes first, last when descending. The id breaks ties, in the last order's direction."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some documents in order, and where to go on: `next` is for `after`, None when there is no more."""

    documents: list[Document]
    next: Key | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found by its text; `rank` as in shared.readstore.ranking, 0 is best."""

    id: str
    document: Document
    rank: int


class Finder(Protocol):
    """What can be asked of a store as it was last committed, and of a batch as it stands."""

    async def get(self, collection: Collection, id: str) -> Document | None: ...

    async def get_many(self, collection: Collection, ids: Values[str]) -> dict[str, Document]:
        """Those that exist, by id."""

    async def find(
        self,
        collection: Collection,
        *conditions: Condition,
        order: Sequence[Order] = (),
        after: Key | None = None,
        limit: int = 50,
    ) -> Page:
        """A page of the documents that meet all conditions, by keyset: never an offset."""

    async def count(self, collection: Collection, *conditions: Condition) -> int: ...


class Batch(Finder, Protocol):
    """A unit of work: it sees its own writes, and everything in it is stored at its end, or nothing.

    Documents stay in memory until then: one that is changed 200 times is written once. `get` returns the document that
    the batch holds: change a copy, or put what was changed.
    """

    def put(self, collection: Collection, id: str, document: Document) -> None:
        """Store a document in place of the one with this id."""

    def delete(self, collection: Collection, id: str) -> None:
        """Remove a document; none is no error."""

    def replace(self, collection: Collection, by: Collection) -> None:
        """Have another collection of the same shape take this one's name and place; its own documents are gone.

        Once the batch is stored, and with everything else in it: nobody sees one without the other. The name of the
        other must not be used for a third: its indexes may keep it.
        """

    def checkpoint(self, name: str, position: Mapping[str, int]) -> None:
        """Remember how far `name` has come, with everything else in this batch. An empty position forgets it."""


class ReadStore(Finder, Protocol):
    """The documents that a service shows. Raises `OutOfSpace` and `Unavailable` of shared.problems."""

    async def claim(self) -> None:
        """Become the one writer of this store, and finish what the one before may have left half done.

        From now on batches of everybody who claimed it earlier raise `Superseded` and change nothing; so do `declare`
        and `drop`. Who has never claimed it does so with the first batch. Claiming again is allowed.
        """

    async def declare(self, *collections: Collection) -> None:
        """Make collections ready; again is no change; `ShapeChanged` if one is stored otherwise."""

    async def drop(self, collection: Collection | str) -> None:
        """Forget a collection with its documents; none is no error."""

    async def collections(self) -> list[str]:
        """Names of the collections stored, sorted."""

    async def scan(self, collection: Collection, after: str = "", limit: int = 1_000) -> list[tuple[str, Document]]:
        """Documents with their ids, in the order of the ids, from behind `after` on."""

    async def get_raw(self, collection: Collection, id: str) -> bytes | None:
        """The stored JSON as it is, for answers that are passed on unread."""

    async def search(self, collection: Collection, query: str, *conditions: Condition, limit: int = 50) -> list[Hit]:
        """The best of the documents whose text holds every word of `query`; nothing for a query without words.

        Of more than `MOST_RANKED` such documents (shared.readstore.ranking) it looks at that many.
        """

    def batch(self) -> AbstractAsyncContextManager[Batch]:
        """Begin a unit of work; batches of one store wait for each other, so they must not be nested.

        Raises `Superseded` once another process has claimed the store.
        """

    async def checkpoint(self, name: str) -> dict[str, int]:
        """How far `name` had come at its last batch; empty if never."""

    async def scrub(self) -> None:
        """Leave no trace on disk of what was deleted or replaced; costs time in proportion to what is stored."""

    async def close(self) -> None: ...
