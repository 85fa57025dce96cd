"""`python -m tests.benchmarks.growth`: the sizes side by side, as ratios to the smallest."""

import shutil
import tempfile
from pathlib import Path

import click
import uvloop

from tests.benchmarks.growth.size import ACCOUNTS, INTERACTIONS, Grown, grow

LONG = 100_000  # interactions more on one account of the largest firm


@click.command()
@click.option("--sizes", default="1,10,100", show_default=True, help="Times the demonstration firm.")
@click.option("--seconds", default=1.0, show_default=True, help="How long each question is asked in a round.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--long", default=LONG, show_default=True, help="More interactions on one account of the largest.")
def main(sizes: str, seconds: float, rounds: int, long: int) -> None:
    """Fill firms of several sizes through their event stores and ask each the same, one question at a time."""
    uvloop.install()
    wanted = sorted(int(size) for size in sizes.split(","))
    found = []
    for times in wanted:
        folder = Path(tempfile.mkdtemp(prefix="dossier-growth-"))
        try:
            click.echo(f"{times} times: {ACCOUNTS * times:,} accounts, {INTERACTIONS * times:,} interactions", err=True)
            found.append(grow(folder / "firm", times, long if times == wanted[-1] else 0, seconds, rounds))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    click.echo("\n".join(report(found)))


def report(found: list[Grown]) -> list[str]:
    """A table: medians in milliseconds, and how many times those of the smallest firm."""
    heads = "".join(f"{f'{grown.times}x':>10}{'ratio':>7}" for grown in found)
    lines = [f"{'p50, ms, one at a time':<32}{heads}"]
    for name in found[0].asked:
        first = found[0].asked[name].p50
        cells = "".join(f"{1e3 * grown.asked[name].p50:>10.2f}{grown.asked[name].p50 / first:>7.2f}" for grown in found)
        refused = {status: n for grown in found for status, n in grown.asked[name].refused.items()}
        lines.append(f"{name:<32}{cells}{f'  refused {refused}' if refused else ''}")
    lines.append("")
    for name, values in _costs(found).items():
        lines.append(f"{name:<32}" + "".join(f"{value:>17}" for value in values))
    return lines


def _costs(found: list[Grown]) -> dict[str, list[str]]:
    costs = {"events": [f"{grown.events:,}" for grown in found]}
    costs["taken in, events/s"] = [f"{grown.events / grown.taken_in:,.0f}" for grown in found]
    for store in found[0].bytes:
        costs[f"{store}, bytes/event"] = [f"{grown.bytes[store] / grown.events:,.0f}" for grown in found]
    costs["memory, MiB (PSS, RSS)"] = [
        f"{sum(pss for pss, _ in grown.memory.values()):,.0f}, {sum(rss for _, rss in grown.memory.values()):,.0f}"
        for grown in found
    ]
    return costs


if __name__ == "__main__":
    main()
