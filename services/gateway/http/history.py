"""Positions that were never given out: waiting for them is in vain, and that is for the caller to mend."""

import asyncio

import orjson

from services.gateway.http.upstream import Reply, Upstream
from shared.position import Position
from shared.problems import NotCaughtUp, Refusal

_PATIENCE = 0.5  # seconds


class UnknownPosition(Refusal):
    """It lies beyond the history: another firm's, made up, or from before this one was put back to a backup."""

    code, status = "unknown-position", 400
    fr = "L'en-tête Dossier-Position va au-delà de l'historique de ce cabinet."
    en = "The Dossier-Position header lies beyond the history of this firm."


async def check_reached(upstream: Upstream, position: str, reply: Reply) -> None:
    """Raise `UnknownPosition` if the services waited for what does not exist; they were asked for it before this."""
    if reply.status != NotCaughtUp.status or reply.json().get("code") != NotCaughtUp.code:
        return
    wanted = Position.parse(position)
    ends = await asyncio.gather(*(_end(upstream, service) for service in wanted))
    # A service that does not answer may have got that far.
    if any(end is not None and number > end for number, end in zip(wanted.values(), ends, strict=True)):
        raise UnknownPosition


async def _end(upstream: Upstream, service: str) -> int | None:
    """Number of a service's last event: the highest that any instance knows."""
    states = [orjson.loads(answer.data) for answer in await upstream.all(f"health.{service}", 1, _PATIENCE)]
    return max((Position.parse(state["position"]).get(service, 0) for state in states), default=None)
