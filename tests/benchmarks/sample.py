"""What was measured: latencies, rates, the processor time that processes took meanwhile."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

_TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass
class Sample:
    """One round: seconds per request, how long the round took, refusals, processor seconds by process."""

    latencies: list[float]
    seconds: float
    refused: Counter[int] = field(default_factory=Counter)
    size: int = 0
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0


@dataclass
class Series:
    """The rounds of one path. The rate is that of the median round, so that a neighbour's burst does not count."""

    rounds: list[Sample] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return median(sample.rate for sample in self.rounds) if self.rounds else 0.0

    @property
    def p50(self) -> float:
        """The median of the rounds' medians, seconds."""
        return self._median(0.5)

    @property
    def p99(self) -> float:
        """The median of the rounds' 99th percentiles, seconds."""
        return self._median(0.99)

    def _median(self, share: float) -> float:
        found = [percentile(sample.latencies, share) for sample in self.rounds if sample.latencies]
        return median(found) if found else 0.0

    @property
    def count(self) -> int:
        return sum(len(sample.latencies) for sample in self.rounds)

    @property
    def refused(self) -> dict[int, int]:
        total: Counter[int] = Counter()
        for sample in self.rounds:
            total += sample.refused
        return dict(total)

    @property
    def size(self) -> int:
        """Bytes of one answer."""
        return max((sample.size for sample in self.rounds), default=0)

    def cpu(self) -> dict[str, float]:
        """Processor microseconds per request, by process, the most expensive first."""
        total: Counter[str] = Counter()
        for sample in self.rounds:
            total.update(sample.cpu)
        shares = {name: 1e6 * seconds / max(1, self.count) for name, seconds in total.items()}
        return dict(sorted(shares.items(), key=lambda share: -share[1]))


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Processor time that each process has taken so far, user and system."""
    return {name: _cpu(pid) for name, pid in pids.items()}


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK


def memory(pids: Mapping[str, int]) -> dict[str, tuple[float, float]]:
    """MiB that each process holds: its proportional share, and everything that is resident."""
    found = {}
    for name, pid in pids.items():
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        sizes = {line.partition(":")[0]: line.split()[1] for line in lines[1:]}
        found[name] = (int(sizes["Pss"]) / 1024, int(sizes["Rss"]) / 1024)
    return found
