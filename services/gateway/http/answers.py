"""Answers as ASGI applications: status, headers and bytes, sent without another copy."""

from collections.abc import Iterable

import orjson
from litestar.types import Receive, Scope, Send

Header = tuple[bytes, bytes]

GUARDS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
"""On every answer (ASVS 3.4.4 to 3.4.6)."""

API: tuple[Header, ...] = (
    *GUARDS,
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""On every answer that is data: it belongs to one caller and is never a page."""

JSON = b"application/json"
PROBLEM = b"application/problem+json"


class Answer:
    """An answer that is whole in memory. A HEAD request gets its headers only."""

    __slots__ = ("body", "headers", "status")

    def __init__(
        self,
        status: int,
        body: bytes,
        media_type: bytes = JSON,
        extra: Iterable[Header] = (),
        guards: Iterable[Header] = API,
    ) -> None:
        self.status, self.body = status, body
        self.headers = [*guards, *extra, (b"content-length", str(len(body)).encode())]
        if body:
            self.headers.append((b"content-type", media_type))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b"" if scope.get("method") == "HEAD" else self.body
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def as_json(value: object, status: int = 200, extra: Iterable[Header] = ()) -> Answer:
    """A small answer of our own."""
    return Answer(status, orjson.dumps(value), extra=extra)
