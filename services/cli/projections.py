"""`dossier projections`: what is shown, made anew beside itself while it serves, compared, and put in its place."""

import asyncio
from typing import Any

import click
from click import ClickException
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from services.cli.asking import PROCESSES, Asking, tell
from services.cli.tables import amount, console

Shown = dict[str, Any]
_LOOK = 0.2  # seconds between two looks at what is going on


async def everything(line: Asking) -> list[Shown]:
    """Every projection of every service, as the instance that works on it knows it."""
    answers = await asyncio.gather(*(line.all(process, "projections") for process in PROCESSES))
    return [
        {"service": process} | projection
        for process, instances in zip(PROCESSES, answers, strict=True)
        for instance in instances
        for projection in instance["answer"]
    ]


async def find(line: Asking, name: str) -> Shown:
    """A projection by its name, or by `service/name` where several services have one of that name."""
    service, _, wanted = name.rpartition("/")
    found = [one for one in await everything(line) if one["name"] == wanted and service in ("", one["service"])]
    if not found:
        raise ClickException(f"There is no projection {name}: `dossier projections list` names all.")
    if len(found) > 1:
        several = ", ".join(f"{one['service']}/{wanted}" for one in found)
        raise ClickException(f"Several services have a projection of this name: {several}.")
    return found[0]


async def rebuild(line: Asking, name: str, *, quiet: bool) -> Shown:
    """Make it anew and wait until it has come as far as the live one."""
    one = await find(line, name)
    await line.one(one["service"], "rebuild", name=one["name"])
    return await _watched(line, one, "rebuilding", quiet=quiet)


async def compare(line: Asking, name: str, *, quiet: bool) -> Shown:
    """What the comparison found."""
    one = await find(line, name)
    await line.one(one["service"], "compare", name=one["name"])
    comparison: Shown = (await _watched(line, one, "comparing", quiet=quiet))["comparison"]
    return comparison


async def swap(line: Asking, name: str) -> Shown:
    one = await find(line, name)
    await line.one(one["service"], "swap", name=one["name"])
    return one


async def give_up(line: Asking, name: str) -> Shown:
    one = await find(line, name)
    await line.one(one["service"], "give-up", name=one["name"])
    return one


async def _watched(line: Asking, one: Shown, phase: str, *, quiet: bool) -> Shown:
    """Show how it goes on until the phase is over; `ClickException` if it ends badly."""
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console(), disable=quiet) as progress:
        bar = progress.add_task(f"{phase} {one['name']}", total=None)
        while True:
            state = await _state(line, one)
            if state["phase"] == "failed":
                raise ClickException(f"{one['name']}: {state['error']}")
            progress.update(bar, completed=state["done"], total=state["total"] or None)
            if state["phase"] != phase:
                return state
            await asyncio.sleep(_LOOK)


async def _state(line: Asking, one: Shown) -> Shown:
    for projection in await line.one(one["service"], "projections"):
        if projection["name"] == one["name"] and projection["rebuild"]:
            state: Shown = projection["rebuild"]
            return state
    raise ClickException(f"{one['service']} knows nothing of a rebuild of {one['name']} any more: begin again.")


def show_all(found: list[Shown], as_json: bool) -> None:
    if as_json:
        tell(found)
        return
    table = Table("service", "projection", "state", box=None, header_style="bold")
    table.add_column("parked", justify="right")
    table.add_column("collections")
    for one in found:
        rebuilt = f", beside it one that is {one['rebuild']['phase']}" if one["rebuild"] else ""
        state = ("live" if one["live"] else "catching up") + rebuilt
        table.add_row(one["service"], one["name"], state, str(one["parked"]), ", ".join(one["collections"]) or "-")
    console().print(table)


def show_comparison(found: Shown, as_json: bool) -> bool:
    """Print it; False if the two differ."""
    if as_json:
        tell(found)
        return bool(found["equal"])
    at = ";".join(f"{service}={number}" for service, number in sorted(found["position"].items()))
    click.echo(f"Compared at {at}:")
    for one in found["collections"]:
        equal = one["digest"] == one["digest_beside"]
        counts = f"{amount(one['documents'])} documents"
        if equal:
            click.echo(f"  {one['collection']:<20} equal, {counts}, SHA-256 {one['digest']}")
            continue
        counts += f" live, {amount(one['documents_beside'])} rebuilt, {amount(one['differing'])} differ"
        click.echo(f"  {one['collection']:<20} NOT equal, {counts}")
        click.echo(f"  {'':<20} {one['digest']} live\n  {'':<20} {one['digest_beside']} rebuilt")
        for id in one["ids"]:
            click.echo(f"  {'':<20} {id}")
    click.echo("Equal." if found["equal"] else "Not equal.")
    return bool(found["equal"])
