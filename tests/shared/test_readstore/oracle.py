"""What the store must answer, in plain Python over plain dicts, slowly; and the documents it is asked about."""

import re
from typing import Any

from hypothesis import strategies as st

from shared.folding import fold
from shared.readstore import conditions as c
from shared.readstore.interface import Collection, Document, Hit, Order, ReadStore

THINGS = Collection(
    "things",
    fields=("kind", "at", "flag", "name"),
    lists=("tags", "seen"),
    text="title",
    indexes=(("kind", "at"), ("at",)),
    folded=("name",),
)

KINDS = [None, "", "a", "A", "b", "é", "it's", "z\0z", "10"]
TIMES = [None, -3, 0, 1, 1.5, 2, 2**53 + 1]
FLAGS = [None, True, False]
TAGS = ["x", "y", "é", ""]
TITLES = st.text(st.sampled_from("ab éE'’œ-_%*\"\\.1\n日"), max_size=14)


async def fill(store: ReadStore, documents: dict[str, Document]) -> None:
    """Make the store hold exactly these things."""
    await store.declare(THINGS)
    async with store.batch() as batch:
        for id in ["", *[id for id, _ in await store.scan(THINGS)]]:  # which begins behind ""
            batch.delete(THINGS, id)
        for id, document in documents.items():
            batch.put(THINGS, id, document)


def documents() -> st.SearchStrategy[dict[str, Document]]:
    fields: dict[str, list[Any]] = {
        "kind": KINDS,
        "at": TIMES,
        "flag": FLAGS,
        "name": KINDS,
        "sort": [None, "m", "n", 3],
    }
    optional: dict[str, st.SearchStrategy[Any]] = {name: st.sampled_from(values) for name, values in fields.items()}
    lists = {name: st.lists(st.sampled_from(TAGS), max_size=4) for name in ("tags", "seen")}
    one = st.fixed_dictionaries(
        {}, optional=optional | lists | {"title": st.none() | TITLES, "more": st.just({"x": [1]})}
    )
    return st.dictionaries(st.text("0aé'", max_size=3), one, max_size=12)


def conditions() -> st.SearchStrategy[c.Condition]:
    def among(values: list[Any]) -> st.SearchStrategy[list[Any]]:
        return st.lists(st.sampled_from(values), max_size=12)

    kind, at, tag = st.sampled_from(KINDS), st.sampled_from(TIMES), st.sampled_from(TAGS)
    lists = st.sampled_from(["tags", "seen"])
    leaves = st.one_of(
        st.builds(c.Eq, st.just("kind"), kind),
        st.builds(c.Eq, st.just("flag"), st.sampled_from(FLAGS)),
        st.builds(c.In, st.just("kind"), among(KINDS)),
        st.builds(c.NotIn, st.just("kind"), among(KINDS)),
        st.builds(c.In, st.just("at"), among(TIMES)),
        st.builds(c.Range, st.just("at"), at, at, at, at),
        st.builds(c.Range, st.just("kind"), kind, st.none(), kind),
        st.builds(c.Contains, st.sampled_from(["kind", "name"]), st.sampled_from(["", "E", "a", "'", "%"])),
        st.builds(c.Matches, TITLES),
        st.builds(c.Has, lists, tag),
        st.builds(c.HasAny, lists, among(TAGS)),
        st.builds(c.HasOther, lists, among(TAGS)),
        st.builds(c.Empty, lists),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(c.Not, inner),
            st.lists(inner, max_size=3).map(lambda parts: c.AnyOf(*parts)),
            st.lists(inner, max_size=3).map(lambda parts: c.AllOf(*parts)),
        ),
        max_leaves=4,
    )


def orders() -> st.SearchStrategy[tuple[Order, ...]]:
    fields = st.lists(st.sampled_from(["kind", "at", "flag"]), unique=True, max_size=3)
    return fields.flatmap(lambda names: st.tuples(*[st.builds(Order, st.just(name), st.booleans()) for name in names]))


def meets(document: Document, condition: c.Condition) -> bool:
    match condition:
        case c.Not(part):
            return not meets(document, part)
        case c.AnyOf(parts):
            return any(meets(document, part) for part in parts)
        case c.AllOf(parts):
            return all(meets(document, part) for part in parts)
        case c.Matches(query):
            return all(word in fold(document.get("title") or "") for word in fold(query).split())
        case c.Has() | c.HasAny() | c.HasOther() | c.Empty():
            return _list_meets(document.get(condition.list) or [], condition)
    return _field_meets(document.get(condition.field), condition)


def _list_meets(held: list[str], condition: c.Has | c.HasAny | c.HasOther | c.Empty) -> bool:
    match condition:
        case c.Has(_, value):
            return value in held
        case c.HasAny(_, values):
            return bool(set(held) & set(values))
        case c.HasOther(_, values):
            return bool(set(held) - set(values))
        case c.Empty():
            return not held


def _field_meets(value: Any, condition: c.Eq | c.In | c.NotIn | c.Range | c.Contains) -> bool:
    match condition:
        case c.Eq(_, wanted):
            return bool(value == wanted)
        case c.In(_, values):
            return value in values
        case c.NotIn(_, values):
            return value not in values
        case c.Contains(_, text):
            return isinstance(value, str) and fold(text) in fold(value)
        case c.Range(_, ge, gt, le, lt):
            bounds = (
                (ge is None or value >= ge, gt is None or value > gt, le is None or value <= le)
                if value is not None
                else (False,)
            )
            return all(bounds) and (lt is None or value < lt)


def in_order(found: dict[str, Document], order: tuple[Order, ...]) -> list[Document]:
    """Sorted by the last key first, which Python's stable sort allows."""
    down = order[-1].descending if order else False
    sorted_ids = sorted(found, reverse=down)
    for part in reversed(order):
        sorted_ids.sort(key=lambda id: _comparable(found[id].get(part.field)), reverse=part.descending)
    return [found[id] for id in sorted_ids]


def _comparable(value: Any) -> tuple[bool, Any]:
    return (False, 0) if value is None else (True, value)


def best(found: dict[str, Document], query: str) -> list[Hit]:
    """Every document that answers the query, best first."""
    ranked = [(place, _tie(id, d), id, d) for id, d in found.items() if (place := _rank(d, fold(query))) is not None]
    return [Hit(id, document, place) for place, _, id, document in sorted(ranked, key=lambda hit: hit[:2])]


def _tie(id: str, document: Document) -> tuple[Any, ...]:
    sort = document.get("sort")
    return (sort is not None, isinstance(sort, str), sort if sort is not None else 0, id)


def _rank(document: Document, query: str) -> int | None:
    text, words = fold(document.get("title") or ""), query.split()
    if not words or not all(word in text for word in words):
        return None
    starts = [re.search(r"(?<![^\W_])" + re.escape(word), text) for word in words]
    wholes = [re.search(r"(?<![^\W_])" + re.escape(word) + r"(?![^\W_])", text) for word in words]
    tests = (text == query, text.startswith(query), all(wholes), all(starts))
    return tests.index(True) if True in tests else 4
