"""A data folder, a broker and a whole `dossier run` for tests."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from nats.aio.client import Client

from services.cli.configuration import BROKER, Plan
from services.cli.credentials import load_or_make
from services.cli.layout import Layout
from services.cli.ports import choose
from shared.permissions import inbox
from shared.process import alive, read_pid
from shared.settings import Settings
from tests.broker import connected

TREE = Path(__file__).parents[2]
T = TypeVar("T")


def until(ask: Callable[[], T], *, seconds: float = 30.0, what: str = "") -> T:
    """Ask again and again until the answer is true; fails the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"never came: {what or ask}"
        time.sleep(0.02)
    return answer


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def plan_in(folder: Path, **settings: Any) -> Plan:
    """A plan for a data folder, as `dossier run` makes it."""
    chosen = Settings(data=folder, port=free_port(), **settings)
    layout = Layout(folder.resolve())
    layout.make()
    return Plan(layout, chosen, load_or_make(layout, chosen), choose(layout.ports, avoid=chosen.port))


@contextmanager
def broker_of(plan: Plan) -> Iterator[None]:
    """The broker with the plan's own configuration."""
    plan.write()
    server = Path(sys.executable).with_name(BROKER)
    with (plan.layout.log / f"{BROKER}.log").open("ab") as log:
        command = [str(server), "-c", str(plan.layout.run / "nats.conf")]
        child = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield
    finally:
        child.terminate()
        child.wait(10)


class Caller:
    """A connection as one user, which remembers what the broker refused."""

    def __init__(self, connection: Client, refused: list[str]) -> None:
        self.connection = connection
        self.refused = refused

    async def is_refused(self, attempt: Any) -> bool:
        """Whether the broker refuses what the coroutine sends."""
        self.refused.clear()
        await attempt
        await self.told()
        return any("permissions violation" in text.lower() for text in self.refused)

    async def told(self) -> None:
        """Return once everything refused so far is remembered."""
        await self.connection.flush()  # the client sends its ping before what waits to be sent,
        await self.connection.flush()  # so that only the second is behind it


async def connect_as(plan: Plan, user: str) -> Caller:
    """Connect with the password from the plan; waits for a broker that is just starting."""
    refused: list[str] = []

    async def remember(error: Exception) -> None:
        refused.append(str(error))

    deadline = time.monotonic() + 10
    while True:
        try:
            connection = await connected(
                f"nats://127.0.0.1:{plan.ports['nats']}",
                user=user,
                password=plan.credentials.nats[user],
                inbox_prefix=inbox(user).encode(),
                allow_reconnect=False,
                error_cb=remember,
            )
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "the broker does not answer"
            await asyncio.sleep(0.02)
        else:
            refused.clear()
            return Caller(connection, refused)


class Machine:
    """`dossier run` in a process of its own, below a tree and with settings of choice."""

    def __init__(self, data: Path, tree: Path = TREE, **settings: str) -> None:
        self.data, self.tree, self.port = data, tree, free_port()
        self.settings = {"DOSSIER_DEMO": "0", **settings}
        self.output = ""
        self._child: subprocess.Popen[str] | None = None
        self._ended = False

    def start(self) -> "Machine":
        """Start, without waiting."""
        self._ended = False
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DOSSIER_", "OTEL_"))}
        told = {"DOSSIER_DATA": str(self.data), "DOSSIER_PORT": str(self.port)}
        self._child = subprocess.Popen(
            [sys.executable, "-m", "services.cli", "run"],
            cwd=self.tree,
            env={**inherited, **told, **self.settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return self

    @property
    def started(self) -> bool:
        return self._child is not None

    def ready(self) -> "Machine":
        """Wait for the words that end the start."""
        assert self._child is not None
        assert self._child.stdout is not None
        patience = threading.Timer(120, self._child.terminate)  # a firm that never gets ready fails the test
        patience.start()
        try:
            for line in self._child.stdout:
                self.output += line
                if line.startswith("Ctrl-C"):
                    return self
        finally:
            patience.cancel()
        raise AssertionError(f"ended before it was ready:\n{self.output}")

    def pid(self, name: str) -> int | None:
        """The pid in a process's file, if that process is alive."""
        pid = read_pid(self.data / "run" / f"{name}.pid")
        return pid if pid is not None and alive(pid) else None

    def pids(self) -> dict[str, int]:
        """Every process that has a pid file, except `dossier run` itself."""
        names = [file.stem for file in (self.data / "run").glob("*.pid") if file.stem != "run"]
        return {name: pid for name in names if (pid := self.pid(name)) is not None}

    def signal(self, which: signal.Signals) -> None:
        assert self._child is not None
        self._child.send_signal(which)

    def end(self) -> int:
        """Wait for the end; returns the exit code."""
        assert self._child is not None
        if not self._ended:
            self.output += self._child.communicate(timeout=30)[0]
            self._ended = True
        return self._child.returncode

    def stop(self) -> int:
        """Ctrl-C, then the exit code. Does nothing more if it has ended."""
        assert self._child is not None
        if self._child.poll() is None:
            self.signal(signal.SIGINT)
        return self.end()
