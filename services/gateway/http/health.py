"""Whether the process lives and whether the product is ready: for supervisors, load balancers and `dossier run`."""

import asyncio
import time
from typing import Any

import orjson
from litestar.types import HTTPScope, Receive, Send

from services.gateway.http.answers import as_json
from services.gateway.http.upstream import Upstream
from shared.position import Progress

_PATIENCE = 1.0  # seconds
_KEPT = 0.5  # seconds: many may ask, the services are asked twice a second at most


class Alive:
    """`GET /health/live`: 200 while the event loop runs."""

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        await as_json({"alive": True})(scope, receive, send)


class Ready:
    """`GET /health/ready`: 200 once the broker and every service answer, else 503; either way with who is how."""

    def __init__(self, upstream: Upstream, services: tuple[str, ...], progress: Progress) -> None:
        self._upstream, self._services, self._progress = upstream, services, progress
        self._state: dict[str, Any] = {}
        self._asked = float("-inf")
        self._lock = asyncio.Lock()

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        async with self._lock:
            if time.monotonic() - self._asked > _KEPT:
                self._state = await self._look()
                self._asked = time.monotonic()
        ready = self._state["ready"]
        extra = () if ready else ((b"retry-after", b"1"),)
        await as_json(self._state, 200 if ready else 503, extra)(scope, receive, send)

    async def _look(self) -> dict[str, Any]:
        answers = await asyncio.gather(*(self._ask(service) for service in self._services))
        states = dict(zip(self._services, answers, strict=True))
        missing = sorted(service for service, state in states.items() if not state.get("ready"))
        return {
            "ready": self._upstream.connected and not missing,
            "broker": self._upstream.connected,
            "missing": missing,
            "services": states,
            "gateway": {"applied": str(self._progress.reached)},
        }

    async def _ask(self, service: str) -> dict[str, Any]:
        known = self._state["services"].get(service, {}) if self._state else {}
        expected = len(known.get("instances", ())) or 1
        answers = await self._upstream.all(f"health.{service}", expected, _PATIENCE)
        try:
            states = [orjson.loads(answer.data) for answer in answers]
        except ValueError:
            states = []
        return _together(states) if states else {"service": service, "ready": False, "instances": []}


def _together(states: list[dict[str, Any]]) -> dict[str, Any]:
    """One service by the words of its instances: what each of its parts says counts where that part is at work."""
    states = sorted(states, key=lambda state: str(state.get("instance")))
    busiest = max(states, key=lambda state: len(state.get("works", ())))
    together = dict(busiest)
    together["ready"] = any(state.get("ready") for state in states)
    lags = [(state.get("lag", {}), state.get("works", ())) for state in states]
    relays = [lag["relay"] for lag, _ in lags if "relay" in lag]
    together["lag"] = {"relay": min(relays, default=0)} | {n: lag[n] for lag, works in lags for n in works if n in lag}
    together["parked"] = sum(state.get("parked", 0) for state in states)
    shown = ("instance", "ready", "works")
    together["instances"] = [{name: state.get(name) for name in shown} for state in states]
    return {name: value for name, value in together.items() if name not in ("instance", "works")}
