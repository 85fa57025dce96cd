"""Conditions as SQL.

First a condition is taken apart into its values and its shape; the SQL of a shape is made once and kept.
"""

from collections.abc import Collection as Values
from functools import lru_cache
from typing import Any

import orjson

from shared.folding import fold
from shared.readstore import conditions as c
from shared.readstore.interface import Collection
from shared.readstore.sqlite_schema import column

Shape = tuple[Any, ...]
MANY = -1
"""In place of a number of values: they come as one JSON list, so that every number of them is the same SQL."""

_FEW = 8
_TRIGRAMS = 24


def shape(condition: c.Condition, values: list[Any]) -> Shape:
    """The shape of a condition; its values are appended in the order in which its SQL asks for them."""
    match condition:
        case c.Eq(field, value):
            values.append(column(value))
            return "eq", field
        case c.In(field, among):
            return "in", field, *_scalars(among, values)
        case c.NotIn(field, among):
            return "not", ("in", field, *_scalars(among, values))
        case c.Range():
            return _range(condition, values)
        case c.Contains(field, text):
            values.append(fold(text))
            return "contains", field
        case c.Matches(query):
            return "matches", *words(fold(query).split(), values)
        case c.AnyOf(parts):
            return "or", *[shape(part, values) for part in parts]
        case c.AllOf(parts):
            return "and", *[shape(part, values) for part in parts]
        case c.Not(part):
            return "not", shape(part, values)
    return _list_shape(condition, values)


def _list_shape(condition: c.Has | c.HasAny | c.HasOther | c.Empty, values: list[Any]) -> Shape:
    match condition:
        case c.Has(field, value):
            values.append(value)
            return "has", field, 1
        case c.HasAny(field, among):
            return "has", field, _several(list(among), values)
        case c.HasOther(field, among):
            return "other", field, _several(list(among), values)
        case c.Empty(field):
            return "empty", field


def words(wanted: list[str], values: list[Any]) -> tuple[bool, int]:
    """Whether trigrams can be asked for, and the number of words to look for; their values as `shape` does."""
    wanted = list(dict.fromkeys(wanted))
    trigrams = dict.fromkeys(word[at : at + 3] for word in wanted for at in _steps(len(word)))
    if trigrams:
        values.append(" ".join('"' + trigram.replace('"', '""') + '"' for trigram in list(trigrams)[:_TRIGRAMS]))
    return bool(trigrams), _several(wanted, values)


def _steps(size: int) -> list[int]:
    """Where to take trigrams from a word: side by side, and its end; the rest is seen in the text itself."""
    return [*range(0, size - 3, 3), size - 3] if size > 2 else []


def _range(condition: c.Range, values: list[Any]) -> Shape:
    bounds = [(sign, getattr(condition, name)) for name, sign in (("ge", ">="), ("gt", ">"), ("le", "<="), ("lt", "<"))]
    bounds = [bound for bound in bounds if bound[1] is not None]
    values.extend(column(value) for _, value in bounds)
    return "range", condition.field, *[sign for sign, _ in bounds]


def _scalars(among: Values[c.Scalar], values: list[Any]) -> tuple[int, bool]:
    present = [column(value) for value in among if value is not None]
    return _several(present, values), len(present) < len(among)


def _several(among: list[Any], values: list[Any]) -> int:
    if len(among) <= _FEW or any(isinstance(v, float) or (isinstance(v, str) and "\0" in v) for v in among):
        values.extend(among)  # SQLite's JSON ends a text at NUL, and its reading of floats may be off by a bit
        return len(among)
    values.append(orjson.dumps(among).decode())
    return MANY


def sql(collection: Collection, shape: Shape) -> str:
    """A shape as an SQL expression over `d`, the documents' table. It is never NULL."""
    kind, rest = shape[0], shape[1:]
    if kind in ("and", "or"):
        parts = [f"({sql(collection, part)})" for part in rest]
        return f" {kind} ".join(parts) or str(int(kind == "and"))
    if kind == "not":
        return f"NOT ({sql(collection, rest[0])})"
    if kind == "matches":
        tables, test = text_sql(collection, *rest)
        return f"d.key IN (SELECT x.key FROM {tables} WHERE {test})"
    if kind in ("has", "rare", "other", "empty"):
        return _list_sql(f'"l_{collection.name}${collection.need_list(rest[0])}"', kind, *rest[1:])
    if kind == "contains" and rest[0] in collection.folded:
        return f"typeof(d.g_{rest[0]}) = 'text' AND instr(d.g_{rest[0]}, ?)"
    return _field_sql(f"d.f_{collection.need_field(rest[0])}", kind, *rest[1:])


def _field_sql(name: str, kind: str, *rest: Any) -> str:
    if kind == "eq":
        return f"{name} = ?"
    if kind == "contains":
        return f"holds({name}, ?)"
    if kind == "range":
        above = [] if any(sign[0] == ">" for sign in rest) else [f"{name} > -9e999"]
        return " AND ".join(above + [f"{name} {sign} ?" for sign in rest])
    number, none = rest
    return f"({name} IN ({_places(number)}){f' OR {name} = -9e999' if none else ''})"


def _list_sql(table: str, kind: str, number: int = 0) -> str:
    entry = f"SELECT 1 FROM {table} AS l WHERE l.key = d.key"
    if kind == "empty":
        return f"NOT EXISTS ({entry})"
    if kind == "rare":
        return f"d.key IN (SELECT l.key FROM {table} AS l WHERE l.value IN ({_places(number)}))"
    # The plus keeps SQLite from trying each value in turn: a document's list is shorter than what is looked for.
    value = "NOT l.value" if kind == "other" else "l.value" if number == 1 else "+l.value"
    return f"EXISTS ({entry} AND {value} IN ({_places(number)}))"


@lru_cache(256)
def entries_sql(collection: Collection, field: str, number: int) -> str:
    """How many entries a list has with these values; counting ends at the limit, the last value."""
    table = f'"l_{collection.name}${collection.need_list(field)}"'
    return f"SELECT count(*) FROM (SELECT 1 FROM {table} AS l WHERE l.value IN ({_places(number)}) LIMIT ?)"


def _places(number: int) -> str:
    return "SELECT value FROM json_each(?)" if number == MANY else ", ".join("?" * number)


def text_sql(collection: Collection, trigrams: bool, number: int) -> tuple[str, str]:
    """The tables and the test that `words` gave the values for: by way of the trigrams where there are any."""
    collection.need_text()
    name = collection.name
    tables, tests = f"x_{name} AS x", ["instr(x.text, ?)"] * number
    if number == MANY:
        tests = ["NOT EXISTS (SELECT 1 FROM json_each(?) AS w WHERE NOT instr(x.text, w.value))"]
    if trigrams:
        tables = f'"m_{name}$" AS m CROSS JOIN {tables} ON x.key = m.rowid'
        tests.insert(0, f'm."m_{name}$" MATCH ?')
    return tables, " AND ".join(tests) or "1"
