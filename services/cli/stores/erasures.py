"""The ledger of erasures: whose keys were destroyed, and when. A subject is an id: the ledger names nobody."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from click import ClickException

from services.cli.stores.rows import Key

Ledger = dict[str, str]
"""Moment of the erasure (ISO 8601), by subject."""


def ledger_of(keys: Iterable[Key]) -> Ledger:
    """The erasures that a key database knows of."""
    return {key.subject: key.destroyed_at for key in keys if key.destroyed_at is not None}


def written(ledger: Ledger) -> str:
    """One erasure to a line, in the order in which they happened: moment, blank, subject."""
    lines = sorted(f"{moment} {subject}\n" for subject, moment in ledger.items())
    return "".join(lines)


def read(path: Path) -> Ledger:
    """A ledger from its file. `ClickException` where a line is none: half a ledger would bring people back."""
    ledger: Ledger = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        moment, _, subject = line.partition(" ")
        try:
            datetime.fromisoformat(moment)
            ledger[str(UUID(subject))] = moment
        except ValueError:
            raise ClickException(
                f"{path}, line {number}: not a moment and an id, as `dossier erasures` writes them."
            ) from None
    return ledger


def applied(keys: Iterable[Key], ledger: Ledger) -> Iterator[Key]:
    """The rows of a key database with these erasures done, those included that it never knew."""
    left = dict(ledger)
    for key in keys:
        moment = left.pop(key.subject, None)
        yield key if moment is None or key.wrapped is None else Key(key.subject, None, moment)
    for subject, moment in left.items():
        yield Key(subject, None, moment)
