"""What a process can say of itself and of the disk that it writes to, read from the system at the moment of asking.

None where the system does not tell (other systems than Linux).
"""

import os
import shutil
import threading
from functools import cache
from pathlib import Path

_SELF = Path("/proc/self")


@cache
def version() -> str:
    """The version of this software."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import, and seldom wanted

    try:
        return version("dossier")
    except PackageNotFoundError:
        return "unknown"


def memory() -> int | None:
    """Resident memory, bytes."""
    try:
        pages = int((_SELF / "statm").read_text().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def descriptors() -> int | None:
    """Open file descriptors."""
    try:
        return len(list((_SELF / "fd").iterdir())) - 1  # one is that of this look
    except OSError:
        return None


def cpu() -> dict[str, float]:
    """Processor time used, seconds, by mode."""
    times = os.times()
    return {"user": times.user, "system": times.system}


def threads() -> int:
    """Threads that Python knows."""
    return threading.active_count()


def disk(folder: Path) -> dict[str, int]:
    """Bytes used and free on the disk of a folder; free is what may still be written without being root."""
    usage = shutil.disk_usage(folder)
    return {"used": usage.used, "free": usage.free}


def stores(folder: Path) -> dict[str, dict[str, int]]:
    """Bytes of the SQLite files of a folder and of their write-ahead logs, by file. Empty on other engines."""
    return {file.stem: {"size": _size(file), "wal": _size(Path(f"{file}-wal"))} for file in sorted(folder.glob("*.db"))}


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
