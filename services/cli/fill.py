"""`dossier demo`: the demonstration firm, through the public HTTP API, with a progress bar."""

import asyncio
import sys
from collections.abc import Callable
from importlib import import_module

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from services.cli import ready
from services.cli.credentials import load_or_make
from services.cli.layout import Layout
from shared.process import write_atomically
from shared.settings import Settings

Report = Callable[[int, int, str], None]
"""Called with how much is done, how much there is, and what is being made."""


def fill() -> None:
    """Fill the firm that runs with these settings, and leave the mark that it is done."""
    settings = Settings()
    layout = Layout(settings.data.resolve())
    if not layout.secrets.exists():
        raise click.ClickException(f"No firm was started in {layout.data} yet; `dossier run` starts one.")
    credentials = load_or_make(layout, settings)
    if credentials.owner_password is None:
        raise click.ClickException("The owner's password is needed: set DOSSIER_OWNER_PASSWORD.")
    address = ready.local_address(settings)
    make = import_module("services.cli.demo").fill
    with _bar() as progress:
        task = progress.add_task("Demonstration firm", total=None)

        def report(done: int, total: int, what: str) -> None:
            progress.update(task, completed=done, total=total, description=what)

        asyncio.run(make(address, credentials.owner_email, credentials.owner_password, report))
    write_atomically(layout.demo_done, "")


def _bar() -> Progress:
    # Where nobody watches a terminal, rich prints one line at the end.
    done = TextColumn("{task.completed}/{task.total}")
    what = TextColumn("{task.description:<30}")
    return Progress(what, BarColumn(), done, TimeElapsedColumn(), console=Console(file=sys.stdout))
