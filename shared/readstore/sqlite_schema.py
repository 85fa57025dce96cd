"""Tables of a collection in SQLite, and what a document's values become in them.

`d_<name>` holds documents with a column per field (`f_`, folded `g_`), `l_<name>$<list>` a row per list entry,
`x_<name>` folded texts and `m_<name>$` their trigrams. Names come from `Collection`, which lets only letters, digits
and `_` through.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from shared.problems import OutOfSpace, Unavailable
from shared.readstore.interface import Collection, ShapeChanged

NONE = float("-inf")
"""None as a column's value: it sorts before everything, as NULL does, and keeps SQL to two truth values."""

STORE = """
CREATE TABLE IF NOT EXISTS collection (name TEXT PRIMARY KEY, shape TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS owner (number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS checkpoint (name TEXT PRIMARY KEY, position BLOB NOT NULL) WITHOUT ROWID;
"""


def column(value: Any) -> Any:
    """A scalar as SQLite is given it; `TypeError` for what no field may hold."""
    if type(value) is str:  # nearly all are
        return value
    if value is None or value != value:  # NaN is no JSON; orjson writes it as null
        return NONE
    if isinstance(value, str | int | float):
        return value
    raise TypeError(f"a field holds a text, a number, true, false or None, not {type(value).__name__}")


def columns(collection: Collection) -> list[str]:
    """The columns between a document's id and itself: fields as they are, then those that are kept folded."""
    fields = [f"f_{field}" for field in dict.fromkeys(collection.fields)]
    return fields + [f"g_{field}" for field in dict.fromkeys(collection.folded)]


def rows(connection: sqlite3.Connection, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement; SQLite's troubles as the problems that callers know."""
    try:
        return connection.execute(sql, parameters).fetchall()
    except sqlite3.OperationalError as error:
        raise problem(error) from error


def problem(error: sqlite3.OperationalError) -> Exception:
    """What a failure means to a caller; a fault of ours stays what it is."""
    code = error.sqlite_errorcode
    if code in (
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR_SHMSIZE,
    ):  # the latter: no room to make the shared index larger
        return OutOfSpace()
    if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Unavailable()
    return error


def declare(connection: sqlite3.Connection, collection: Collection) -> None:
    """Make the tables, or see that those which are there have this shape."""
    stored = rows(connection, "SELECT shape FROM collection WHERE name = ?", (collection.name,))
    if stored:
        if stored[0][0] != collection.shape:
            raise ShapeChanged(collection.name)
        return
    for statement in _tables(collection):
        rows(connection, statement)
    rows(connection, "INSERT INTO collection VALUES (?, ?)", (collection.name, collection.shape))


def drop(connection: sqlite3.Connection, name: str) -> None:
    """Remove the tables of a collection, whatever its shape is."""
    if not rows(connection, "DELETE FROM collection WHERE name = ? RETURNING name", (name,)):
        return
    for table in _stored(connection, name):
        rows(connection, f'DROP TABLE "{table}"')


def rename(connection: sqlite3.Connection, name: str, to: str) -> None:
    """Give a collection's tables another name, which is free. Its indexes keep theirs: nobody asks for them."""
    for table in _stored(connection, name):
        rows(connection, f'ALTER TABLE "{table}" RENAME TO "{table[:2]}{to}{table[2 + len(name) :]}"')
    rows(connection, "UPDATE collection SET name = ? WHERE name = ?", (to, name))


def _stored(connection: sqlite3.Connection, name: str) -> list[str]:
    """The tables of a collection."""
    found = rows(
        connection,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND (name IN (?, ?, ?) OR substr(name, 1, ?) = ?)",
        (f"d_{name}", f"x_{name}", f"m_{name}$", len(name) + 3, f"l_{name}$"),
    )
    return [table for (table,) in found]


def _tables(collection: Collection) -> Iterator[str]:
    name = collection.name
    fields = "".join(f", {name}" for name in columns(collection))
    yield f"CREATE TABLE d_{name} (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE{fields}, document BLOB NOT NULL)"
    for index in dict.fromkeys(collection.indexes):
        parts = ", ".join(f"f_{field}" for field in index)
        yield f'CREATE INDEX "i_{name}${"$".join(index)}" ON d_{name} ({parts}, id)'
    for field in dict.fromkeys(collection.lists):
        table = f"l_{name}${field}"
        yield f'CREATE TABLE "{table}" (value TEXT, key INTEGER, PRIMARY KEY (value, key)) WITHOUT ROWID'
        yield f'CREATE INDEX "i{table}" ON "{table}" (key, value)'
    if collection.text:
        yield f"CREATE TABLE x_{name} (key INTEGER PRIMARY KEY, id TEXT NOT NULL, sort, text TEXT NOT NULL)"
        # Each trigram once a document (detail=none): the words are looked for in the text itself afterwards.
        options = "content='', detail=none, columnsize=0, tokenize='trigram case_sensitive 1'"
        yield f'CREATE VIRTUAL TABLE "m_{name}$" USING fts5(text, {options})'
        # Parts are merged early: each of them is looked through by every search.
        for option, most in (("automerge", 2), ("crisismerge", 4)):
            yield f"""INSERT INTO "m_{name}$" ("m_{name}$", rank) VALUES ('{option}', {most})"""
