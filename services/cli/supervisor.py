"""The supervisor of one data folder: started, watched, stopped, and what an unclean end left behind cleared away."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO

from click import ClickException

from services.cli.configuration import Plan
from services.cli.layout import Layout
from shared.process import alive, environment_holds, read_pid

PATIENCE = 8.5
"""Seconds that a clean stop may take before everything left is killed; the promise is ten."""


class Supervisor:
    """supervisord as a child in a session of its own, so that Ctrl-C reaches only the process that started it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        configuration = self._plan.write()
        command = [sys.executable, "-m", "supervisor.supervisord", "-n", "-s", "-c", str(configuration)]
        self._child = subprocess.Popen(  # noqa: S603
            command,
            env={**os.environ, **self._plan.environment()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(target=self._keep_words, args=(self._child.stdout,), daemon=True).start()

    def _keep_words(self, words: IO[bytes]) -> None:
        """Into its log by us: on a full disk it would end over its own complaint that it cannot write."""
        for line in words:
            with suppress(OSError), (self._plan.layout.log / "supervisord.log").open("ab") as log:
                log.write(line)

    def check(self) -> None:
        """Raise `ClickException` if the supervisor has ended by itself."""
        if self._child is None or self._child.poll() is not None:
            raise ClickException(f"The supervisor has ended; {self._plan.layout.log}/supervisord.log says why.")

    def wait(self) -> None:
        """Return when the supervisor ends."""
        if self._child is not None:
            self._child.wait()

    def nudge(self) -> None:
        """Have it look at its processes now: left alone it does so once a second."""
        with suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(0.2)
            line.connect(str(self._plan.layout.socket))

    def stop(self) -> None:
        """Let everything finish what it is doing, then make sure that nothing is left."""
        try:
            if self._child is not None and self._child.poll() is None:
                self._child.terminate()
                deadline = time.monotonic() + PATIENCE
                while self._child.poll() is None and time.monotonic() < deadline:
                    self.nudge()
                    time.sleep(0.05)
        finally:
            self.kill()  # what hangs

    def kill(self) -> None:
        """End everything at once."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        kill_leftovers(self._plan.layout)


def kill_leftovers(layout: Layout) -> list[str]:
    """Kill what still runs for this data folder although nobody watches over it; returns the names.

    The caller holds the folder's lock. A pid that meanwhile belongs to a stranger is left alone.
    """
    ours = f"DOSSIER_DATA={layout.data}"
    files = [file for file in layout.run.glob("*.pid") if file.name != "run.pid"]
    files.sort(key=lambda file: file.name != "supervisord.pid")  # first who would start the others again
    found: dict[str, int] = {}
    for file in files:
        pid = read_pid(file)
        if pid is not None and alive(pid) and environment_holds(pid, ours):
            os.kill(pid, signal.SIGKILL)
            found[file.stem] = pid
        file.unlink(missing_ok=True)
    _until_gone(set(found.values()))
    return list(found)


def _until_gone(pids: set[int], seconds: float = 5.0) -> None:
    """A killed process can keep its port and files for a moment."""
    deadline = time.monotonic() + seconds
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
