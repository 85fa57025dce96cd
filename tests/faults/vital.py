"""What a process costs, as Linux tells it: processor time, memory, open files, threads."""

import os
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.system import Firm

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
    """Every process of a firm, by name."""
    return {name: of(pid) for name, pid in sorted(firm.machine.pids().items())}
