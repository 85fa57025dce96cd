"""The table: every path beside the bare thing that it is compared with."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.benchmarks.rebuild import Rebuilt
from tests.benchmarks.sample import Series

ELSEWHERE = {
    "log a note": "Tryton 7.8, ir.note.create: 299/s",
    "overview": "Tryton, party.read: p99 98 ms",
    "feed": "Tryton, 50 newest notes: p99 234 ms",
    "search": "Tryton, ilike: 71/s",
}
"""As measured on another machine of 2 cores; not comparable to the last digit."""


@dataclass
class Results:
    """Everything that one run has found."""

    anchors: dict[str, Series] = field(default_factory=dict)
    paths: dict[tuple[str, int], Series] = field(default_factory=dict)
    accepted: Series = field(default_factory=Series)
    visible: Series = field(default_factory=Series)
    rebuilt: list[Rebuilt] = field(default_factory=list)
    memory: dict[str, tuple[float, float]] = field(default_factory=dict)
    ready: list[float] = field(default_factory=list)
    filled: str = ""
    loads: list[float] = field(default_factory=list)

    def watch(self) -> None:
        """Remember how busy the machine is."""
        self.loads.append(os.getloadavg()[0])


def text(results: Results) -> str:
    """The whole report, in Markdown."""
    loads = " ".join(f"{load:.1f}" for load in results.loads)
    parts = [
        f"{os.cpu_count()} processors; load average before each round: {loads}. {results.filled}",
        _table(("bare", "a second", "p50 ms", "p99 ms", "measured"), _anchors(results)),
        _table(
            ("path", "at once", "a second", "p50 ms", "p99 ms", "bytes", "beside", "measured", "refused"),
            _paths(results),
        ),
        _table(("processor time a request, µs", "at once", "in all", "of which"), _costs(results)),
        _table(("projection rebuilt", "events", "a second", "of bare upserts"), _rebuilt(results)),
        _resting(results),
    ]
    return "\n\n".join(part for part in parts if part)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _times(series: Series) -> list[str]:
    return [f"{series.rate:,.0f}", f"{1e3 * series.p50:.2f}", f"{1e3 * series.p99:.2f}"]


def _anchors(results: Results) -> Iterable[Sequence[str]]:
    for name, series in results.anchors.items():
        yield [name, *_times(series), f"{series.count:,}"]


def _paths(results: Results) -> Iterable[Sequence[str]]:
    for (name, at_once), series in results.paths.items():
        refused = " ".join(f"{status}: {count}" for status, count in series.refused.items())
        yield [
            name, str(at_once), *_times(series), str(series.size), _beside(results, name, at_once, series),
            f"{series.count:,}", refused,
        ]  # fmt: skip
    if results.visible.rounds:
        accepted, visible = results.accepted, results.visible
        name = "a note at half the peak rate"
        yield [f"{name}, accepted", "", "", *_times(accepted)[1:], "", "", f"{accepted.count:,}", ""]
        times = f"p50 {visible.p50 / accepted.p50:.1f} ×, p99 {visible.p99 / accepted.p50:.1f} × p50 until accepted"
        yield [f"{name}, from there to visible", "", "", *_times(visible)[1:], "", times, f"{visible.count:,}", ""]


def _beside(results: Results, name: str, at_once: int, series: Series) -> str:
    save = results.anchors["save"]
    if name.startswith("change") and at_once == 1:
        return f"p50 {series.p50 / save.p50:.1f} × a bare save's"
    if name.startswith(("change", "create")):
        return f"{series.rate / save.rate:.0%} of bare saves"
    return next((words for start, words in ELSEWHERE.items() if name.startswith(start)), "")


def _costs(results: Results) -> Iterable[Sequence[str]]:
    for (name, at_once), series in results.paths.items():
        costs = series.cpu()
        shares = ", ".join(f"{process} {micros:.0f}" for process, micros in costs.items() if micros >= 5)
        yield [name, str(at_once), f"{sum(costs.values()):.0f}", shares]


def _rebuilt(results: Results) -> Iterable[Sequence[str]]:
    bare = results.anchors["upserts, 1,000 a transaction"].rate
    for one in results.rebuilt:
        yield [one.name, f"{one.events:,}", f"{one.rate:,.0f}", f"{one.rate / bare:.0%}"]


def _resting(results: Results) -> str:
    return "\n\n".join([_memory(results.memory), _ready(results.ready)])


def _memory(found: Mapping[str, tuple[float, float]]) -> str:
    rows = [[name, f"{share:.0f}", f"{resident:.0f}"] for name, (share, resident) in sorted(found.items())]
    total = ["all", *(f"{sum(sizes[at] for sizes in found.values()):.0f}" for at in (0, 1))]
    return _table(("at rest, MiB", "PSS", "RSS"), [*rows, total])


def _ready(seconds: Sequence[float]) -> str:
    return f"Ready on a warm start after {', '.join(f'{second:.1f}' for second in seconds)} s."
