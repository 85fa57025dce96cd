"""Reading what is sent, within limits of size and time."""

import asyncio
import time
from collections.abc import AsyncIterator

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from services.gateway.http.call import Call
from services.gateway.http.problems import IncompleteBody, MalformedRequest, TooLarge, UnsupportedMediaType

PATIENCE = 30.0
"""Seconds that a JSON body may take, and for which an upload may be silent, before the request is given up."""

_DRAIN_BYTES = 64 * 1024 * 1024
_DRAIN_SECONDS = 5.0


def announced(call: Call) -> int | None:
    """The body's length by Content-Length; 0 if there is no body, None if only its end will tell."""
    length = call.headers.get(b"content-length")
    if length is None:
        return None if b"transfer-encoding" in call.headers else 0
    try:
        return int(length)
    except ValueError:
        raise MalformedRequest from None


async def read_json(call: Call, receive: Receive, limit: int) -> bytes:
    """The bytes of a JSON body, unread; empty if there is none. Refuses other media types and more than `limit`."""
    length = announced(call)
    if length == 0:
        return b""
    if length is not None and length > limit:
        raise TooLarge(limit=limit)
    media_type = call.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if media_type != b"application/json" or call.headers.get(b"content-encoding", b"identity") != b"identity":
        raise UnsupportedMediaType(wanted="application/json")
    try:
        async with asyncio.timeout(PATIENCE):
            return await _whole(receive, limit)
    except TimeoutError:
        raise IncompleteBody from None


async def _whole(receive: Receive, limit: int) -> bytes:
    parts, size, more = [], 0, True
    while more:
        event = await receive()
        if event["type"] != "http.request":
            raise IncompleteBody
        size += len(event["body"])
        if size > limit:
            raise TooLarge(limit=limit)
        parts.append(event["body"])
        more = event.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def chunks(receive: Receive, patience: float = PATIENCE) -> AsyncIterator[bytes]:
    """The body as it comes in; `IncompleteBody` if the sender goes away or is silent for `patience` seconds."""
    while True:
        try:
            async with asyncio.timeout(patience):
                event = await receive()
        except TimeoutError:
            raise IncompleteBody from None
        if event["type"] != "http.request":
            raise IncompleteBody
        if event["body"]:
            yield event["body"]
        if not event.get("more_body"):
            return


class Courteous:
    """Lets a caller finish sending a body that was refused early, so that it gets to read why.

    A server that answers and closes while bytes are still coming resets the connection, and the answer is lost.
    `busy` is the number of requests under way.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.busy = 0
        self.asked = float("-inf")
        """When the last request came, by `time.monotonic`."""
        self.leaving = False
        """Whether each answer says that its connection is closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.busy += 1
        self.asked = time.monotonic()
        try:
            await self._serve(scope, receive, _closing(send) if self.leaving else send)
        finally:
            self.busy -= 1

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not _sends_body(scope):
            await self._app(scope, receive, send)
            return
        watched = _Watched(receive)
        await self._app(scope, watched, send)
        if not watched.finished:
            await _drain(watched)


class _Watched:
    """A `receive` that remembers whether the body was read to its end."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.finished = False

    async def __call__(self):  # type: ignore[no-untyped-def]  # the union of all ASGI events
        event = await self._receive()
        if event["type"] != "http.request" or not event.get("more_body"):
            self.finished = True
        return event


def _closing(send: Send) -> Send:
    """The same, with word to the caller that the next request needs a new connection."""

    async def told(event):  # type: ignore[no-untyped-def]  # the union of all ASGI events
        if event["type"] == "http.response.start":
            event = {**event, "headers": [*event["headers"], (b"connection", b"close")]}
        await send(event)

    return told


def _sends_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


async def _drain(watched: _Watched) -> None:
    size = 0
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            while not watched.finished and size < _DRAIN_BYTES:
                event = await watched()
                size += len(event.get("body", b""))
    except TimeoutError:
        return  # it had its chance: the connection is closed
