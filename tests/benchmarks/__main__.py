"""`make bench`: one table of ratios, measured side by side in the same run, over a firm that really runs.

`make bench ARGS="--rounds 2 --only note"` measures less.
"""

import asyncio
import shutil
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import click
import uvloop

from tests.benchmarks import anchors, firm, report
from tests.benchmarks.load import closed
from tests.benchmarks.paths import Path as Asked
from tests.benchmarks.paths import paths
from tests.benchmarks.rebuild import rebuild
from tests.benchmarks.report import Results
from tests.benchmarks.sample import Sample, Series, memory
from tests.benchmarks.visible import accepted_to_visible
from tests.engines.engines import engines

K = TypeVar("K")
REST = 3.0  # seconds after which a firm that nobody uses counts as at rest


@click.command()
@click.option("--rounds", default=5, show_default=True, help="How often everything is measured.")
@click.option("--seconds", default=1.5, show_default=True, help="How long each path is measured in a round.")
@click.option("--accounts", default=2_000, show_default=True)
@click.option("--contacts", default=6_000, show_default=True)
@click.option("--activities", default=1_000, show_default=True, help="In one dossier.")
@click.option("--only", default="", help="Only paths whose name holds this; no rebuild, memory or restart.")
@click.option("--engines", "elsewhere", is_flag=True, help="On PostgreSQL, MongoDB's protocol and S3 (tests/engines).")
@click.option("--data", type=click.Path(path_type=Path), help="A new data folder, kept afterwards.")
def main(
    rounds: int,
    seconds: float,
    accounts: int,
    contacts: int,
    activities: int,
    only: str,
    elsewhere: bool,
    data: Path | None,
) -> None:
    """Measure the firm beside bare anchors and print one table."""
    uvloop.install()
    scratch = Path(tempfile.mkdtemp(prefix="dossier-bench-"))
    results = Results()
    try:
        with ExitStack() as stack:
            bare = stack.enter_context(anchors.ready(scratch / "anchors"))
            settings = stack.enter_context(engines(scratch)).settings() if elsewhere else {}
            running = stack.enter_context(firm.running(data or scratch / "firm", **settings))
            asyncio.run(running.fill(accounts, contacts, activities))
            results.filled = _filled(running)
            for round in range(rounds):
                click.echo(f"round {round + 1} of {rounds}", err=True)
                _round(results, bare, running, seconds, only)
            if not only:
                _whole(results, running, scratch)
        click.echo(report.text(results))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _filled(running: firm.Firm) -> str:
    rate = running.commands / running.fill_seconds
    return (
        f"Filled over HTTP with {len(running.contacts):,} contacts, {len(running.accounts):,} accounts and "
        f"{running.commands - len(running.contacts) - len(running.accounts):,} notes in {running.fill_seconds:.0f} s "
        f"({rate:.0f} commands a second)."
    )


def _round(results: Results, bare: anchors.Anchors, running: firm.Firm, seconds: float, only: str) -> None:
    results.watch()
    _add(results.anchors, "save", bare.save(seconds / 2))
    _add(results.anchors, "request and reply over NATS", asyncio.run(bare.request_reply(seconds / 2)))
    _add(results.anchors, "point read of SQLite", bare.point_read(seconds / 4))
    _add(results.anchors, "Litestar under granian, 8 at once", asyncio.run(bare.litestar(seconds / 2)))
    _add(results.anchors, "upserts, 1,000 a transaction", bare.upserts(seconds / 2))
    for path in paths(running):
        if only in path.name:
            _add(results.paths, (path.name, path.at_once), asyncio.run(_measured(running, path, seconds)))
    if not only or only in "visible":
        accepted, visible = asyncio.run(_visible(results, running, seconds))
        results.accepted.rounds.append(accepted)
        results.visible.rounds.append(visible)


async def _measured(running: firm.Firm, path: Asked, seconds: float) -> Sample:
    await closed(running.port, path.make, at_once=path.at_once, seconds=seconds / 5, pids={})
    sample = await closed(running.port, path.make, at_once=path.at_once, seconds=seconds, pids=running.pids())
    await running.settled()
    return sample


async def _visible(results: Results, running: firm.Firm, seconds: float) -> tuple[Sample, Sample]:
    known = results.paths.get(("log a note", 32))
    peak = known.rate if known else 500.0
    note = next(path.make for path in paths(running) if path.name == "log a note")
    samples = await accepted_to_visible(running, note, rate=peak / 2, seconds=2 * seconds)
    await running.settled()
    return samples


def _whole(results: Results, running: firm.Firm, scratch: Path) -> None:
    """What is measured once: a rebuild, two warm starts, memory at rest after them."""
    data = running.machine.data
    reached = asyncio.run(running.reached())
    results.rebuilt = asyncio.run(rebuild(data, scratch / "rebuilt", reached))
    for _ in range(2):
        running.machine.stop()
        began = time.monotonic()
        running.machine.start().ready()
        results.ready.append(time.monotonic() - began)
    time.sleep(REST)
    results.memory = memory(running.pids())


def _add(series: dict[K, Series], name: K, sample: Sample) -> None:
    series.setdefault(name, Series()).rounds.append(sample)


if __name__ == "__main__":
    main()
