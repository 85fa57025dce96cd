"""Killing a process of a running firm, and waiting until the firm is whole again."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx

from tests.broker import die_with_the_tests as die
from tests.e2e.system import Firm
from tests.run.machine import TREE
from tests.waiting import eventually

RECOVERY = 10.0  # seconds (reliability.md, K1 and K3)
_KEPT = 0.6  # seconds: an answer about readiness may be half a second old


async def kill(firm: Firm, name: str) -> float:
    """SIGKILL, then wait until the supervisor has started it again and everything answers; the seconds it took."""
    pid = firm.machine.pid(name)
    assert pid is not None, f"{name} does not run"
    os.kill(pid, signal.SIGKILL)
    return await whole(firm, name, pid)


async def lose_the_brokers_store(firm: Firm) -> float:
    """Kill the broker and delete all that it had stored, as one act: it is stopped before, not to save anything."""
    pid = firm.machine.pid("nats-server")
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    store: Path = firm.machine.data / "nats"
    gone = store.rename(store.with_name("nats-gone"))
    os.kill(pid, signal.SIGKILL)
    shutil.rmtree(gone)
    return await whole(firm, "nats-server", pid)


@contextmanager
def asleep(firm: Firm, *names: str) -> Iterator[None]:
    """SIGSTOP for as long as the block runs: connections stay open, and nobody answers."""
    pids = [pid for name in names if (pid := firm.machine.pid(name)) is not None]
    assert len(pids) == len(names), f"not all of {names} run"
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def away(firm: Firm, name: str) -> AsyncIterator[None]:
    """SIGKILL, and nobody starts it again while the block runs; afterwards the firm is waited for."""
    pid = firm.machine.pid(name)
    assert pid is not None, f"{name} does not run"
    with asleep(firm, "supervisord"):
        os.kill(pid, signal.SIGKILL)
        yield
    print(f"{name} was there again after", round(await whole(firm, name, pid), 1), "s")


async def whole(firm: Firm, name: str, killed: int = 0) -> float:
    """Wait until `name` is another process and every service answers."""
    begun = time.monotonic()
    await eventually(lambda: firm.machine.pid(name) not in (None, killed), RECOVERY)
    fresh = time.monotonic() + _KEPT
    async with httpx.AsyncClient(base_url=firm.address, timeout=3) as http:

        async def ready() -> bool:
            try:
                return (await http.get("/health/ready")).status_code == 200 and time.monotonic() > fresh
            except httpx.TransportError:
                return False

        await eventually(ready, RECOVERY - (time.monotonic() - begun))
    return time.monotonic() - begun


@contextmanager
def instead(firm: Firm, prefix: list[str], *names: str) -> Iterator[None]:
    """Have these processes run behind a command of ours while the block runs; nobody else starts anything meanwhile."""
    ours: list[subprocess.Popen[bytes]] = []
    with asleep(firm, "supervisord"):
        try:
            for name in names:
                pid = firm.machine.pid(name)
                assert pid is not None
                command, environment = (Path(f"/proc/{pid}/{what}").read_bytes() for what in ("cmdline", "environ"))
                told = dict(os.fsdecode(line).split("=", 1) for line in environment.split(b"\0") if line)
                os.kill(pid, signal.SIGKILL)
                with (firm.machine.data / "log" / f"{name}.log").open("ab") as log:
                    given = [*prefix, *os.fsdecode(command).split("\0")[:-1]]
                    ours.append(
                        subprocess.Popen(
                            given, env=told, cwd=TREE, stdout=log, stderr=log, preexec_fn=die, start_new_session=True
                        )
                    )
            yield
        finally:
            for process in ours:
                os.killpg(process.pid, signal.SIGKILL)  # what the prefix has started too
                process.wait()
