"""Restoring, and what is there afterwards."""

from pathlib import Path
from typing import Any

from services.cli.stores.rows import Key
from services.cli.stores.sqlite import SqliteEvents, SqliteKeys
from shared.permissions import SERVICES
from tests.run.stores.commands import Outcome, dossier
from tests.run.stores.conftest import Backup


def restore(backup: Backup, target: Path, *words: str | Path, **settings: str) -> Outcome:
    given = {"DOSSIER_DATA": str(target), **settings}
    return dossier("restore", backup.data, *backup.safe.opens, "--yes", *words, **given)


def events(data: Path) -> dict[str, list[Any]]:
    """All stored events, by service."""
    found = {}
    for name in SERVICES:
        with SqliteEvents(name, data / name).reading() as rows:
            found[name] = list(rows)
    return found


def keys(data: Path) -> dict[str, Key]:
    with SqliteKeys(data / "keys" / "keys.db").reading() as rows:
        return {key.subject: key for key in rows}


def refused(done: Outcome, target: Path, why: str) -> None:
    """One message, exit code 1, and nothing there that was not there before."""
    assert (done.code, done.out) == (1, ""), done
    assert done.err.startswith("Error: ")
    assert done.err.count("\n") == 1
    assert why in done.err
    assert not target.exists()
