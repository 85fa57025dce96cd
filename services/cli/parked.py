"""`dossier parked`: events that a projection failed on, and what waits behind them."""

import asyncio
from typing import Any

import click
from click import ClickException
from rich.table import Table

from services.cli.asking import PROCESSES, Asking, tell
from services.cli.tables import console

Parked = dict[str, Any]


async def everything(line: Asking) -> list[Parked]:
    """All that is parked, with the process that it is parked in."""
    answers = await asyncio.gather(*(line.all(process, "parked") for process in PROCESSES))
    return [
        {"process": process} | event
        for process, instances in zip(PROCESSES, answers, strict=True)
        for instance in instances
        for event in instance["answer"]["events"]
    ]


def show_all(found: list[Parked], as_json: bool) -> None:
    if as_json:
        tell(found)
        return
    if not found:
        click.echo("Nothing is parked.")
        return
    table = Table("key", "process", "event", "since", "tries", "next try", "error", box=None, header_style="bold")
    for event in found:
        later = event["next_try"] or ("by an operator" if event["tries"] else "behind another")
        shown = [event["topic"], _moment(event["since"]), str(event["tries"]), _moment(later), event["error"] or ""]
        table.add_row(event["key"], event["process"], *shown)
    console().print(table)


def _moment(text: str) -> str:
    return text[:19]


def show(event: Parked, as_json: bool) -> None:
    if as_json:
        tell(event)
        return
    for name, value in event.items():
        click.echo(f"{name:<12}{'-' if value is None else value}")


async def find(line: Asking, key: str) -> Parked:
    """`ClickException` if nothing is parked under this key."""
    for event in await everything(line):
        if event["key"] == key:
            return event
    raise ClickException(f"Nothing is parked under {key}: `dossier parked list` names what is.")


async def replay(line: Asking, keys: list[Parked]) -> list[Parked]:
    """Try these again, each aggregate once: the first of its events takes the others along."""
    done: dict[tuple[str, str, str], bool] = {}
    for event in keys:
        queue = event["process"], event["projection"], event["aggregate"]
        if queue not in done:
            answer = await line.one(event["process"], "replay", key=event["key"])
            done[queue] = bool(answer["healed"])
    return [event | {"healed": done[event["process"], event["projection"], event["aggregate"]]} for event in keys]


def told(events: list[Parked], as_json: bool) -> bool:
    """Say what came of it; False if anything still waits."""
    if as_json:
        tell([{"key": event["key"], "healed": event["healed"]} for event in events])
    else:
        for event in events:
            click.echo(f"{event['key']}  {'healed' if event['healed'] else 'fails still'}")
        if not events:
            click.echo("Nothing is parked.")
    return all(event["healed"] for event in events)
