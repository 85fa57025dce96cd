"""Questions as SQL: a page, a count, a search. Each is made once for its shape and kept."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from shared.readstore.interface import Collection, Key, Order
from shared.readstore.sqlite_query import Shape, sql, text_sql
from shared.readstore.sqlite_schema import column


def page_values(after: Key, order: Sequence[Order]) -> list[Any]:
    """The values that the page's test in `find_sql` asks for."""
    if len(after) != len(order) + 1:
        raise ValueError("a page of another order")
    key = [column(value) for value in after]
    if _one_way(order):
        return key
    return [key[0]] + [value for last in range(len(key)) for value in key[: last + 1]]


def _one_way(order: Sequence[Order]) -> bool:
    return len({part.descending for part in order}) < 2


@lru_cache(4096)
def find_sql(collection: Collection, shapes: tuple[Shape, ...], order: tuple[Order, ...], after: bool) -> str:
    """The page of documents in order; the last value is how many."""
    tests = [sql(collection, ("and", *shapes))]
    descending = order[-1].descending if order else False
    columns = [(f"d.f_{collection.need_field(part.field)}", part.descending) for part in order] + [("d.id", descending)]
    if after:
        tests.append(_after(columns, _one_way(order)))
    by = ", ".join(name + (" DESC" if down else "") for name, down in columns)
    return f"SELECT d.id, d.document FROM d_{collection.name} AS d WHERE {' AND '.join(tests)} ORDER BY {by} LIMIT ?"


def _after(columns: list[tuple[str, bool]], one_way: bool) -> str:
    sign = [" < " if down else " > " for _, down in columns]
    names = [name for name, _ in columns]
    if one_way:
        return f"({', '.join(names)}){sign[0]}({', '.join('?' * len(names))})"
    ways = [
        " AND ".join([f"{name} = ?" for name in names[:last]] + [f"{names[last]}{sign[last]}?"])
        for last in range(len(names))
    ]
    # What the first column alone says, so that an index on it can be entered at the right place.
    return f"{names[0]}{sign[0].rstrip()}= ? AND ({' OR '.join(f'({way})' for way in ways)})"


@lru_cache(1024)
def count_sql(collection: Collection, shapes: tuple[Shape, ...]) -> str:
    """The number of documents."""
    return f"SELECT count(*) FROM d_{collection.name} AS d WHERE {sql(collection, ('and', *shapes))}"


@lru_cache(1024)
def search_sql(
    collection: Collection, trigrams: bool, number: int, shapes: tuple[Shape, ...], starts: bool = False
) -> str:
    """Ids, sort values and texts of the documents whose text holds the words, or only of those that start with one."""
    tables, test = text_sql(collection, trigrams, number)
    if starts:
        test += " AND instr(x.text, ?) = 1"
    if shapes:
        tables += f" {'CROSS ' if trigrams else ''}JOIN d_{collection.name} AS d ON d.key = x.key"
        test += f" AND {sql(collection, ('and', *shapes))}"
    return f"SELECT x.id, x.sort, x.text FROM {tables} WHERE {test}"
