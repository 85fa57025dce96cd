"""The commands themselves, as a shell runs them or, where a second of starting up is too much, in this process."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage  # type: ignore[import-untyped]
from click.testing import CliRunner

from services.cli import main
from tests.run.machine import TREE


@dataclass(frozen=True)
class Outcome:
    """What a command ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


def dossier(*words: str | Path, **settings: str) -> Outcome:
    """In this process."""
    with_nothing_else = {name: None for name in os.environ if name.startswith("DOSSIER_")} | settings
    done = CliRunner().invoke(main, [str(word) for word in words], env=with_nothing_else)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception  # a command never ends in a traceback
    return Outcome(done.exit_code, done.stdout, done.stderr)


def started(*words: str | Path, **settings: str) -> "subprocess.Popen[str]":
    """In a process of its own, not waited for."""
    command = [sys.executable, "-m", "services.cli", *map(str, words)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DOSSIER_")}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=TREE, env={**inherited, **settings}, stdout=pipe, stderr=pipe, text=True)


def ended(process: "subprocess.Popen[str]") -> Outcome:
    """Wait for it."""
    out, err = process.communicate(timeout=60)
    return Outcome(process.returncode, out, err)


@dataclass(frozen=True)
class Safe:
    """Two pairs of keys of age, for data and keys."""

    folder: Path
    recipient: str
    keys_recipient: str

    @classmethod
    def make(cls, folder: Path) -> "Safe":
        pairs = [pyrage.x25519.Identity.generate() for _ in range(2)]
        for name, pair in zip(("data", "keys"), pairs, strict=True):
            (folder / f"{name}.identity").write_text(f"# for tests\n{pair}\n")
        return cls(folder, *(str(pair.to_public()) for pair in pairs))

    @property
    def locks(self) -> list[str | Path]:
        """What `backup` is told."""
        return ["--recipient", self.recipient, "--keys-recipient", self.keys_recipient]

    @property
    def opens(self) -> list[str | Path]:
        """What `restore` is told."""
        return ["--identity", self.folder / "data.identity", "--identity", self.folder / "keys.identity"]
