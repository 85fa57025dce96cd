"""The stream of what changes, read as a browser reads it."""

import json
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

import httpx

Change = dict[str, Any]
PATIENCE = 20.0  # seconds


class Live:
    """`with client.live() as live:` listens; changes wait in the connection until `until` reads them."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._http = httpx.Client(timeout=PATIENCE)
        self._response = self._http.stream("GET", url, headers=headers)
        self._changes: Iterator[Change | None] = iter(())

    def __enter__(self) -> Self:
        response = self._response.__enter__()
        assert response.status_code == 200, response.read()
        lines = response.iter_lines()
        for line in lines:
            if line == ": connected":
                break
        self._changes = _changes(lines)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._response.__exit__(kind, error, trace)
        self._http.close()

    def until(self, wanted: Callable[[Change], bool]) -> list[Change]:
        """Everything up to the first change that is wanted, that one included."""
        deadline = time.monotonic() + PATIENCE
        seen: list[Change] = []
        for change in self._changes:
            if change is not None:
                seen.append(change)
                if wanted(change):
                    return seen
            assert time.monotonic() < deadline, f"only these came: {seen}"
        raise AssertionError(f"the stream ended after {seen}")


def _changes(lines: Iterator[str]) -> Iterator[Change | None]:
    """What changed; None for a sign of life."""
    event: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name in ("id", "event", "data"):
            event[name] = value.strip()
        if not line and event:
            yield json.loads(event.get("data") or "{}") | {"event": event.get("event", "message")}
            event = {}
        elif line.startswith(":"):
            yield None
