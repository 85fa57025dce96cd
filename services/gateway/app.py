"""The gateway put together: its copy of sessions and rights, the way to the services, the HTTP server."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from importlib import import_module
from typing import Any, cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from litestar import Litestar
from litestar.types import ASGIApp

from services.firm.contract import Access, RightsCopy
from services.gateway.http.bodies import Courteous
from services.gateway.http.door import Door
from services.gateway.http.listening import LeavingServer
from services.gateway.http.live import Hub
from services.gateway.http.measured import measured
from services.gateway.http.peers import Peers
from services.gateway.http.routes import application
from services.gateway.http.sessions import Sessions
from services.gateway.http.upstream import Upstream
from shared.blobs import Blobs
from shared.broker import PASSING, QuickClient, options
from shared.control.verbs import serve_operator
from shared.lease import Lease
from shared.messages import Message, declared
from shared.position import Progress
from shared.process import heartbeat, until_stopped
from shared.readstore import open_store
from shared.readstore.interface import ReadStore
from shared.runner import Projection, Runner
from shared.settings import Settings

NAME = "gateway"
SERVICES = ("firm", "contacts", "accounts", "interactions", "files", "notifications", "dossier")
"""Whose messages are served, and who must answer before the gateway calls itself ready."""

_GRACE = 8.0  # seconds given to requests under way when the process is asked to stop
_LINGER = 1.0  # seconds in which callers that have just asked may ask once more over the same connection
_HEAD_START = 1.0  # seconds to reach the broker before the first request is accepted, whether it is reached or not
_LOOK = 0.25  # seconds between looks whether they are done
_AGAIN = 0.5  # seconds before a read store that is away is tried again
_BACKLOG = 1024
log = logging.getLogger(__name__)


class NoKeys:
    """The gateway is entitled to nobody's key: personal parts of the events that it reads stay closed to it."""

    async def ensure(self, subjects: Iterable[str], *, create: bool) -> None:
        return

    def cipher(self, subject: str) -> AESGCM | None:
        return None


class Gateway:
    """One process that serves HTTP. It answers from the first moment, with 503 for what is not there yet."""

    def __init__(self, settings: Settings, services: tuple[str, ...], messages: list[type[Message]]) -> None:
        self.settings = settings
        self.upstream = Upstream()
        self.peers = Peers()
        self.sessions = Sessions(self.upstream, settings.session_idle_minutes, self.peers)
        self.projections = cast("list[Projection]", [self.sessions.copy, RightsCopy()])
        self.progress = Progress({service: 0 for part in self.projections for service in part.services})
        self.live = Hub(self.sessions, self.progress)
        self.door = Door(settings, self.upstream, self.sessions, self.progress, Blobs.of(settings), self.live)
        self.application: Litestar = application(self.door, messages, services)
        self.outside = Courteous(measured(cast("ASGIApp", self.application)))
        self._reached = asyncio.Event()
        self._server: LeavingServer | None = None

    @property
    def ready(self) -> bool:
        """Whether requests arrive here and can be passed on."""
        return self.upstream.connected and self._server is not None and self._server.listens

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT; then end the streams and let requests under way finish."""
        beating = heartbeat(self.settings.heartbeat, lambda: self.ready)
        async with beating, AsyncExitStack() as stack:
            stopped = asyncio.create_task(until_stopped())
            working = asyncio.create_task(self.connect(stack))
            await self._head_start(stopped, working)
            server = self._server = self.server()
            serving = asyncio.create_task(server.serve())
            ended, _ = await asyncio.wait({stopped, serving, working}, return_when=asyncio.FIRST_COMPLETED)
            self.live.close()
            await self._leave(server)
            server.stop()  # type: ignore[no-untyped-call]
            await self._finish(serving)
            for task in (stopped, working):
                task.cancel()
            await asyncio.gather(stopped, working, return_exceptions=True)
            for task in ended - {stopped}:
                task.result()  # a part that failed ends the process: the supervisor starts it afresh

    async def _head_start(self, *others: "asyncio.Task[Any]") -> None:
        """Beside another gateway, nobody is to meet one that has not yet reached the broker."""
        reached = asyncio.create_task(self._reached.wait())
        await asyncio.wait({reached, *others}, timeout=_HEAD_START, return_when=asyncio.FIRST_COMPLETED)
        reached.cancel()

    async def _leave(self, server: LeavingServer) -> None:
        """Have those who are just asking go elsewhere with their next request."""
        self.outside.leaving = True
        server.leave()
        if time.monotonic() - self.outside.asked < _LINGER:
            await asyncio.sleep(_LINGER)

    async def _finish(self, serving: "asyncio.Task[None]") -> None:
        """Wait for the requests under way; not for connections that have not asked anything yet."""
        for _ in range(round(_GRACE / _LOOK)):
            await asyncio.wait({serving}, timeout=_LOOK)
            if serving.done() or not self.outside.busy:
                return

    def server(self) -> LeavingServer:
        """The HTTP server, inside this process: one hop less than a process of its own (docs/performance.md)."""
        return LeavingServer(
            self.outside,
            address=self.settings.host,
            port=self.settings.port,
            interface=Interfaces.ASGINL,
            websockets=False,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=131_072),
            backlog=_BACKLOG,
            log_enabled=False,
        )

    async def _declare(self, store: ReadStore) -> None:
        """Have places for what is followed, once the store is there."""
        while True:
            try:
                return await store.declare(*(c for part in self.projections for c in part.collections))
            except PASSING as error:
                log.warning("the read store is not there yet: %s", error)
            await asyncio.sleep(_AGAIN)

    async def connect(self, stack: AsyncExitStack) -> None:
        """Reach the broker, however long that takes, and follow the events; ends only by an error."""
        store = open_store(self.settings, NAME, "read")
        stack.push_async_callback(store.close)
        await self._declare(store)
        self.sessions.open(store)
        closed = asyncio.Event()
        told: dict[str, Any] = {"disconnected_cb": self.upstream.lost, "closed_cb": _tell(closed)}
        told |= {"reconnected_cb": self.peers.returned, "no_echo": True}
        told |= {"skip_subject_validation": True}  # every subject is made here, none of what a caller sent
        connection = QuickClient()
        await connection.connect(**options(self.settings, NAME) | told)
        stack.push_async_callback(connection.close)
        await self.live.open(connection, Access(store).hears)
        await self.peers.open(connection)
        await self.upstream.open(connection)
        self._reached.set()
        lease = Lease(connection, NAME, "projections", self.settings.instance)
        runner = Runner("projections", store, connection, NoKeys(), self.projections, self.progress, lease)
        await serve_operator(NAME, self.settings, connection, [runner], self.progress, lambda: self.ready)
        async with asyncio.TaskGroup() as parts:
            parts.create_task(runner.run())
            parts.create_task(self.upstream.watch())
            parts.create_task(_fail_when(closed))


def _tell(closed: asyncio.Event) -> Callable[[], Coroutine[Any, Any, None]]:
    async def tell() -> None:
        closed.set()

    return tell


async def _fail_when(closed: asyncio.Event) -> None:
    await closed.wait()
    raise ConnectionError("the connection to the broker is closed for good")


def build(settings: Settings) -> Gateway:
    """The gateway, ready to `run`; nothing connects before."""
    for service in SERVICES:
        import_module(f"services.{service}.contract")
    return Gateway(settings, SERVICES, [message for message in declared() if message.service() in SERVICES])
