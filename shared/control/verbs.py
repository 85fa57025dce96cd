"""What every process can be asked: how it is, what is parked, how its projections are."""

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from nats.aio.client import Client

from shared.control import SILENT, Control, NotPossible, Verb
from shared.control.watching import watch, watch_store
from shared.parking import Parked
from shared.position import Progress
from shared.relay import Relay
from shared.runner import Runner
from shared.runner.rebuilding import Rebuilds
from shared.settings import Settings
from shared.store import EventStore
from shared.telemetry import measures, version

_PROJECTIONS = "projections"
_MOST = 1_000  # parked events in one answer


class Verbs:
    """The verbs of one process. What changes a read store is done by the instance that owns it."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        connection: Client,
        runners: Sequence[Runner],
        progress: Progress,
        ready: Callable[[], bool],
        recorded: tuple[EventStore, Relay] | None,
    ) -> None:
        self._name, self._settings, self._connection = name, settings, connection
        self._runners, self._progress, self._ready = runners, progress, ready
        self._rebuilds = [Rebuilds(runner) for runner in runners if runner.name == _PROJECTIONS]
        self._began = datetime.now(UTC)
        self._recorded = recorded

    def all(self) -> Mapping[str, Verb]:
        """By the name under which each is asked for."""
        parked = {"parked": self.parked, "replay": self.replay, "skip": self.skip}
        rebuilds = {"rebuild": self.rebuild, "compare": self.compare, "swap": self.swap, "give-up": self.give_up}
        return {"state": self.state, "projections": self.projections} | parked | rebuilds

    async def state(self) -> dict[str, Any]:
        """How this process is."""
        state: dict[str, Any] = {
            "version": version(),
            "python": platform.python_version(),
            "pid": os.getpid(),
            "since": self._began,
            "ready": self._ready(),
            "applied": str(self._progress.reached),
            "lag": {runner.name: runner.lag for runner in self._runners},
            "owns": [runner.name for runner in self._owned()],
            "behind": [name for runner in self._owned() for name in runner.behind],
            "parked": sum([len(await runner.parked()) for runner in self._owned()]),
            "broker": self._connection.is_connected,
            "memory": measures.memory(),
            "descriptors": measures.descriptors(),
            "stores": measures.stores(self._settings.data / self._name),
            "disk": measures.disk(self._settings.data),
        }
        if self._recorded:
            store, relay = self._recorded
            state |= {"position": f"{self._name}={store.last}", "published": relay.published}
            state["lag"]["relay"] = relay.lag
        return state

    async def projections(self) -> Any:
        """The projections and how far they have come."""
        return [shown for rebuilds in self._owning() for shown in await rebuilds.describe()] or SILENT

    async def rebuild(self, name: str) -> Any:
        """Begin to make a projection anew beside the live one."""
        return await self._rebuilding(name, Rebuilds.begin)

    async def compare(self, name: str) -> Any:
        """Begin to compare it with the live one."""
        return await self._rebuilding(name, Rebuilds.compare)

    async def swap(self, name: str) -> Any:
        """Put it in the place of the live one."""
        return await self._rebuilding(name, Rebuilds.swap)

    async def give_up(self, name: str) -> Any:
        """Forget what was made anew."""
        return await self._rebuilding(name, Rebuilds.give_up)

    async def _rebuilding(self, name: str, do: Callable[[Rebuilds, str], Any]) -> Any:
        for rebuilds in self._owning():
            await do(rebuilds, name)
            return {"name": name}
        return SILENT

    async def parked(self, key: str | None = None) -> Any:
        """What is parked, or one event in full, as far as it can be told without what is personal."""
        found = [(runner, parked) for runner in self._owned() for parked in await runner.parked()]
        if key is None:
            told = [_told(runner, parked) for runner, parked in found[:_MOST]]
            return {"total": len(found), "events": told} if self._owned() else SILENT
        return next((_told(runner, parked) for runner, parked in found if parked.key == key), SILENT)

    async def replay(self, key: str) -> Any:
        """Try a parked event again, and what waits behind it."""
        return await self._with(key, Runner.replay)

    async def skip(self, key: str) -> Any:
        """Give a parked event up; what waits behind it is tried."""
        return await self._with(key, Runner.skip)

    async def _with(self, key: str, do: Callable[[Runner, str], Any]) -> Any:
        for runner in self._owned():
            try:
                return {"healed": await do(runner, key)}
            except KeyError:
                continue
        if not self._owned():
            return SILENT
        raise NotPossible(f"nothing is parked under {key}")

    def _owned(self) -> list[Runner]:
        return [runner for runner in self._runners if runner.working]

    def _owning(self) -> list[Rebuilds]:
        return [rebuilds for rebuilds in self._rebuilds if rebuilds.working]


async def serve_operator(
    name: str,
    settings: Settings,
    connection: Client,
    runners: Sequence[Runner],
    progress: Progress,
    ready: Callable[[], bool],
    recorded: tuple[EventStore, Relay] | None = None,
    more: Mapping[str, Verb] | None = None,
) -> None:
    """Let the operator ask this process, and export what it is like. `more`: what its service alone can be asked."""
    verbs = Verbs(name, settings, connection, runners, progress, ready, recorded)
    await Control(name, settings.instance, verbs.all(), more or {}).open(connection)
    watch(name, settings, connection, runners, ready)
    if recorded:
        watch_store(*recorded)


def _told(runner: Runner, parked: Parked) -> dict[str, Any]:
    event = parked.event
    return {
        "key": parked.key,
        "of": runner.name,
        "projection": parked.projection,
        "topic": event.topic,
        "aggregate": event.id,
        "version": event.version,
        "since": datetime.fromtimestamp(parked.since, UTC),
        "tries": parked.tries,
        "next_try": parked.next_try and datetime.fromtimestamp(parked.next_try, UTC),
        "error": parked.error,
    }
