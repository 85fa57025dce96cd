"""Live updates: one subscription at the broker, fanned out; each event is checked against each reader's rights."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from litestar.types import HTTPScope, Receive, Send
from nats.aio.client import Client
from nats.aio.msg import Msg

from services.gateway.http.answers import GUARDS, Header
from services.gateway.http.call import Call
from services.gateway.http.downloads import until_gone
from services.gateway.http.problems import TooManyStreams
from services.gateway.http.sessions import Session, Sessions
from shared.position import InvalidPosition, Position, Progress
from shared.problems import NotCaughtUp

SUBJECT = "live.>"
KEPT = 1_000
HEARTBEAT = 15.0  # seconds; proxies close what is silent for longer
MOST = 5  # streams of one session
QUEUE = 256  # events that a slow reader may be behind before its stream is closed

_HEADERS: list[Header] = [*GUARDS, (b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
_HELLO = b"retry: 2000\n: connected\n\n"
_RESYNC = b"event: resync\ndata: {}\n\n"
_SIGNED_OUT = b"event: signed-out\ndata: {}\n\n"
_BEAT = b": beat\n\n"
log = logging.getLogger(__name__)
Hears = Callable[[str, Any], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed, ready to be sent, and who may be told."""

    position: str
    audience: Any
    frame: bytes


@dataclass(slots=True, eq=False)
class Stream:
    """One reader. `over` says why no more is sent: None while it goes on."""

    member_id: str
    queue: asyncio.Queue[Change | None] = field(default_factory=lambda: asyncio.Queue(QUEUE + 1))
    farewell: bytes | None = None

    def push(self, change: Change) -> None:
        if self.queue.qsize() >= QUEUE:
            self.close(b"")  # it reconnects and is told what it missed, or to read everything afresh
        elif self.farewell is None:
            self.queue.put_nowait(change)

    def close(self, farewell: bytes) -> None:
        """Send nothing more that waits; wake the sender."""
        if self.farewell is None:
            self.farewell = farewell
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(None)


class Hub:
    """All streams of this gateway, and the last thousand changes for those who were away for a moment."""

    def __init__(self, sessions: Sessions, progress: Progress) -> None:
        self.sessions = sessions
        self._progress = progress
        self._hears: Hears | None = None
        self._recent: deque[Change] = deque(maxlen=KEPT)
        self._streams: set[Stream] = set()
        self._closed = False

    async def open(self, connection: Client, hears: Hears) -> None:
        """Begin to listen. `hears(member, audience)` decides on the rights as they are at that moment."""
        self._hears = hears
        await connection.subscribe(SUBJECT, cb=self._heard)

    def close(self) -> None:
        """End all streams: the process stops, the readers come back to the next one."""
        self._closed = True
        for stream in list(self._streams):
            stream.close(b"")

    def join(self, member_id: str, last: str | None) -> tuple[Stream, bytes, Iterable[Change]]:
        """A new stream, with what to say first and what it missed since the event `last`."""
        stream = Stream(member_id)
        if self._closed:
            stream.close(b"")
        self._streams.add(stream)
        missed = self._since(last) if last else []
        return stream, _HELLO + (_RESYNC if missed is None else b""), missed or []

    def leave(self, stream: Stream) -> None:
        self._streams.discard(stream)

    async def may_tell(self, stream: Stream, change: Change) -> bool:
        return self._hears is not None and await self._hears(stream.member_id, change.audience)

    def _since(self, last: str) -> list[Change] | None:
        """The changes after one; None if it is no longer (or never was) known."""
        recent = list(self._recent)
        for index in range(len(recent) - 1, -1, -1):
            if recent[index].position == last:
                return recent[index + 1 :]
        return None

    async def _heard(self, message: Msg) -> None:
        try:
            change = _change(message.data)
            # The event may itself give or take a right: our copy must hold it before anyone is told.
            await self._progress.wait(Position.parse(change.position))
        except (ValueError, KeyError, InvalidPosition):
            log.exception("a live event cannot be read")
            return
        except NotCaughtUp:
            log.warning("the copy of the rights is behind a live event")
        self._recent.append(change)
        for stream in list(self._streams):
            stream.push(change)


def _change(data: bytes) -> Change:
    event = orjson.loads(data)
    audience = event.pop("audience")
    position = str(event["position"])
    return Change(position, audience, f"id: {position}\ndata: ".encode() + orjson.dumps(event) + b"\n\n")


class Live:
    """`GET /live`: server-sent events. `Last-Event-ID` continues a stream that was cut."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        call = Call.of(scope)
        session, _ = await self._hub.sessions.admit(call, "GET")
        if self._hub.sessions.watched(session) >= MOST:
            raise TooManyStreams(limit=MOST)
        last = call.headers.get(b"last-event-id", b"").decode("latin-1")
        stream, hello, missed = self._hub.join(str(session.member_id), last)
        forget = self._hub.sessions.watch(session, lambda: stream.close(_SIGNED_OUT))
        gone = asyncio.ensure_future(until_gone(receive))
        gone.add_done_callback(lambda _: stream.close(b""))
        try:
            headers = [*_HEADERS, (b"x-request-id", call.id.encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": hello, "more_body": True})
            async for frame in self._frames(stream, session, missed):
                await send({"type": "http.response.body", "body": frame, "more_body": True})
            await send({"type": "http.response.body", "body": stream.farewell or b"", "more_body": False})
        finally:
            gone.cancel()
            forget()
            self._hub.leave(stream)

    async def _frames(self, stream: Stream, session: Session, missed: Iterable[Change]) -> AsyncIterator[bytes]:
        for change in missed:
            if stream.farewell is None and await self._hub.may_tell(stream, change):
                yield change.frame
        while stream.farewell is None:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    waiting = await stream.queue.get()
            except TimeoutError:
                if not self._hub.sessions.alive(session):
                    stream.close(_SIGNED_OUT)
                yield _BEAT
                continue
            if waiting is not None and await self._hub.may_tell(stream, waiting):
                yield waiting.frame
