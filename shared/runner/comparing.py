"""Whether two collections hold the same documents, and which differ."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import islice

import orjson

from shared.readstore.interface import Collection, ReadStore

SHOWN = 20
"""Differing documents that are named."""


@dataclass(slots=True)
class Comparison:
    """Digests are SHA-256 over all documents in the order of their ids, names within a document sorted."""

    collection: str
    documents: int = 0
    documents_beside: int = 0
    digest: str = ""
    digest_beside: str = ""
    differing: int = 0
    ids: list[str] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        return self.digest == self.digest_beside


async def compare(store: ReadStore, live: Collection, beside: Collection) -> Comparison:
    """Look at every document of both; nobody must write to either meanwhile."""
    found = Comparison(live.name)
    digests = hashlib.sha256(), hashlib.sha256()
    sides = _documents(store, live), _documents(store, beside)
    heads = [await anext(side, None) for side in sides]
    while first := min((head[0] for head in heads if head), default=None):
        met = [head[1] if head and head[0] == first else None for head in heads]
        for digest, document in zip(digests, met, strict=True):
            if document is not None:
                digest.update(orjson.dumps([first, len(document)]) + document)
        found.documents += met[0] is not None
        found.documents_beside += met[1] is not None
        if met[0] != met[1]:
            found.differing += 1
            found.ids += islice((first,), max(0, SHOWN - len(found.ids)))
        heads = [
            await anext(side, None) if head and head[0] == first else head
            for side, head in zip(sides, heads, strict=True)
        ]
    found.digest, found.digest_beside = (digest.hexdigest() for digest in digests)
    return found


async def _documents(store: ReadStore, collection: Collection) -> AsyncIterator[tuple[str, bytes]]:
    """Ids and documents in one way of writing them, however a store keeps them."""
    after = ""
    while page := await store.scan(collection, after):
        for id, document in page:
            yield id, orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
        after = page[-1][0]
        await asyncio.sleep(0)  # whoever asks something meanwhile is answered
