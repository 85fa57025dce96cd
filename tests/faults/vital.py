"""What a process costs, as Linux tells it: processor time, memory, open files, threads."""

import os
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.system import Firm

MIB = 1024 * 1024
MEMORY, FILES, THREADS = 40 * MIB, 12, 8
"""What a warm process may gain: caches fill, pools of threads and connections grow up to their size."""
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Vital:
    """`cpu`: seconds since the process began. `memory`: resident, bytes."""

    cpu: float
    memory: int
    files: int
    threads: int


def of(pid: int) -> Vital:
    """Raises OSError for a process that has ended."""
    proc = Path(f"/proc/{pid}")
    fields = (proc / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    pages = int((proc / "statm").read_text(encoding="ascii").split()[1])
    cpu = (int(fields[11]) + int(fields[12])) / _TICK
    return Vital(cpu, pages * os.sysconf("SC_PAGE_SIZE"), len(list((proc / "fd").iterdir())), int(fields[17]))


def of_all(firm: Firm) -> dict[str, Vital]:
    """Every process of a firm, by name and pid: one that was started again is another one."""
    return {f"{name} {pid}": of(pid) for name, pid in sorted(firm.machine.pids().items())}


def grown(firm: Firm, before: dict[str, Vital]) -> list[str]:
    """Processes that run as they did before, and have gained too much since."""
    found = []
    for name, now in of_all(firm).items():
        then = before.get(name, now)
        gains = now.memory - then.memory, now.files - then.files, now.threads - then.threads
        if any(gain > most for gain, most in zip(gains, (MEMORY, FILES, THREADS), strict=True)):
            found.append(f"{name}: {gains[0] / MIB:+.1f} MiB, {gains[1]:+} files, {gains[2]:+} threads")
    return found
