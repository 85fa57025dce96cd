"""A service put together: its store, its connection, its projections, the way in and the way out.

`services/<name>/app.py` says what a service is made of; nothing connects before `run`.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import orjson
from eventsourcing.domain import Aggregate
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from shared.broker import connect
from shared.context import SYSTEM, Context
from shared.control import Verb
from shared.control.verbs import serve_operator
from shared.dispatch import Dispatcher
from shared.entrance import Entrance
from shared.keys import KeyDatabase, Keys, RemoteKeys, follow_destroyed, serve_keys
from shared.lease import Lease
from shared.messages import Message
from shared.position import Progress
from shared.process import heartbeat, until_stopped
from shared.readstore import open_store
from shared.readstore.interface import ReadStore
from shared.relay import Relay
from shared.repository import Repository
from shared.runner import Projection, Runner
from shared.settings import Settings
from shared.store import EventStore
from shared.telemetry import measures

_ASKED_AGAIN = 2.0  # seconds, in which a task that was cancelled can tidy up
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Running:
    """The parts of a service while it runs, for what `app.py` wires by hand."""

    name: str
    settings: Settings
    connection: Client
    store: EventStore
    read: ReadStore
    keys: Keys
    progress: Progress
    provided: dict[Any, Any] = field(default_factory=dict)
    dispatcher: Dispatcher | None = None
    works: Callable[[], bool] = lambda: True
    """Whether it is this instance that applies events to the read store: no other one may write there."""
    ready: bool = True  # False while something that callers rely on is still being made

    async def perform(self, message: Message, context: Context = SYSTEM) -> Any:
        """Run a message of this service, as a reaction does. Raises the refusal that a caller would get."""
        if self.dispatcher is None:
            raise RuntimeError("not wired yet")
        return await self.dispatcher.run(message, context)


Wiring = Callable[[Running], Any]


@dataclass(slots=True)
class Service:
    """What a service is made of.

    `provide` gives handlers further things by type; `access` makes the copy of the rights that needs are checked
    against; `reactions` are made once the rest is wired, for they perform commands; `background` runs beside it all;
    `control` gives what an operator can ask of this service alone.
    """

    name: str
    settings: Settings
    access: Wiring
    rooms: Sequence[ModuleType] = ()
    aggregates: Sequence[type[Aggregate]] = ()
    projections: Sequence[Projection] = ()
    reactions: Callable[[Running], Sequence[Projection]] | None = None
    provide: Callable[[Running], Mapping[Any, Any]] | None = None
    background: Callable[[Running], Sequence[Callable[[], Any]]] | None = None
    control: Callable[[Running], Mapping[str, Verb]] | None = None
    owns_keys: bool = False

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT: then finish what was begun, and leave."""
        started: list[Running] = []

        def ready() -> bool:
            return any(running.ready and running.connection.is_connected for running in started)

        async with heartbeat(self.settings.heartbeat, ready), AsyncExitStack() as stack:
            started.append(await self.start(stack))
            await until_stopped()

    async def start(self, stack: AsyncExitStack) -> Running:
        """Everything up; the stack takes it down again in reverse."""
        running = await self._parts(stack)
        shown = self.projections
        runners = [self._runner(running, "projections", running.read, shown, running.progress)]
        running.works = lambda: runners[0].working
        access = self.access(running)
        given: dict[Any, Any] = {Running: running, Settings: self.settings, type(access): access}
        given |= {ReadStore: running.read, EventStore: running.store}
        given |= {Repository[kind]: Repository(running.store, kind) for kind in self.aggregates}  # type: ignore[valid-type]
        given |= self.provide(running) if self.provide else {}
        running.provided = given
        running.dispatcher = Dispatcher(self.rooms, given, access, running.store, running.progress)
        if self.reactions:
            own = open_store(self.settings, self.name, "reactions")
            stack.push_async_callback(own.close)
            parts = self.reactions(running)
            progress = Progress({s: 0 for part in parts for s in part.services})
            runners.append(self._runner(running, "reactions", own, parts, progress))
        await self._tasks(stack, running, runners)
        return running

    def _runner(
        self, running: Running, name: str, store: ReadStore, parts: Sequence[Projection], progress: Progress
    ) -> Runner:
        lease = Lease(running.connection, self.name, name, self.settings.instance)
        return Runner(name, store, running.connection, running.keys, parts, progress, lease)

    async def _parts(self, stack: AsyncExitStack) -> Running:
        folder = self.settings.folder(self.name)
        connection = await connect(self.settings, self.name)
        stack.push_async_callback(connection.close)
        keys = await self._keys(stack, connection)
        store = EventStore(self.name, folder, self.aggregates, keys, self.settings.events_url)
        await store.open()
        stack.push_async_callback(store.close)
        read = open_store(self.settings, self.name, "read")
        stack.push_async_callback(read.close)
        progress = Progress({service: 0 for part in self.projections for service in part.services})
        return Running(self.name, self.settings, connection, store, read, keys, progress)

    async def _keys(self, stack: AsyncExitStack, connection: Client) -> Keys:
        if not self.owns_keys:
            keys = Keys(RemoteKeys(connection))
            await follow_destroyed(connection, keys)
            return keys
        if self.settings.master_key is None:
            raise RuntimeError("DOSSIER_MASTER_KEY is not set: personal data cannot be sealed without it")
        master = bytes.fromhex(self.settings.master_key.get_secret_value())
        database = KeyDatabase(self.settings.folder("keys") / "keys.db", master, self.settings.keys_url)
        stack.callback(database.close)
        stack.push_async_callback(_drain, await serve_keys(connection, database))
        keys = Keys(database)
        await follow_destroyed(connection, keys)
        return keys

    async def _tasks(self, stack: AsyncExitStack, running: Running, runners: list[Runner]) -> None:
        relay = Relay(running.store, running.connection)
        background = self.background(running) if self.background else ()
        works = [relay.run, *(runner.run for runner in runners if runner.projections), *background]
        tasks = [asyncio.create_task(work()) for work in works]
        for task in tasks:
            task.add_done_callback(_ended)
        stack.push_async_callback(_cancel, tasks)
        assert running.dispatcher is not None
        entrance = Entrance(self.name, self.settings, running.dispatcher)
        await entrance.open()
        stack.push_async_callback(entrance.close)

        async def health(message: Msg) -> None:
            parked = [len(await runner.parked()) for runner in runners]
            state = {
                "service": self.name,
                "instance": self.settings.instance,
                "works": [runner.name for runner in runners if runner.working],
                "ready": running.ready,
                "position": f"{self.name}={running.store.last}",
                "applied": str(running.progress.reached),
                "lag": {"relay": relay.lag} | {runner.name: runner.lag for runner in runners},
                "parked": sum(parked),
                "disk": measures.disk(self.settings.data),
            }
            await message.respond(orjson.dumps(state))

        answering = await running.connection.subscribe(f"health.{self.name}", cb=health)
        stack.push_async_callback(_drain, answering)
        await serve_operator(
            self.name, self.settings, running.connection, runners, running.progress, lambda: running.ready,
            (running.store, relay), self.control(running) if self.control else None,
        )  # fmt: skip


def _ended(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("a part of the service ended", exc_info=error)
        # A service without one of its parts would lie about its health: it ends, and is started afresh.
        signal.raise_signal(signal.SIGTERM)


async def _drain(subscription: Subscription) -> None:
    """Answer what is on its way, and leave the rest to other instances."""
    with suppress(NatsError, TimeoutError):  # the broker may be away
        async with asyncio.timeout(2):
            await subscription.drain()  # type: ignore[no-untyped-call]


async def _cancel(tasks: list["asyncio.Task[None]"]) -> None:
    """Asked again until it is done: `asyncio.wait_for` loses a cancellation that meets an answer (Python 3.11)."""
    while waiting := [task for task in tasks if not task.done()]:
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting, timeout=_ASKED_AGAIN)
    await asyncio.gather(*tasks, return_exceptions=True)
