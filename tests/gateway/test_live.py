"""Live updates over real sockets: what changed, only for those who may see it, until the session ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest

from services.gateway.app import Gateway
from services.gateway.http import live
from tests.gateway.conftest import MEMBER, TOKEN, Played
from tests.waiting import eventually

AUTH = {"Authorization": f"Bearer {TOKEN}"}


class Events:
    """What a stream sends, read as a browser reads it."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> dict[str, str]:
        """The next event; comments and `retry` are stepped over. An empty one at the stream's end."""
        event: dict[str, str] = {}
        async with asyncio.timeout(10):
            async for line in self._lines:
                name, _, value = line.partition(":")
                if name in ("id", "event", "data"):
                    event[name] = value.strip()
                if not line and event:
                    return event
        return {}


@asynccontextmanager
async def listening(address: str, **headers: str) -> AsyncIterator[Events]:
    async with (
        httpx.AsyncClient(timeout=20) as client,
        client.stream("GET", f"{address}/api/v1/live", headers=AUTH | headers) as response,
    ):
        yield Events(response)


@pytest.fixture
def rights(gateway: Gateway) -> set[str]:
    """Accounts that the member may see at this moment."""
    seen = {"a1", "a2"}

    async def hears(member_id: str, audience: Any) -> bool:
        return member_id == str(MEMBER) and bool(seen & set(audience["scopes"]))

    gateway.live._hears = hears
    return seen


async def changed(played: Played, number: int, scope: str = "a1") -> None:
    event = {
        "topic": "accounts.account.renamed",
        "account_id": scope,
        "position": f"accounts={number}",
        "audience": {"scopes": [scope]},
    }
    await played.connection.publish(f"live.{scope}", orjson.dumps(event))
    await played.connection.flush()


@pytest.mark.rows("X-11")
async def test_a_change_is_told_to_who_may_see_it_and_its_audience_to_nobody(
    played: Played, gateway: Gateway, served: str, rights: set[str]
) -> None:
    gateway.progress.advance({"accounts": 100})
    async with listening(served) as events:
        assert events.response.headers["content-type"] == "text/event-stream"
        await eventually(lambda: gateway.live._streams)
        await changed(played, 1, "secret")
        await changed(played, 2, "a1")
        event = await events.next()
        assert event["id"] == "accounts=2"
        assert json.loads(event["data"]) == {
            "topic": "accounts.account.renamed",
            "account_id": "a1",
            "position": "accounts=2",
        }
        rights.discard("a1")
        await changed(played, 3, "a1")
        await changed(played, 4, "a2")
        assert (await events.next())["id"] == "accounts=4"


async def test_a_stream_that_was_cut_goes_on_where_it_was(
    played: Played, gateway: Gateway, served: str, rights: set[str]
) -> None:
    gateway.progress.advance({"accounts": 100})
    for number in range(1, 6):
        await changed(played, number, "secret" if number == 4 else "a1")
    await eventually(lambda: len(gateway.live._recent) == 5)

    async with listening(served, **{"Last-Event-ID": "accounts=2"}) as events:
        assert [(await events.next())["id"] for _ in range(2)] == ["accounts=3", "accounts=5"]
    async with listening(served, **{"Last-Event-ID": "accounts=77"}) as events:
        assert (await events.next())["event"] == "resync"


async def test_a_stream_ends_when_its_session_does(
    played: Played, gateway: Gateway, served: str, rights: set[str]
) -> None:
    session = played.open_session()
    async with listening(served) as events:
        await eventually(lambda: gateway.live._streams)
        gateway.sessions.end(session["session_id"])
        assert (await events.next())["event"] == "signed-out"
        assert await events.next() == {}
    await eventually(lambda: not gateway.live._streams)


async def test_a_stream_whose_reader_left_is_forgotten(gateway: Gateway, served: str, rights: set[str]) -> None:
    async with listening(served):
        await eventually(lambda: gateway.live._streams)
    await eventually(lambda: not gateway.live._streams)


async def test_a_session_has_five_streams_at_most(gateway: Gateway, served: str, rights: set[str]) -> None:
    from contextlib import AsyncExitStack

    async with AsyncExitStack() as stack:
        for _ in range(live.MOST):
            await stack.enter_async_context(listening(served))
        await eventually(lambda: len(gateway.live._streams) == live.MOST)
        async with listening(served) as events:
            assert events.response.status_code == 429
            await events.response.aread()
            assert events.response.json()["code"] == "too-many-streams"


async def test_a_reader_that_is_too_slow_is_let_go(gateway: Gateway) -> None:
    stream, _, _ = gateway.live.join(str(MEMBER), None)
    for number in range(live.QUEUE + 1):
        stream.push(live.Change(f"accounts={number}", {"scopes": []}, b""))

    assert stream.farewell == b""
    assert stream.queue.qsize() == 1


async def test_a_silent_stream_has_a_heartbeat_and_ends_with_an_idle_session(
    gateway: Gateway, served: str, rights: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.02)
    async with listening(served) as events:
        seen: list[str] = []
        async for line in events.response.aiter_lines():
            seen.append(line)
            if seen.count(": beat") == 2:
                monkeypatch.setattr(gateway.sessions, "_idle", 0.0)
        assert "event: signed-out" in seen


async def test_an_event_that_cannot_be_read_is_stepped_over(
    played: Played, gateway: Gateway, served: str, rights: set[str]
) -> None:
    gateway.progress.advance({"accounts": 100})
    async with listening(served) as events:
        await eventually(lambda: gateway.live._streams)
        for nonsense in (b"", b"[]", b"{}", b'{"position":"x","audience":{}}'):
            await played.connection.publish("live.x", nonsense)
        await changed(played, 9)
        assert (await events.next())["id"] == "accounts=9"
