"""`dossier relay status`: how far each service's events have come on the stream."""

import asyncio
import base64
from typing import Any

import orjson
from rich.table import Table

from services.cli.asking import Asking, tell
from services.cli.tables import amount, console
from shared.broker import EVENTS, BrokerRefused, ask
from shared.permissions import SERVICES

_NO_MESSAGE = 10037


async def look(line: Asking) -> list[dict[str, Any]]:
    """Per service: its last event, the last one on the stream (by the relay's mark), and how many lie between."""
    return await asyncio.gather(*(_service(line, service) for service in SERVICES))


async def _service(line: Asking, service: str) -> dict[str, Any]:
    instances = await line.all(service, "state")
    stored = max((_number(instance["answer"]["position"]) for instance in instances), default=None)
    lags = [instance["answer"]["lag"]["relay"] for instance in instances]
    known = {"service": service, "instances": len(instances), "stored": stored, "published": await _mark(line, service)}
    return known | {"lag": min(lags, default=None)}


def _number(position: str) -> int:
    return int(position.rpartition("=")[2])


async def _mark(line: Asking, service: str) -> int:
    """The number of the last event on the stream; 0 if there is none."""
    try:
        wanted = {"last_by_subj": f"relay.{service}"}
        answer = await ask(line.connection, f"$JS.API.STREAM.MSG.GET.{EVENTS}", wanted)
    except BrokerRefused as refused:
        if refused.code == _NO_MESSAGE:
            return 0
        raise
    return int(orjson.loads(base64.b64decode(answer["message"]["data"]))["number"])


def show(found: list[dict[str, Any]], as_json: bool) -> bool:
    """Print it; False if a service is away or has events that are not on the stream."""
    if as_json:
        tell(found)
    else:
        table = Table("service", "instances", "stored", "on the stream", "to go", box=None, header_style="bold")
        for one in found:
            numbers = [amount(one[name]) for name in ("instances", "stored", "published", "lag")]
            table.add_row(one["service"], *numbers)
        console().print(table)
    return all(one["lag"] == 0 for one in found)
