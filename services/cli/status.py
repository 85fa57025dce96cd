"""`dossier status`: how everything that runs is, asked over the broker, so that it works without the gateway too."""

import asyncio
from typing import Any

import click
from click import ClickException
from rich.console import Console
from rich.table import Table

from services.cli import ready
from services.cli.asking import PROCESSES, Answer, Asking, Away, asking, settings_of_operator, tell
from services.cli.tables import amount, console, size
from shared.broker import EVENTS, SCHEDULES, ask
from shared.settings import Settings
from shared.telemetry import version

Document = dict[str, Any]


def status(as_json: bool) -> bool:
    """Print how each process, the broker and the disk are; False if anything is not ready."""
    settings = settings_of_operator()
    document = asyncio.run(look(settings))
    if as_json:
        tell(document)
    else:
        _show(document, console())
    return bool(document["ready"])


async def look(settings: Settings) -> Document:
    """Everything that `dossier status` knows. `broker` is None where that is away, with the reason in `error`."""
    try:
        async with asking(settings) as line:
            states = await asyncio.gather(*(line.all(process, "state") for process in PROCESSES))
            services = {name: _service(state) for name, state in zip(PROCESSES, states, strict=True)}
            document: Document = {"broker": await _broker(line), "services": services, "mail": await _mail(line)}
    except Away as away:
        gateway = ready.ask(ready.local_address(settings)).document.get("gateway")
        said = f"{away.message} The gateway {'answers, with 503' if gateway else 'does not answer either'}."
        return {"ready": False, "version": version(), "error": said, "broker": None, "services": {}, "mail": None}
    return {"ready": all(state["ready"] for state in services.values()), "version": version()} | document


def _service(states: list[Answer]) -> Document:
    """A service by its instances: ready if one is, for that one serves whoever asks."""
    instances = [{"instance": state["instance"], **state["answer"]} for state in states]
    return {"ready": any(instance["ready"] for instance in instances), "instances": instances}


async def _broker(line: Asking) -> Document:
    connection = line.connection
    server = connection.connected_server_version
    known: Document = {"version": f"{server.major}.{server.minor}.{server.patch}", "streams": {}}
    known["servers"] = sorted(url.netloc.rpartition("@")[2] for url in connection.servers)
    for stream in (EVENTS, SCHEDULES):
        wanted = {"subjects_filter": "schedule.>"} if stream == SCHEDULES else {}
        info = await ask(connection, f"$JS.API.STREAM.INFO.{stream}", wanted)
        state, cluster = info["state"], info.get("cluster") or {}
        known["streams"][stream] = {
            "messages": state["messages"],
            "bytes": state["bytes"],
            "leader": cluster.get("leader"),
            "replicas": [_replica(replica) for replica in cluster.get("replicas") or ()],
        }
        if stream == SCHEDULES:
            known["schedules"] = len(state.get("subjects") or {})
    return known


def _replica(replica: Document) -> Document:
    return {"name": replica["name"], "current": replica.get("current", False), "lag": replica.get("lag", 0)}


async def _mail(line: Asking) -> Document | None:
    """How many e-mails wait and have failed; None where notifications is away or cannot say."""
    try:
        counts: Document = await line.one("notifications", "any.mail-counts")
    except ClickException:
        return None
    return counts


def _show(document: Document, to: Console) -> None:
    if "error" in document:
        click.echo(document["error"])
        return
    table = Table("service", "instance", "ready", "works on", "position", box=None, header_style="bold")
    for heading in ("relay", "behind", "parked", "memory"):
        table.add_column(heading, justify="right")
    table.add_column("version")
    for name, service in document["services"].items():
        if not service["instances"]:
            table.add_row(name, "-", "[red]away[/red]")
        for instance in service["instances"]:
            table.add_row(name, *_row(instance))
    to.print(table)
    _show_rest(document, to)


def _row(instance: Document) -> list[str]:
    lag = dict(instance["lag"])
    relay = lag.pop("relay", None)
    owns = ", ".join(instance["owns"]) or "-"
    parked = f"[red]{instance['parked']}[/red]" if instance["parked"] else "0"
    return [
        instance["instance"],
        "yes" if instance["ready"] else "[red]no[/red]",
        f"{owns} (rebuilding {', '.join(instance['behind'])})" if instance["behind"] else owns,
        instance.get("position") or "-",
        amount(relay),
        amount(sum(lag.values())) if instance["owns"] else "-",
        parked if instance["owns"] else "-",
        size(instance["memory"]),
        instance["version"],
    ]


def _show_rest(document: Document, to: Console) -> None:
    broker, mail = document["broker"], document["mail"]
    streams = ", ".join(
        f"{name} {amount(of['messages'])} messages, {size(of['bytes'])}" for name, of in broker["streams"].items()
    )
    to.print(f"\nbroker      nats-server {broker['version']} at {', '.join(broker['servers'])}: {streams}")
    if mail:
        to.print(f"e-mail      {mail['queued']} wait, {mail['failed']} failed; {broker['schedules']} on the schedule")
    disks = [instance["disk"] for service in document["services"].values() for instance in service["instances"]]
    if disks:
        least = min(disks, key=lambda disk: int(disk["free"]))
        to.print(f"disk        {size(least['free'])} free of {size(least['free'] + least['used'])}")
    to.print(f"\n{'Ready.' if document['ready'] else 'Not ready.'}")
