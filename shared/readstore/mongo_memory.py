"""The questions of `mongo_query`, answered for documents that a batch holds and MongoDB does not have yet."""

from typing import Any

from shared.folding import fold
from shared.readstore import conditions as c
from shared.readstore.interface import Collection, Key
from shared.readstore.mongo_fields import Stored, scalar


def meets(collection: Collection, stored: Stored, condition: c.Condition) -> bool:
    """Whether a document, as it will be stored, meets a condition."""
    match condition:
        case c.AnyOf(parts):
            return any(meets(collection, stored, part) for part in parts)
        case c.AllOf(parts):
            return all(meets(collection, stored, part) for part in parts)
        case c.Not(part):
            return not meets(collection, stored, part)
        case c.Matches(query):
            collection.need_text()
            return all(word in stored["x"] for word in fold(query).split())
        case c.Has() | c.HasAny() | c.HasOther() | c.Empty():
            return _list_meets(stored[f"l_{collection.need_list(condition.list)}"], condition)
    return _field_meets(stored[f"f_{collection.need_field(condition.field)}"], condition)


def _list_meets(held: list[str], condition: c.Has | c.HasAny | c.HasOther | c.Empty) -> bool:
    match condition:
        case c.Has(_, value):
            return value in held
        case c.HasAny(_, values):
            return any(value in values for value in held)
        case c.HasOther(_, values):
            return any(value not in values for value in held)
        case c.Empty():
            return not held


def _field_meets(held: Any, condition: c.Eq | c.In | c.NotIn | c.Range | c.Contains) -> bool:
    match condition:
        case c.Eq(_, value):
            return bool(held == scalar(value))
        case c.In(_, values):
            return held in [scalar(value) for value in values]
        case c.NotIn(_, values):
            return held not in [scalar(value) for value in values]
        case c.Contains(_, text):
            return isinstance(held, str) and fold(text) in fold(held)
        case c.Range(_, ge, gt, le, lt):
            tests = (
                (
                    ge is None or held >= scalar(ge),
                    gt is None or held > scalar(gt),
                    le is None or held <= scalar(le),
                    lt is None or held < scalar(lt),
                )
                if held is not None
                else (False,)
            )
            return all(tests)


def in_order(found: list[Stored], order: list[tuple[str, int]], after: Key | None) -> list[Stored]:
    """Sorted as MongoDB sorts, from a page's end on. Each has its `_id`."""
    mark: list[Stored] = []
    if after is not None:
        mark = [{name: scalar(value) for (name, _), value in zip(order, after, strict=True)}]
    ordered = [*found, *mark]  # the mark comes behind its equals, as Python's sort keeps what is equal in place
    for name, direction in reversed(order):
        ordered.sort(key=lambda stored: _comparable(stored[name]), reverse=direction < 0)
    return ordered[next((at + 1 for at, stored in enumerate(ordered) if stored is mark[0]), 0) if mark else 0 :]


def _comparable(value: Any) -> tuple[int, Any]:
    """None, then numbers, then texts."""
    return (0, 0) if value is None else (2, value) if isinstance(value, str) else (1, value)
