"""The `dossier` command as an operator types it, and damage to a read model that no projection can work on."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.system import Firm
from tests.run.machine import TREE, Machine

Done = subprocess.CompletedProcess[str]


def dossier(machine: Machine, *words: str, told: str | None = None, **settings: str) -> Done:
    """Run a command in another shell than the firm's, which knows the data folder and the port."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DOSSIER_", "OTEL_"))}
    where = {"DOSSIER_DATA": str(machine.data), "DOSSIER_PORT": str(machine.port)}
    command = [sys.executable, "-m", "services.cli", *words]
    environment = {**inherited, **where, **settings}
    return subprocess.run(command, cwd=TREE, env=environment, input=told, capture_output=True, text=True)


def answered(machine: Machine, *words: str) -> Any:
    """What a command says to programs; it must go well."""
    done = dossier(machine, *words, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@contextmanager
def read_model(firm: Firm, service: str) -> Iterator[sqlite3.Connection]:
    """The file that a service's queries read, changed behind its back."""
    with closing(sqlite3.connect(firm.machine.data / service / "read.db", timeout=10)) as connection, connection:
        yield connection


def spoil(firm: Firm, contact: str) -> bytes:
    """Make a contact's document one that no event can be applied to; what it was."""
    with read_model(firm, "dossier") as connection:
        kept: bytes = connection.execute("SELECT document FROM d_contacts WHERE id = ?", (contact,)).fetchone()[0]
        connection.execute("UPDATE d_contacts SET document = ? WHERE id = ?", (b'{"spoilt": true}', contact))
    return kept


def mend(firm: Firm, contact: str, document: bytes) -> None:
    with read_model(firm, "dossier") as connection:
        connection.execute("UPDATE d_contacts SET document = ? WHERE id = ?", (document, contact))


def log_of(machine: Machine, process: str) -> str:
    return Path(machine.data / "log" / f"{process}.log").read_text()
