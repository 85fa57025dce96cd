"""HTTP/1.1 with as little work as possible, so that what is measured is the firm and not who asks."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, cast

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `position` is its header `Dossier-Position`, empty without one."""

    status: int
    position: str
    body: bytes

    def json(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read


class Connection(asyncio.Protocol):
    """One connection that is kept open and carries one request at a time."""

    def __init__(self) -> None:
        self._received = b""
        self._answer: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def to(cls, port: int) -> "Connection":
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = _header(head, b"content-length") if found else b""
        if self._answer is None or not found or len(body) < int(length or 0):
            return
        self._received = b""
        position = _header(head, b"dossier-position").decode()
        self._answer.set_result(Answer(int(head[9:12]), position, body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the firm closed the connection"))

    async def ask(self, request: bytes) -> Answer:
        """Send bytes that `request` made, wait for the whole answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _header(head: bytes, name: bytes) -> bytes:
    start = head.lower().find(b"\r\n" + name + b":")
    if start < 0:
        return b""
    start += len(name) + 3
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else None].strip()


@dataclass(frozen=True)
class Caller:
    """Somebody signed in: makes the bytes of their requests."""

    port: int
    token: str = ""

    def request(self, method: str, path: str, body: Any = None, position: str = "") -> bytes:
        """The bytes of a request; `body` is JSON, or already its bytes."""
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        base = "" if path.startswith("/health") else API
        lines = [f"{method} {base}{path} HTTP/1.1", "Host: localhost"]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        if position:
            lines.append(f"Dossier-Position: {position}")
        if content:
            lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        return "\r\n".join([*lines, "", ""]).encode() + content

    async def once(self, method: str, path: str, body: Any = None, position: str = "") -> Answer:
        """One request over a connection of its own; raises if it is refused."""
        connection = await Connection.to(self.port)
        try:
            answer = await connection.ask(self.request(method, path, body, position))
        finally:
            connection.close()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.body[:500]!r}")
        return answer
