"""A process on its machine: its pid file, the signals that end it, and whether another one is still alive."""

import asyncio
import logging
import os
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

ENDING = (signal.SIGTERM, signal.SIGINT)
BEAT = 2.0
"""Seconds between two touches of a heartbeat's files; what looks at them allows for many missed ones."""

_UNSYNCED = (sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC)
log = logging.getLogger(__name__)


def write_atomically(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Replace a file so that a reader, or a crash, finds the old content or the new and nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(handle, mode)
        file.write(text)
        file.flush()
        os.fsync(handle)
    draft.replace(path)


@contextmanager
def pid_file(folder: Path, name: str) -> Iterator[Path]:
    """`<folder>/<name>.pid` holds this process's number for as long as the block runs."""
    path = folder / f"{name}.pid"
    write_atomically(path, f"{os.getpid()}\n")
    try:
        yield path
    finally:
        if read_pid(path) == os.getpid():  # a successor may already have written its own
            path.unlink(missing_ok=True)


def read_pid(path: Path) -> int | None:
    """The number in a pid file; None if there is no such file or no number in it."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


def alive(pid: int) -> bool:
    """Whether a process of that number runs. One that ended but was not yet waited for counts as gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return not Path("/proc/self").exists()  # without /proc the answer of kill stands; with it, it just ended
    return state not in "ZX"


def environment_holds(pid: int, assignment: str) -> bool:
    """Whether a process was started with `NAME=value` around it: tells ours from a stranger that got its pid."""
    try:
        if Path("/proc/self").exists():
            return assignment.encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        command = ["/bin/ps", "eww", "-o", "command=", "-p", str(pid)]
        return assignment in subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def distrusted(error: BaseException | None) -> bool:
    """Whether this is SQLite's word that the disk did not sync; the process ends then, and acknowledges nothing more.

    A sync that failed is never tried again: the kernel holds pages for clean that it could not write, and says yes the
    next time. The next process carries what the log holds over, and syncs that, before it takes anything in.
    """
    if not isinstance(error, sqlite3.Error) or error.sqlite_errorcode not in _UNSYNCED:
        return False
    log.critical("a store could not be synced to the disk: this process ends")
    os.kill(os.getpid(), signal.SIGTERM)
    return True


async def until_stopped() -> signal.Signals:
    """Wait for SIGTERM or SIGINT and say which it was."""
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[signal.Signals] = loop.create_future()

    def stop(which: signal.Signals) -> None:
        if not stopped.done():
            stopped.set_result(which)

    for which in ENDING:
        loop.add_signal_handler(which, stop, which)
    try:
        return await stopped
    finally:
        for which in ENDING:
            loop.remove_signal_handler(which)


@asynccontextmanager
async def heartbeat(folder: Path | None, ready: Callable[[], bool]) -> AsyncIterator[None]:
    """While the block runs, touch `<folder>/alive` every few seconds, and `<folder>/ready` as long as `ready()`.

    Whoever looks from outside needs no more than the age of a file: no connection, no interpreter. A process that
    hangs touches nothing. Without a folder, nothing is done.
    """
    if folder is None:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    beating = asyncio.create_task(_beat(folder, ready))
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.wait({beating})
        (folder / "ready").unlink(missing_ok=True)


async def _beat(folder: Path, ready: Callable[[], bool]) -> None:
    while True:
        try:
            (folder / "alive").touch()
            if ready():
                (folder / "ready").touch()
            else:
                (folder / "ready").unlink(missing_ok=True)
        except OSError as error:  # an old file says that something is wrong, and so it is
            log.warning("heartbeat: %s", error.strerror)
        await asyncio.sleep(BEAT)
