"""What passes through the door: who asks, what is asked, what comes back."""

import asyncio

import httpx
import pytest

from services.gateway.app import Gateway
from tests.broker import NatsServer, connected
from tests.gateway.conftest import MEMBER, Played, client_of
from tests.waiting import eventually

BOX = "0193a2b4-0000-7000-8000-0000000000aa"


async def test_a_command_carries_the_body_untouched_and_answers_with_the_reply(
    played: Played, member: httpx.AsyncClient
) -> None:
    await played.answer(
        "cmd.gateway.MakeBox",
        (201, b'{"id": "x" }', {"Location": "/api/v1/boxes/x", "Dossier-Position": "boxes=3", "ETag": '"1"'}),
    )

    answer = await member.post(
        "/api/v1/boxes",
        content=b' {"label": "\xc3\xa9"}',
        headers={"Content-Type": "application/json", "Idempotency-Key": "k-1", "X-Request-Id": "me-1"},
    )

    assert (answer.status_code, answer.content) == (201, b'{"id": "x" }')
    assert answer.headers["location"] == "/api/v1/boxes/x"
    assert answer.headers["dossier-position"] == "boxes=3"
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["x-request-id"] == "me-1"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    asked = played.of("cmd.gateway.MakeBox")[0]
    assert asked.body == b' {"label": "\xc3\xa9"}'
    assert (asked.context.kind, asked.context.id) == ("member", MEMBER)
    assert (asked.context.idempotency_key, asked.context.request) == ("k-1", "me-1")
    assert asked.context.address == "192.0.2.7"
    assert asked.context.session


async def test_path_and_query_arrive_as_texts_and_a_repeated_name_as_a_list(
    played: Played, member: httpx.AsyncClient
) -> None:
    await played.answer("qry.gateway.ListBoxes", [])

    answer = await member.get("/api/v1/boxes?tag=b&limit=5&tag=%C3%A9&empty=")

    assert answer.json() == []
    assert played.of("qry.gateway.ListBoxes")[0].params == {"tag": ["b", "é"], "limit": "5", "empty": ""}


async def test_the_version_to_match_speaks_of_the_first_id_in_the_path(
    played: Played, member: httpx.AsyncClient
) -> None:
    await played.answer("cmd.gateway.RenameBox", {})

    await member.put(f"/api/v1/boxes/{BOX}/label", json={"label": "a"}, headers={"If-Match": '"12"'})
    await member.put(f"/api/v1/boxes/{BOX}/label", json={"label": "a"}, headers={"If-Match": "*"})

    first, second = (asked.context for asked in played.of("cmd.gateway.RenameBox"))
    assert (first.if_match, str(first.target)) == (12, BOX)
    assert (second.if_match, second.target) == (None, None)


async def test_head_answers_like_get_without_the_body(played: Played, member: httpx.AsyncClient) -> None:
    await played.answer("qry.gateway.ShowBox", {"id": BOX})

    answer = await member.head(f"/api/v1/boxes/{BOX}")

    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


async def test_a_body_sent_with_get_is_ignored(played: Played, member: httpx.AsyncClient) -> None:
    await played.answer("qry.gateway.ListBoxes", [])

    answer = await member.request("GET", "/api/v1/boxes", content=b"\xff not json")

    assert answer.status_code == 200
    assert played.of("qry.gateway.ListBoxes")[0].body == b""


async def test_the_position_is_passed_on(played: Played, member: httpx.AsyncClient) -> None:
    await played.answer("qry.gateway.ListBoxes", [])

    await member.get("/api/v1/boxes", headers={"Dossier-Position": "firm=3;accounts=7;firm=4"})

    assert played.of("qry.gateway.ListBoxes")[0].context.position == "accounts=7;firm=4"


async def test_a_service_that_is_not_there_is_503_at_once(member: httpx.AsyncClient) -> None:
    answer = await member.get("/api/v1/boxes")

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_service_that_thinks_too_long_is_503(
    played: Played, member: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.gateway.http.upstream.PATIENCE", 0.05)
    await played.answer("qry.gateway.ListBoxes", lambda _: None)

    assert (await member.get("/api/v1/boxes")).json()["code"] == "unavailable"


async def test_an_answer_without_a_status_is_503_and_not_a_crash(played: Played, member: httpx.AsyncClient) -> None:
    await played.answer("qry.gateway.ListBoxes", (200, [], {"Dossier-Status": "many"}))

    assert (await member.get("/api/v1/boxes")).status_code == 503


async def test_whoever_waits_is_told_when_the_broker_dies(
    own_broker: NatsServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from contextlib import AsyncExitStack

    from shared.settings import Settings
    from tests.gateway.conftest import running

    settings = Settings(nats_url=own_broker.url, data=tmp_path_factory.mktemp("gateway"))
    services = Played(await connected(own_broker.url, max_reconnect_attempts=-1, reconnect_time_wait=0.05))
    services.open_session()
    await services.answer("qry.firm.FindSession", services.find_session)
    await services.answer("qry.gateway.ListBoxes", lambda _: None)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(services.connection.close)
        gateway = await running(stack, settings)
        async with client_of(gateway, Authorization="Bearer token-of-the-member-00001") as client:
            waiting = asyncio.create_task(client.get("/api/v1/boxes"))
            await eventually(lambda: services.of("qry.gateway.ListBoxes"))
            own_broker.pause()
            try:
                assert (await asyncio.wait_for(waiting, 4)).status_code == 503
                assert (await client.get("/api/v1/boxes")).status_code == 503
            finally:
                own_broker.resume()
            await eventually(lambda: gateway.upstream.connected)
            own_broker.kill()
            await eventually(lambda: not gateway.upstream.connected)
            assert (await client.get("/api/v1/boxes")).status_code == 503
            own_broker.start()
            await services.answer("qry.gateway.ListBoxes", [])

            async def back() -> bool:
                return (await client.get("/api/v1/boxes")).status_code == 200

            await eventually(back)


async def test_a_command_that_settles_waits_for_the_gateways_own_copy(
    played: Played, member: httpx.AsyncClient, gateway: Gateway
) -> None:
    await played.answer("cmd.gateway.RenameBox", (200, {}, {"Dossier-Position": "firm=9"}))

    asking = asyncio.create_task(member.put(f"/api/v1/boxes/{BOX}/label", json={"label": "a"}))
    await eventually(lambda: played.of("cmd.gateway.RenameBox"))
    assert not asking.done()
    gateway.progress.advance({"firm": 9})

    assert (await asking).status_code == 200


async def test_every_answer_is_guarded(played: Played, member: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    await played.answer("qry.gateway.ListBoxes", [])
    answers = [
        await member.get("/api/v1/boxes"),
        await stranger.get("/api/v1/boxes"),
        await stranger.get("/nothing"),
        await stranger.options("/api/v1/boxes"),
        await stranger.get("/api/v1/schema"),
        await stranger.get("/health/live"),
        await stranger.get("/"),
    ]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] in ("no-store", "no-cache")
        assert "access-control-allow-origin" not in answer.headers


async def test_the_address_in_e_mails_for_those_who_want_no_more_is_a_page(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/preferences/notifications")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "participant" in answer.text
