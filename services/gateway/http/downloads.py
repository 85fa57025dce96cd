"""The content of a document: streamed, saved and never shown in place, resumable. Opening one is recorded."""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from litestar.types import HTTPScope, Receive, Send

from services.gateway.http.answers import GUARDS, Answer, Header
from services.gateway.http.call import Call
from services.gateway.http.door import Door, passed_on
from services.gateway.http.forwarding import parameters
from services.gateway.http.names import attachment
from services.gateway.http.problems import ContentMissing
from services.gateway.http.ranges import Wanted, wanted
from services.gateway.http.upstream import Reply
from shared.blobs import Missing

OPEN = "cmd.files.OpenDocument"
DESCRIBE = "qry.files.DescribeContent"
_POLICY: tuple[Header, ...] = (
    *GUARDS,
    (b"cache-control", b"private, no-cache"),
    (b"content-security-policy", b"sandbox; default-src 'none'"),
)
"""Whatever a file holds, nothing in it runs (ASVS 3.4.3, 5.4); only its reader's own browser may keep it."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Content:
    """What the files service says of a document's present version."""

    name: str
    media_type: str
    size: int
    sha256: str
    blob: str

    @classmethod
    def of(cls, reply: Reply) -> "Content":
        said: Any = reply.json()
        return cls(said["name"], said["media_type"], said["size"], said["sha256"], said["blob"])

    @property
    def etag(self) -> bytes:
        return f'"{self.sha256}"'.encode()

    def headers(self) -> list[Header]:
        digest = base64.b64encode(bytes.fromhex(self.sha256)).decode()
        return [
            *_POLICY,
            (b"etag", self.etag),
            (b"accept-ranges", b"bytes"),
            (b"content-disposition", attachment(self.name).encode()),
            (b"repr-digest", f"sha-256=:{digest}:".encode()),
        ]


class Download:
    """`GET /documents/{document_id}/content`. HEAD, revalidation and the later parts of a download record nothing."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        call = Call.of(scope)
        context = await self._door.admit(call, "GET", scope["path_params"]["document_id"])
        # To open is a command, but to the caller this is a GET: nothing is repeated, and no version of ours is meant.
        context = context.evolve(idempotency_key=None, if_match=None)
        asked = wanted(call.headers.get(b"range")) if scope["method"] == "GET" else None
        known = call.headers.get(b"if-none-match")
        opens = scope["method"] == "GET" and known is None and (asked is None or asked.from_start)
        where = parameters(scope)
        reply = await self._door.writes.ask(OPEN if opens else DESCRIBE, context, params=where)
        if not reply.refused and known is not None and not _matches(known, Content.of(reply)):
            reply = await self._door.writes.ask(OPEN, context, params=where)
        if reply.refused:
            await passed_on(call, reply)(scope, receive, send)
            return
        await self._send(call, reply, asked, scope, receive, send)

    async def _send(
        self, call: Call, reply: Reply, asked: Wanted | None, scope: HTTPScope, receive: Receive, send: Send
    ) -> None:
        content = Content.of(reply)
        headers = [*content.headers(), (b"x-request-id", call.id.encode())]
        if position := reply.headers.get("Dossier-Position"):
            headers.append((b"dossier-position", position.encode()))
        known = call.headers.get(b"if-none-match")
        if known is not None and _matches(known, content):
            await Answer(304, b"", guards=headers)(scope, receive, send)
            return
        start, end, status = _part(call, content, asked)
        if status == 206:
            headers.append((b"content-range", f"bytes {start}-{end - 1}/{content.size}".encode()))
        else:
            headers.append((b"content-digest", dict(headers)[b"repr-digest"]))
        headers.append((b"content-type", content.media_type.encode()))
        headers.append((b"content-length", str(end - start).encode()))
        if scope["method"] == "HEAD":
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        stream = await self._open(call, content, start, end)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await _pour(stream, receive, send)

    async def _open(self, call: Call, content: Content, start: int, end: int) -> AsyncIterator[bytes]:
        try:
            return await self._door.blobs.read(content.blob, start, None if end == content.size else end)
        except Missing:
            log.error("a document's bytes are missing", extra={"request": call.id, "blob": content.blob})
            raise ContentMissing from None


def _matches(header: bytes, content: Content) -> bool:
    tags = [tag.strip().removeprefix(b"W/") for tag in header.split(b",")]
    return content.etag in tags or b"*" in tags


def _part(call: Call, content: Content, asked: Wanted | None) -> tuple[int, int, int]:
    """Start, end and status. With `If-Range`, a range of another version becomes the whole of this one."""
    condition = call.headers.get(b"if-range")
    if asked is None or (condition is not None and condition != content.etag):
        return 0, content.size, 200
    return *asked.within(content.size), 206


async def _pour(stream: AsyncIterator[bytes], receive: Receive, send: Send) -> None:
    """Send until the end or until the reader has gone; `send` waits for a slow reader."""
    gone = asyncio.ensure_future(until_gone(receive))
    try:
        async for chunk in stream:
            if gone.done():
                return
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()


async def until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
