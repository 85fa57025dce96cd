"""Proof that a request comes from the firm's own pages, where a browser would send the cookie by itself (ASVS 3.5)."""

from urllib.parse import urlsplit

from services.gateway.http.call import Call
from services.gateway.http.problems import Csrf

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def check_header(call: Call) -> None:
    """A page of another site cannot send this header without asking first, and we never allow it (no CORS)."""
    if call.headers.get(b"x-dossier-csrf") != b"1":
        raise Csrf


def check_origin(call: Call) -> None:
    """Where the browser says which page asks, it must be one of ours. Programs say nothing, and need not."""
    if call.headers.get(b"sec-fetch-site", b"none") not in (b"same-origin", b"none"):
        raise Csrf
    origin = call.headers.get(b"origin")
    # Only host and port are compared: behind a TLS proxy the scheme seen here is not the browser's.
    if origin is not None and _netloc(origin) != call.headers.get(b"host", b"").lower():
        raise Csrf


def _netloc(origin: bytes) -> bytes:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return b""
