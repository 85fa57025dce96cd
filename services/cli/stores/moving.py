"""Rows into a table that may hold them already: an interrupted copy is done again without harm."""

from collections.abc import Iterator

from click import ClickException

from services.cli.stores.places import Table
from services.cli.stores.rows import Row, Sum, sum_of


def holds(table: Table[Row], expected: Sum) -> bool:
    """Whether the table holds exactly these rows; False if it is empty. `ClickException` if it holds something else."""
    with table.reading() as rows:
        found = sum_of(rows)
    if found.rows and found != expected:
        raise ClickException(f"{table} holds something else: nothing is written over it.")
    return found == expected


def put(table: Table[Row], rows: Iterator[Row], expected: Sum) -> None:
    """Write the rows, all or none, unless they are there. What was written is read again and compared."""
    if holds(table, expected):
        for _ in rows:
            pass  # whoever looks at them as they pass wants to see them all
        return
    table.write(rows)
    if not holds(table, expected):
        raise ClickException(f"{table} does not hold what was written to it.")
