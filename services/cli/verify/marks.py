"""How far each service's relay says that its store has been published."""

import asyncio
import base64

import orjson
from click import ClickException

from services.cli.asking import Asking, asking
from shared.broker import EVENTS, BrokerRefused, ask
from shared.permissions import SERVICES
from shared.relay.wire import Mark

_NOTHING = {10037, 10059}  # no such message, no such stream


async def marks() -> dict[str, Mark] | None:
    """The marks of all services that have published; None if there is no broker to ask."""
    try:
        async with asking() as line:
            found = await asyncio.gather(*(_mark(line, service) for service in SERVICES))
    except (ClickException, OSError, TimeoutError):
        return None
    return {service: mark for service, mark in zip(SERVICES, found, strict=True) if mark is not None}


async def _mark(line: Asking, service: str) -> Mark | None:
    try:
        answer = await ask(line.connection, f"$JS.API.STREAM.MSG.GET.{EVENTS}", {"last_by_subj": f"relay.{service}"})
    except BrokerRefused as refused:
        if refused.code in _NOTHING:
            return None
        raise
    return Mark(**orjson.loads(base64.b64decode(answer["message"]["data"])))
