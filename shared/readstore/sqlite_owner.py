"""Who may write an SQLite file: the number that each writer took, and whether anybody else has written."""

import sqlite3

from shared.readstore.interface import Superseded
from shared.readstore.sqlite_schema import rows


def take(connection: sqlite3.Connection) -> int:
    """The next owner's number, within the transaction under way."""
    (last,) = rows(connection, "SELECT coalesce(max(number), 0) FROM owner")[0]
    rows(connection, "DELETE FROM owner")
    rows(connection, "INSERT INTO owner VALUES (?)", (last + 1,))
    return int(last) + 1


def check(connection: sqlite3.Connection, owner: int | None) -> None:
    """`Superseded` if another owner came since; within a writing transaction, so that it stays true until its end.

    None is somebody who has claimed nothing.
    """
    if owner is not None and rows(connection, "SELECT number FROM owner") != [(owner,)]:
        raise Superseded


def others(connection: sqlite3.Connection) -> int:
    """A number that changes when another connection, of this process or not, has changed the file."""
    return int(rows(connection, "PRAGMA data_version")[0][0])
