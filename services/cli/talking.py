"""How commands talk: results on standard output, progress and refusals on standard error."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click


def plainly(command: Callable[..., None]) -> Callable[..., None]:
    """What goes wrong with files, stores and engines is one message and exit code 1."""

    @wraps(command)
    def called(**options: Any) -> None:
        import sqlite3

        from eventsourcing.persistence import PersistenceError
        from obstore.exceptions import BaseError
        from pydantic import ValidationError

        from shared.problems import Refusal
        from shared.store.recorder import UnsafeDatabase

        try:
            command(**options)
        except Refusal as refusal:
            raise click.ClickException(refusal.detail("en")) from refusal
        except ValidationError as error:
            wrong = [f"DOSSIER_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors()]
            raise click.ClickException("; ".join(wrong)) from error
        except (UnsafeDatabase, OSError, sqlite3.Error, PersistenceError, BaseError) as error:
            raise click.ClickException(str(error) or type(error).__name__) from error

    return called


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each thing that is copied or read; on standard error, so that programs can read the rest."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    what, console = TextColumn("{task.description:<16}"), Console(stderr=True)
    with Progress(
        what, BarColumn(), TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        tasks: dict[str, Any] = {}

        def report(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=None)
            bars.update(tasks[name], completed=done, total=total or None)

        yield report


def say(as_json: bool, document: dict[str, Any], *lines: str) -> None:
    """The result: a document for programs, lines for people."""
    click.echo(json.dumps(document) if as_json else "\n".join(lines))
