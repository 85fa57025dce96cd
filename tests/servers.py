"""Servers that this project does not ship: found on the machine, started for tests, killed at will.

`.ci/servers` builds some of them, Debian has packages of the others (`.ci/run` installs them). A test that needs one
that is not there is skipped, with the reason.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.broker import die_with_the_tests

_BUILT = ("ferretdb", "versitygw", "toxiproxy-server", "prometheus", "promtool")


def _built() -> Path:
    """Where `.ci/servers` puts what it builds."""
    return Path(os.environ.get("DOSSIER_TEST_SERVERS") or Path.home() / ".cache" / "dossier" / "servers")


def find(name: str) -> Path | None:
    """The program of this name: built by `.ci/servers`, on the PATH, or of Debian's newest PostgreSQL."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    folders = [str(_built()), os.environ.get("PATH", os.defpath), *map(str, versions)]
    found = shutil.which(name, path=os.pathsep.join(folders))
    return Path(found) if found else None


def needed(name: str) -> Path:
    """As `find`; skips the test that asks if there is none."""
    found = find(name)
    if found is None:
        pytest.skip(f"{name} is not there: {'.ci/servers builds it' if name in _BUILT else 'it is not installed'}")
    return found


class Server:
    """A server in a process of its own. It keeps its port over `kill` and `start`."""

    def __init__(
        self, port: int, command: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.port = port
        self.address = f"127.0.0.1:{port}"
        self._command = command
        self._log = log
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return once it accepts connections."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, env=self._environment, preexec_fn=die_with_the_tests
            )
        deadline = time.monotonic() + 30
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()[-2000:]
            assert time.monotonic() < deadline, self._log.read_text()[-2000:]
            time.sleep(0.02)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        """As by `kill -9`; no error if it is not running."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def pause(self) -> None:
        """Stop the process without ending it: connections stay open and nothing answers."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)
