"""What only shows over real sockets: bodies cut off or refused half-way, slow readers, health, stopping."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from services.gateway.app import Gateway
from shared.settings import Settings
from tests.gateway.conftest import TOKEN, Played
from tests.gateway.test_uploads import FOLDER, blobs, part
from tests.waiting import eventually

AUTH = f"Authorization: Bearer {TOKEN}\r\n"
HEAD = f"Host: firm.example\r\n{AUTH}"


async def opened(served: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(served.rpartition(":")[2]))


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    """Status and document of the next answer."""
    async with asyncio.timeout(10):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        body = await reader.readexactly(length)
    return int(head.split()[1]), orjson.loads(body) if body else {}


async def test_a_json_body_that_is_cut_off_does_nothing(played: Played, served: str) -> None:
    await played.answer("cmd.gateway.MakeBox", {})
    reader, writer = await opened(served)
    writer.write(
        f"POST /api/v1/boxes HTTP/1.1\r\n{HEAD}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{{".encode()
    )
    writer.write_eof()

    await reader.read()
    writer.close()
    assert played.of("cmd.gateway.MakeBox") == []


async def test_an_upload_that_is_cut_off_leaves_nothing(played: Played, served: str, settings: Settings) -> None:
    await played.answer("qry.files.MayPublish", {})
    await played.answer("cmd.files.PublishDocument", {})
    _, writer = await opened(served)
    form = "Content-Type: multipart/form-data; boundary=frontier\r\nContent-Length: 2000000\r\n\r\n"
    writer.write(f"POST /api/v1/folders/{FOLDER}/documents HTTP/1.1\r\n{HEAD}{form}".encode())
    writer.write(part(b"x" * 1_500_000))
    await writer.drain()
    await eventually(lambda: blobs(settings))
    writer.close()

    await eventually(lambda: not blobs(settings))
    assert played.of("cmd.files.PublishDocument") == []


async def test_a_huge_body_that_is_refused_at_once_can_still_be_sent_and_the_answer_read(served: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{served}/api/v1/boxes",
            content=b"x" * 5_000_000,
            headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        )

        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
        assert (await client.get(f"{served}/health/live")).status_code == 200


async def test_the_server_answers_413_before_the_body_has_come(served: str) -> None:
    reader, writer = await opened(served)
    writer.write(
        f"POST /api/v1/boxes HTTP/1.1\r\n{HEAD}Content-Type: application/json\r\n"
        "Content-Length: 99999999\r\n\r\n".encode()
    )

    assert (await answer_of(reader))[0] == 413
    writer.close()


@pytest.mark.parametrize(
    "head",
    [
        "GET /api/v1/boxes HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /api/v1/boxes HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /api/v1/boxes HTTP/1.1\r\n\r\n",
        "POST /api/v1/boxes HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /api/v1/boxes HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST /api/v1/boxes HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "NONSENSE\r\n\r\n",
        "GET /" + "x" * 200_000 + " HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
async def test_broken_http_is_never_our_fault(served: str, head: str) -> None:
    reader, writer = await opened(served)
    writer.write(head.encode())
    answer = ""
    with suppress(OSError):  # it may have hung up before everything was sent
        writer.write_eof()
        async with asyncio.timeout(10):
            answer = (await reader.read(100)).decode()
    writer.close()
    assert answer == "" or 400 <= int(answer.split()[1]) < 500, answer


async def test_a_download_whose_reader_leaves_is_given_up(played: Played, gateway: Gateway, served: str) -> None:
    async def content() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 1_000_000

    stored = await gateway.door.blobs.put("uploads/00/big", content())
    said = {"name": "a", "media_type": "text/plain", "size": stored.size, "sha256": stored.sha256, "blob": stored.key}
    await played.answer("cmd.files.OpenDocument", said)
    reader, writer = await opened(served)
    writer.write(f"GET /api/v1/documents/{FOLDER}/content HTTP/1.1\r\n{HEAD}\r\n".encode())
    await reader.readexactly(1_000)
    writer.transport.abort()

    async def sending() -> bool:
        return any("_pour" in repr(task.get_coro()) for task in asyncio.all_tasks())

    async def gone() -> bool:
        return not await sending()

    await eventually(gone)
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{served}/health/live")).status_code == 200


async def test_ready_says_who_is_missing(played: Played, served: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{served}/health/ready")
        assert (answer.status_code, answer.json()["missing"]) == (503, ["gateway"])

        async def respond(message: Any) -> None:
            await message.respond(b'{"service":"gateway","ready":true,"parked":0}')

        await played.connection.subscribe("health.gateway", cb=respond)
        await played.connection.flush()

        async def ready() -> bool:
            return (await client.get(f"{served}/health/ready")).status_code == 200

        await eventually(ready)


async def test_a_gateway_without_its_broker_lives_and_answers_503(tmp_path: Path) -> None:
    from tests.broker import free_port

    settings = Settings(nats_url=f"nats://127.0.0.1:{free_port()}", data=tmp_path, port=free_port())
    gateway = Gateway(settings, ("gateway",), [])
    running = asyncio.create_task(gateway.run())
    address = f"http://127.0.0.1:{settings.port}"
    async with httpx.AsyncClient() as client:

        async def alive() -> bool:
            try:
                return (await client.get(f"{address}/health/live")).is_success
            except httpx.TransportError:
                return False

        await eventually(alive)
        assert (await client.get(f"{address}/health/ready")).status_code == 503
        answer = await client.delete(f"{address}/api/v1/session", headers={"Authorization": "Bearer " + "x" * 30})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_stop_lets_requests_under_way_finish(played: Played, settings: Settings) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(message: Any) -> None:
        begun.set()
        await go_on.wait()
        await played.connection.publish(message.reply, b'{"late":true}', headers={"Dossier-Status": "200"})

    await played.connection.subscribe("cmd.firm.SignOut", cb=slow)
    await played.connection.flush()
    environment = {"DATA": str(settings.data), "PORT": str(settings.port), "NATS_URL": settings.nats_url}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", "serve", "gateway"),
        env=os.environ | {f"DOSSIER_{name}": value for name, value in environment.items()},
    )
    address = f"http://127.0.0.1:{settings.port}"
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as client:

        async def connected() -> bool:
            try:
                return (await client.get(f"{address}/health/ready")).json()["broker"] is True
            except httpx.TransportError:
                return False

        await eventually(connected, 30)
        asking = asyncio.create_task(client.delete(f"{address}/api/v1/session"))
        await asyncio.wait_for(begun.wait(), 10)
        process.terminate()

        async def closed() -> bool:
            try:
                async with httpx.AsyncClient() as other:
                    await other.get(f"{address}/health/live")
            except httpx.TransportError:
                return True
            return False

        await eventually(closed)
        go_on.set()
        answer = await asyncio.wait_for(asking, 10)
    assert (answer.status_code, answer.json()) == (200, {"late": True})
    assert await asyncio.wait_for(process.wait(), 10) == 0
