"""Two gateways of one firm: what one knows of sessions, the other knows too."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import orjson
import pytest
from nats.aio.msg import Msg

from services.gateway.app import Gateway
from shared.problems import SignInRequired
from shared.settings import Settings
from tests.broker import NatsServer, connected
from tests.gateway.conftest import MEMBER, TOKEN, Played, client_of, running
from tests.waiting import eventually


@dataclass
class Pair:
    """Two gateways, and a program with the same token before each."""

    one: Gateway
    other: Gateway
    at_one: httpx.AsyncClient
    at_other: httpx.AsyncClient


@pytest.fixture
async def pair(settings: Settings, played: Played) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        one = await running(stack, settings.model_copy(update={"instance": "gateway"}))
        other = await running(stack, settings.model_copy(update={"instance": "gateway-2"}))
        at_one = client_of(one, Authorization=f"Bearer {TOKEN}")
        at_other = client_of(other, Authorization=f"Bearer {TOKEN}")
        async with at_one, at_other:
            yield Pair(one, other, at_one, at_other)


async def test_ready_names_the_instances_and_counts_what_is_said_by_who_is_at_work(
    played: Played, pair: Pair, nats_server: NatsServer
) -> None:
    other = await connected(nats_server.url)
    for connection, name, works in ((played.connection, "files", ["projections"]), (other, "files-2", [])):
        state = {"instance": name, "works": works, "ready": bool(works), "parked": len(works)}
        said = orjson.dumps(state | {"lag": {"relay": 0, "projections": 7 if works else 900}})
        await connection.subscribe("health.gateway", cb=partial(_respond, said))
        await connection.flush()

    service: dict[str, Any] = (await pair.at_one.get("/health/ready")).json()["services"]["gateway"]
    assert [instance["instance"] for instance in service["instances"]] == ["files", "files-2"]
    assert (service["ready"], service["parked"], service["lag"]) == (True, 1, {"relay": 0, "projections": 7})
    await other.close()


async def _respond(said: bytes, message: Msg) -> None:
    await message.respond(said)


async def test_a_query_at_one_knows_of_the_write_at_the_other(played: Played, pair: Pair) -> None:
    await played.answer("cmd.gateway.MakeBox", (201, {}, {"Dossier-Position": "boxes=3"}))
    await played.answer("qry.gateway.ListBoxes", [])
    await pair.at_one.post("/api/v1/boxes", json={"label": "x"})

    async def known() -> bool:
        await pair.at_other.get("/api/v1/boxes")
        return played.of("qry.gateway.ListBoxes")[-1].context.position == "boxes=3"

    await eventually(known, 1)


@pytest.mark.parametrize("kind", ["session", "member"])
async def test_what_ends_at_one_ends_at_the_other_within_a_second(played: Played, pair: Pair, kind: str) -> None:
    session = played.open_session()
    over: list[bool] = []
    for gateway in (pair.one, pair.other):
        gateway.sessions.watch(await gateway.sessions.find(TOKEN), lambda: over.append(True))
    played.sessions.clear()
    if kind == "session":
        await pair.one.sessions._ended(session["session_id"])
    else:
        await pair.one.sessions._ended_member(str(MEMBER))

    await eventually(lambda: len(over) == 2, 1)
    with pytest.raises(SignInRequired):
        await pair.other.sessions.find(TOKEN)


async def test_a_session_that_is_used_at_one_is_not_idle_at_the_other(played: Played, pair: Pair) -> None:
    for gateway in (pair.one, pair.other):
        await gateway.sessions.find(TOKEN)
    (here,), (there,) = (list(gateway.sessions._known.values()) for gateway in (pair.one, pair.other))
    there.seen -= pair.other.sessions._idle
    here.shared = float("-inf")
    await pair.one.sessions.find(TOKEN)
    await eventually(lambda: pair.other.sessions.alive(there), 1)


async def test_a_session_that_ended_while_the_broker_was_away_is_found_ended_when_it_is_back(
    played: Played, pair: Pair
) -> None:
    played.open_session()
    over: list[bool] = []
    pair.other.sessions.watch(await pair.other.sessions.find(TOKEN), lambda: over.append(True))
    played.sessions.clear()
    await pair.other.peers.returned()
    await eventually(lambda: over, 1)
