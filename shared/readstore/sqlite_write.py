"""Writing a batch's documents: many at once, touching only what changed in lists and texts."""

import sqlite3
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import orjson

from shared.folding import fold
from shared.readstore.interface import Collection, Document
from shared.readstore.sqlite_schema import column, columns, problem, rows


def write(connection: sqlite3.Connection, collection: Collection, changes: Mapping[str, Document | None]) -> None:
    """Put the documents, and delete the ids whose document is None."""
    puts = {id: document for id, document in changes.items() if document is not None}
    gone = [id for id, document in changes.items() if document is None]
    keys = _keys(connection, collection, changes) if collection.lists or collection.text else {}
    stored = set(keys.values())
    if collection.lists or collection.text:
        _give_keys(connection, collection, keys, puts)
    many(connection, _put_sql(collection), _rows(collection, keys, puts))
    for name in dict.fromkeys(collection.lists):
        entries = {keys[id]: put.get(name) or () for id, put in puts.items()}
        _write_list(connection, f'"l_{collection.name}${name}"', entries, stored)
    if collection.text:
        texts = {keys[id]: _text(collection.text, id, put) for id, put in puts.items()}
        _write_texts(connection, collection.name, texts, stored)
    many(connection, f"DELETE FROM d_{collection.name} WHERE id = ?", [(id,) for id in gone])


def many(connection: sqlite3.Connection, sql: str, values: list[Any]) -> None:
    """One statement for many rows."""
    try:
        if values:
            connection.executemany(sql, values)
    except sqlite3.OperationalError as error:
        raise problem(error) from error


def _json(values: Iterable[Any]) -> tuple[str]:
    return (orjson.dumps(list(values)).decode(),)


def _keys(connection: sqlite3.Connection, collection: Collection, ids: Iterable[str]) -> dict[str, int]:
    sql = f"SELECT id, key FROM d_{collection.name} WHERE id IN (SELECT value FROM json_each(?))"
    return dict(rows(connection, sql, _json(ids)))


def _give_keys(
    connection: sqlite3.Connection, collection: Collection, keys: dict[str, int], puts: Iterable[str]
) -> None:
    """Numbers for the documents that are new. Those of deleted ones may serve again: nothing else points at them."""
    (last,) = rows(connection, f"SELECT coalesce(max(key), 0) FROM d_{collection.name}")[0]
    for id in puts:
        if id not in keys:
            last += 1
            keys[id] = last


@lru_cache(256)
def _put_sql(collection: Collection) -> str:
    names = [*columns(collection), "document"]
    changed = ", ".join(f"{name} = excluded.{name}" for name in names)
    places = ", ".join("?" * (len(names) + 2))
    table = f"d_{collection.name} (key, id, {', '.join(names)})"
    return f"INSERT INTO {table} VALUES ({places}) ON CONFLICT (id) DO UPDATE SET {changed}"


def _rows(collection: Collection, keys: Mapping[str, int], puts: Mapping[str, Document]) -> list[Any]:
    """Plain loops, and names looked up once: this runs for every document that is stored."""
    fields, folded = [*dict.fromkeys(collection.fields)], [*dict.fromkeys(collection.folded)]
    return [
        (
            keys.get(id),
            id,
            *[column(document.get(field)) for field in fields],
            *[_fold(document.get(field)) for field in folded],
            orjson.dumps(document),
        )
        for id, document in puts.items()
    ]


def _fold(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else column(None)


def _write_list(
    connection: sqlite3.Connection, table: str, entries: Mapping[int, Iterable[str]], stored: set[int]
) -> None:
    """Make the list of each key these entries; a stored key without entries here loses its own."""
    wanted = {(value, key) for key, values in entries.items() for value in values}
    sql = f"SELECT value, key FROM {table} WHERE key IN (SELECT value FROM json_each(?))"
    present = set(rows(connection, sql, _json(stored))) if stored else set()
    many(connection, f"DELETE FROM {table} WHERE value = ? AND key = ?", sorted(present - wanted))
    many(connection, f"INSERT INTO {table} VALUES (?, ?)", sorted(wanted - present))


def _text(field: str, id: str, document: Document) -> tuple[str, Any, str]:
    return id, column(document.get("sort")), fold(document.get(field) or "")


def _write_texts(
    connection: sqlite3.Connection, name: str, texts: Mapping[int, tuple[str, Any, str]], stored: set[int]
) -> None:
    """As `_write_list`. The trigrams of a text are taken out by naming that text again.

    In the order of the keys, each old text right before its new one: FTS5 writes out what it has gathered whenever a
    key is smaller than the one before, and every such part is looked through by each search until it is merged.
    """
    sql = f"SELECT key, id, sort, text FROM x_{name} WHERE key IN (SELECT value FROM json_each(?))"
    present = {key: rest for key, *rest in rows(connection, sql, _json(stored))} if stored else {}
    trigrams: list[tuple[str | None, int, str]] = []
    for key in sorted(texts.keys() | present.keys()):
        old = present[key][2] if key in present else None
        new = texts[key][2] if key in texts else None
        if old != new:
            trigrams += [("delete", key, old)] if old is not None else []
            trigrams += [(None, key, new)] if new is not None else []
    index = f'"m_{name}$"'
    many(connection, f"INSERT INTO {index} ({index}, rowid, text) VALUES (?, ?, ?)", trigrams)
    many(connection, f"DELETE FROM x_{name} WHERE key = ?", [(key,) for key in present if key not in texts])
    changed = [(key, *text) for key, text in texts.items() if list(text) != present.get(key)]
    many(connection, f"INSERT OR REPLACE INTO x_{name} VALUES (?, ?, ?, ?)", changed)
