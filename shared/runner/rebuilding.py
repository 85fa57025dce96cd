"""Projections made anew beside the live ones: rebuilt, compared, put in their place, while everything goes on.

The new one is a projection like any other: it catches up with a reader of its own, then joins the live ones and gets
the same batches as they do. From then on the two have come equally far whenever nothing is being applied.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from shared.control import NotPossible
from shared.runner.beside import Beside, clear, passed
from shared.runner.comparing import Comparison, compare
from shared.runner.followers import Follower, load_follower

if TYPE_CHECKING:
    from shared.runner import Runner

_LOOKS, _PAUSE = 100, 0.05  # how often, and after how many seconds, it is seen whether both have come equally far


@dataclass(slots=True)
class Rebuild:
    """One projection made anew. `phase`: rebuilding, ready, comparing, swapping or failed."""

    name: str
    follower: Follower
    phase: str = "rebuilding"
    error: str | None = None
    comparison: dict[str, Any] | None = None
    task: "asyncio.Task[None] | None" = field(default=None, repr=False)

    @property
    def beside(self) -> Beside:
        assert isinstance(self.follower.projection, Beside)
        return self.follower.projection


class Rebuilds:
    """What is being made anew in one runner: nothing outlives the process, and what is left over is cleared away."""

    def __init__(self, runner: "Runner") -> None:
        self._runner = runner
        self._rebuilds: dict[str, Rebuild] = {}

    @property
    def working(self) -> bool:
        """Whether it is this instance that applies the events: no other can make anything anew."""
        return self._runner.working

    async def begin(self, name: str) -> None:
        """Begin to make a projection anew; an earlier making of it is given up."""
        runner = self._runner
        live = self._live(name)
        if not live.projection.collections:
            raise NotPossible(f"{name} stores nothing that could be rebuilt")
        await self.give_up(name)
        beside = Beside(live.projection)
        async with runner._turn:
            await clear(runner._store, runner._parking, [live.projection])
            await runner._store.declare(*beside.collections)
            follower = await load_follower(runner._store, beside)
            runner._followers[beside.name] = follower
        rebuild = self._rebuilds[name] = Rebuild(name, follower)
        self._work(rebuild, lambda: runner.catch_up(follower))

    async def compare(self, name: str) -> None:
        """Begin to look at every document of both; what was found stands in `describe` later."""
        rebuild = self._ready(name)
        rebuild.phase, rebuild.comparison = "comparing", None
        self._work(rebuild, lambda: self._compare(rebuild))

    async def swap(self, name: str) -> None:
        """Put what was rebuilt in the place of the live one, at once for everybody who asks. The old one is gone."""
        rebuild = self._ready(name)
        runner, beside = self._runner, rebuild.beside
        if await runner._parking.of(beside.name):
            raise NotPossible(f"{name} failed on events while it was rebuilt: see `dossier parked list`")
        async with self._level(rebuild):
            async with runner._store.batch() as batch:
                for collection in beside.of.collections:
                    batch.replace(collection, beside.places[collection.name])
                await runner._parking.forget(name, batch)
                batch.checkpoint(beside.name, {})
            self._remove(rebuild)

    async def give_up(self, name: str) -> bool:
        """Forget what was rebuilt; False if there is nothing."""
        rebuild = self._rebuilds.get(name)
        if rebuild is None:
            return False
        if rebuild.task:
            rebuild.task.cancel()
            await asyncio.wait({rebuild.task})
        runner = self._runner
        async with runner._turn:
            self._remove(rebuild)
            await clear(runner._store, runner._parking, [rebuild.beside.of])
        return True

    async def describe(self) -> list[dict[str, Any]]:
        """All projections and how far they have come; `rebuild` for those that are being made anew."""
        shown = []
        for projection in self._runner.projections:
            follower = self._runner._followers.get(projection.name)
            rebuild = self._known(projection.name)
            parked = await self._runner._parking.of(projection.name) if follower else []
            known = {
                "name": projection.name,
                "collections": [collection.name for collection in projection.collections],
                "reached": follower.reached if follower else {},
                "live": follower in self._runner._live,
                "parked": len(parked),
                "rebuild": self._progress(rebuild) if rebuild else None,
            }
            shown.append(known)
        return shown

    def _progress(self, rebuild: Rebuild) -> dict[str, Any]:
        total = passed(self._live(rebuild.name).reached)
        done = min(total, passed(rebuild.follower.reached))
        known = {"phase": rebuild.phase, "done": done, "total": total}
        return known | {"error": rebuild.error, "comparison": rebuild.comparison}

    def _live(self, name: str) -> Follower:
        follower = self._runner._followers.get(name)
        if follower is None or isinstance(follower.projection, Beside):
            raise NotPossible(f"there is no projection {name} here")
        return follower

    def _ready(self, name: str) -> Rebuild:
        self._live(name)
        rebuild = self._known(name)
        if rebuild is None:
            raise NotPossible(f"{name} was not rebuilt: `dossier projections rebuild {name}` comes first")
        if rebuild.phase != "ready":
            raise NotPossible(f"{name} is not ready: {rebuild.error or rebuild.phase}")
        return rebuild

    def _known(self, name: str) -> Rebuild | None:
        """What is being made anew; it has failed if this instance has meanwhile handed its work on."""
        rebuild = self._rebuilds.get(name)
        if rebuild and self._runner._followers.get(rebuild.beside.name) is not rebuild.follower:
            rebuild.phase, rebuild.error = "failed", "this instance has handed its work on meanwhile"
            if rebuild.task:
                rebuild.task.cancel()
        return rebuild

    def _work(self, rebuild: Rebuild, work: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            try:
                await work()
            except Exception as error:  # noqa: BLE001  # told to the operator
                rebuild.phase, rebuild.error = "failed", f"{type(error).__name__}: {error}"
            else:
                rebuild.phase = "ready"

        rebuild.task = asyncio.create_task(run())

    async def _compare(self, rebuild: Rebuild) -> None:
        store, found = self._runner._store, list[Comparison]()
        async with self._level(rebuild):
            for collection in rebuild.beside.of.collections:
                found.append(await compare(store, collection, rebuild.beside.places[collection.name]))
            reached = dict(rebuild.follower.reached)
        equal = all(one.equal for one in found)
        rebuild.comparison = {"equal": equal, "position": reached, "collections": [asdict(one) for one in found]}

    @asynccontextmanager
    async def _level(self, rebuild: Rebuild) -> AsyncIterator[None]:
        """A block in which both have come equally far, and nothing is applied."""
        live = self._live(rebuild.name)
        for _ in range(_LOOKS):
            async with self._runner._turn:
                if live.reached == rebuild.follower.reached:
                    yield
                    return
            await asyncio.sleep(_PAUSE)
        raise NotPossible(f"{rebuild.name} and its rebuild do not come equally far: is the broker there?")

    def _remove(self, rebuild: Rebuild) -> None:
        runner = self._runner
        runner._live = [follower for follower in runner._live if follower is not rebuild.follower]
        runner._followers.pop(rebuild.beside.name, None)
        self._rebuilds.pop(rebuild.name, None)
