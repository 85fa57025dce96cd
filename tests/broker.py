"""A real nats-server for tests: JetStream on disk, fsynced, on a free port, killed and started at will."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from nats.aio.client import Client

from shared.broker import EVENTS, LEASES, SCHEDULES, BrokerRefused, QuickClient, ask, declare_streams
from shared.settings import Settings
from tests.waiting import eventually

_FOLDER_IN_THE_WAY = 10049
BINARY = Path(sys.executable).parent / "nats-server"
_CONFIG = """\
listen: "127.0.0.1:{port}"
max_payload: 4MB
jetstream {{ store_dir: "{store}", sync_interval: always, max_memory_store: 64MB, max_file_store: 4GB }}
"""


def die_with_the_tests() -> None:
    """In the new process: be killed when that of the tests ends in whatever way (prctl PR_SET_PDEATHSIG, Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def connected(url: str, **options: Any) -> Client:
    """A client whose `flush` is a fence, as the product's is: what was subscribed before it is known to the broker."""
    client = QuickClient()
    await client.connect(url, **options)
    return client


class NatsServer:
    """One broker process; it keeps its port and store over `kill` and `start`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        self.store = folder / "store"
        self._config = folder / "nats.conf"
        self._log = folder / "nats.log"
        self._config.write_text(_CONFIG.format(port=self.port, store=self.store))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start, and return once it accepts connections."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [BINARY, "-c", self._config], stdout=log, stderr=log, preexec_fn=die_with_the_tests
            )
        deadline = time.monotonic() + 15
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()[-2000:]
            assert time.monotonic() < deadline, self._log.read_text()[-2000:]
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                return connection.recv(5) == b"INFO "
        except OSError:
            return False

    def kill(self) -> None:
        """As by `kill -9`; no error if it is not running."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def pause(self) -> None:
        """Stop the process without ending it: connections stay open and nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def forget(self) -> None:
        """Delete everything it has stored; it must not be running."""
        shutil.rmtree(self.store, ignore_errors=True)

    def settings(self) -> Settings:
        """Settings that name this broker."""
        return Settings(nats_url=self.url)


async def fresh_streams(connection: Client) -> None:
    """All streams as on the first day."""
    for stream in (EVENTS, SCHEDULES, LEASES):
        await connection.request(f"$JS.API.STREAM.DELETE.{stream}", timeout=5)

    async def declared() -> bool:
        """The broker removes a deleted stream's folder a little later, and refuses to make a new one meanwhile."""
        try:
            await declare_streams(connection)
        except BrokerRefused as refused:
            if refused.code != _FOLDER_IN_THE_WAY:
                raise
            return False
        return True

    await eventually(declared)


async def stored(connection: Client, service: str) -> list[int]:
    """Numbers of a service's events in the order in which the stream holds them."""
    state = (await ask(connection, f"$JS.API.STREAM.INFO.{EVENTS}"))["state"]
    subscription = await connection.subscribe(connection.new_inbox())
    config = {"ack_policy": "none", "deliver_policy": "all", "deliver_subject": subscription.subject}
    request = {
        "stream_name": EVENTS,
        "config": config | {"filter_subject": f"evt.{service}.>", "replay_policy": "instant"},
    }
    created = await ask(connection, f"$JS.API.CONSUMER.CREATE.{EVENTS}", request)
    numbers = []
    for _ in range(created["num_pending"] if state["messages"] else 0):
        message = await subscription.next_msg(timeout=5)
        numbers.append(int((message.headers or {})["Dossier-Number"]))
    await subscription.unsubscribe()
    return numbers
