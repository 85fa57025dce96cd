"""How a firm fares over hours: looked at again and again, and whether anything grows that must not."""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field

import httpx

from tests.e2e.system import Firm
from tests.faults import vital
from tests.faults.vital import FILES, MEMORY, MIB, THREADS, Vital

WARM = 60.0  # seconds of a process's life that do not count: it imports, connects, fills its caches
LEAST = 60.0  # seconds after that, for a slope to mean anything
HOURLY = 0.05  # of its memory besides, for each hour
LOG = 80 * MIB  # a write-ahead log: read stores carry theirs over at 32 MiB
Points = list[tuple[float, Vital]]


def slope(points: list[tuple[float, float]]) -> float:
    """Of the straight line that fits best (least squares), per second."""
    n = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


@dataclass
class Watch:
    """All that was seen. A process that was started again is another one."""

    firm: Firm
    begun: float = field(default_factory=time.monotonic)
    processes: dict[tuple[str, int], Points] = field(default_factory=lambda: defaultdict(list))
    logs: dict[str, int] = field(default_factory=dict)
    disk: list[tuple[float, float]] = field(default_factory=list)
    lag: list[int] = field(default_factory=list)
    queue: list[int] = field(default_factory=list)

    async def keep(self, every: float) -> None:
        """Look until cancelled; who is just away is looked at the next time."""
        async with httpx.AsyncClient(base_url=self.firm.address, timeout=5) as http:
            while True:
                self.look()
                await self._ask(http)
                await asyncio.sleep(every)

    def look(self) -> None:
        now = time.monotonic() - self.begun
        for name, pid in self.firm.machine.pids().items():
            try:
                self.processes[name, pid].append((now, vital.of(pid)))
            except OSError:
                continue  # it has just ended
        files = [file for file in self.firm.machine.data.rglob("*") if file.is_file()]
        sizes = {file: file.stat().st_size for file in files if file.exists()}
        self.disk.append((now, sum(sizes.values())))
        for file, size in sizes.items():
            if file.suffix == ".db-wal":
                name = str(file.relative_to(self.firm.machine.data))
                self.logs[name] = max(size, self.logs.get(name, 0))

    async def _ask(self, http: httpx.AsyncClient) -> None:
        headers = {"Authorization": f"Bearer {self.firm.owner.token}"}
        try:
            health = await http.get("/health/ready")
            queue = await http.get("/api/v1/messages", params={"state": "queued", "limit": 200}, headers=headers)
        except httpx.TransportError:
            return
        services = health.json()["services"].values()
        self.lag.append(sum(sum(state.get("lag", {}).values()) for state in services))
        if queue.status_code == 200:
            self.queue.append(len(queue.json()["items"]))

    def lines(self) -> list[str]:
        """The report; what is beyond its bound ends in `TOO MUCH`."""
        found = [line for (name, _), points in sorted(self.processes.items()) for line in self._process(name, points)]
        found += [
            f"log   {name:<34} at most {size / MIB:6.1f} MiB{beyond(size > LOG)}"
            for name, size in sorted(self.logs.items())
        ]
        grown = slope(self.disk) * 3600 / MIB
        found.append(f"disk  {self.disk[-1][1] / MIB:.1f} MiB, {grown:+.0f} MiB an hour")
        found.append(f"lag   at most {max(self.lag)}, at the end {self.lag[-1]}{beyond(self.lag[-1] > 0)}")
        found.append(f"queue at most {max(self.queue)} e-mails, at the end {self.queue[-1]}")
        return found

    def _process(self, name: str, points: Points) -> list[str]:
        warm = [(at, seen) for at, seen in points if at - points[0][0] > WARM]
        if not warm or (span := warm[-1][0] - warm[0][0]) < LEAST:
            return []
        memory, files, threads = (
            slope([(at, float(getattr(seen, what))) for at, seen in warm]) * span
            for what in ("memory", "files", "threads")
        )
        last = warm[-1][1]
        allowed = MEMORY + HOURLY * span / 3600 * warm[0][1].memory
        much = memory > allowed or files > FILES or threads > THREADS
        return [
            f"{name:<14} {span / 60:5.1f} min  {last.memory / MIB:6.1f} MiB {memory / MIB:+6.2f}  "
            f"{last.files:3} files {files:+5.1f}  {last.threads:2} threads {threads:+4.1f}{beyond(much)}"
        ]


def beyond(much: bool) -> str:
    return "  TOO MUCH" if much else ""
