"""Conditions, orders and pages in MongoDB's terms.

Fields are always stored, None as null, which sorts first; so a condition has two truth values here too.
"""

import re
from collections.abc import Collection as Values
from collections.abc import Sequence
from typing import Any

from shared.folding import fold
from shared.readstore import conditions as c
from shared.readstore.interface import Collection, Key, Order
from shared.readstore.mongo_fields import asked_trigrams, scalar

Filter = dict[str, Any]

STORED: Filter = {"d": {"$exists": True}}
"""A place that was made for a document which never came is none (shared.readstore.mongo_journal)."""

NOTHING: Filter = {"_id": {"$in": []}}
_PATTERN = 1_000
"""Characters of one regular expression; MongoDB takes 32 KB."""


def where(collection: Collection, conditions: Sequence[c.Condition]) -> Filter:
    """The documents that meet all of these."""
    return {"$and": [STORED, *[_filter(collection, condition) for condition in conditions]]}


def _filter(collection: Collection, condition: c.Condition) -> Filter:
    match condition:
        case c.AnyOf(parts):
            return {"$or": [_filter(collection, part) for part in parts]} if parts else NOTHING
        case c.AllOf(parts):
            return {"$and": [_filter(collection, part) for part in parts]} if parts else {}
        case c.Not(part):
            return {"$nor": [_filter(collection, part)]}
        case c.Matches(query):
            collection.need_text()
            return holding(fold(query).split())
        case c.Has() | c.HasAny() | c.HasOther() | c.Empty():
            return _list_filter(f"l_{collection.need_list(condition.list)}", condition)
    return _field_filter(collection.need_field(condition.field), condition)


def _field_filter(name: str, condition: c.Eq | c.In | c.NotIn | c.Range | c.Contains) -> Filter:
    field = f"f_{name}"
    match condition:
        case c.Eq(_, value):
            return {field: scalar(value)}
        case c.In(_, values):
            return {field: {"$in": _scalars(values)}}
        case c.NotIn(_, values):
            return {field: {"$nin": _scalars(values)}}
        case c.Contains(_, text):
            folded = fold(text)
            return {"$or": [_within(f"g_{name}", folded), {"$and": [{f"g_{name}": None}, _within(field, folded)]}]}
        case c.Range():
            bounds = {f"${sign}": getattr(condition, sign) for sign in ("ge", "gt", "le", "lt")}
            signs = {"$ge": "$gte", "$le": "$lte"}
            given = {signs.get(sign, sign): scalar(value) for sign, value in bounds.items() if value is not None}
            return {field: given or {"$ne": None}}


def _list_filter(name: str, condition: c.Has | c.HasAny | c.HasOther | c.Empty) -> Filter:
    match condition:
        case c.Has(_, value):
            return {name: value}
        case c.HasAny(_, values):
            return {name: {"$in": list(values)}}
        case c.HasOther(_, values):
            return {"$and": [{name: {"$ne": []}}, {name: {"$elemMatch": {"$nin": list(values)}}}]}
        case c.Empty():
            return {name: []}


def _scalars(values: Values[c.Scalar]) -> list[Any]:
    return [scalar(value) for value in values]


def holding(words: list[str]) -> Filter:
    """Texts that hold every one of these folded words, by way of the trigrams where there are any."""
    words = list(dict.fromkeys(words))
    if not words:
        return {}
    return {"$and": [candidates(words), *[_within("x", word) for word in words]]}


def candidates(words: list[str]) -> Filter:
    """Texts that may hold these words: found in the index if one of them has three letters."""
    asked = asked_trigrams(words)
    return {"t": {"$all": asked}} if asked else {"$and": [_within("x", word) for word in words]}


def beginning(folded: str) -> Filter:
    """Texts that start with this one."""
    return {"x": {"$regex": f"^{re.escape(folded)}"}}


def _within(name: str, text: str) -> Filter:
    """The part of a text is found as it is; of one longer than a pattern may be, all its pieces."""
    pieces = [text[at : at + _PATTERN] for at in range(0, len(text), _PATTERN)] or [""]
    found = [{name: {"$regex": re.escape(piece)}} for piece in pieces]
    return found[0] if len(found) == 1 else {"$and": found}


def sorting(collection: Collection, order: Sequence[Order]) -> list[tuple[str, int]]:
    """The order, ended by the id in the direction of its last part."""
    parts = [(f"f_{collection.need_field(part.field)}", -1 if part.descending else 1) for part in order]
    return [*parts, ("_id", parts[-1][1] if parts else 1)]


def stretches(order: list[tuple[str, int]], after: Key | None) -> list[Filter]:
    """What lies behind a place in an order, piece by piece: each is one stretch of an index, and they follow in turn.

    As one question with `$or` they would be sorted in memory.
    """
    if after is None:
        return [{}]
    if len(after) != len(order):
        raise ValueError("a page of another order")
    key = [scalar(value) for value in after]
    return [
        {"$and": [*[{name: value} for (name, _), value in zip(order[:last], key, strict=False)], beyond]}
        for last in reversed(range(len(order)))
        for beyond in _beyond(*order[last], key[last])
    ]


def _beyond(name: str, direction: int, value: Any) -> list[Filter]:
    if direction > 0:
        return [{name: {"$ne": None} if value is None else {"$gt": value}}]
    return [] if value is None else [{name: {"$lt": value}}, *([] if name == "_id" else [{name: None}])]
