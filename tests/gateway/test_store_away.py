"""Uploads and downloads while the blob store is away or dies half-way: a clear refusal, and nothing half done (B1)."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from services.gateway.app import Gateway
from shared.settings import Settings
from tests.broker import NatsServer, free_port
from tests.gateway.conftest import TOKEN, Played
from tests.s3 import S3, s3

FOLDER = "0193a2b4-0000-7000-8000-0000000000f0"
UPLOAD = f"/api/v1/folders/{FOLDER}/documents"
DOCUMENT = "0193a2b4-0000-7000-8000-0000000000d0"
DOWNLOAD = f"/api/v1/documents/{DOCUMENT}/content"
PUBLISH = "cmd.files.PublishDocument"
FORM = {"Content-Type": "multipart/form-data; boundary=frontier"}
MIB = 1024 * 1024
SIZE = 24  # MiB


@pytest.fixture
def server(tmp_path: Path) -> Iterator[S3]:
    with s3(tmp_path) as running:
        yield running


@pytest.fixture
def settings(nats_server: NatsServer, tmp_path: Path, server: S3) -> Settings:
    return Settings(nats_url=nats_server.url, data=tmp_path, port=free_port(), **server.settings())


async def content() -> AsyncIterator[bytes]:
    for index in range(SIZE):
        yield bytes([index]) * MIB


@pytest.fixture
async def document(played: Played, gateway: Gateway) -> Played:
    """A document with bytes in the store."""
    stored = await gateway.door.blobs.put("uploads/00/a", content())
    said = {"name": "a", "media_type": "text/plain", "size": stored.size, "sha256": stored.sha256, "blob": stored.key}
    await played.answer("cmd.files.OpenDocument", said)
    return played


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}])
async def test_an_upload_whose_store_dies_half_way_is_503_and_is_no_document_until_it_is_tried_again(
    played: Played, member: httpx.AsyncClient, server: S3, key: dict[str, str]
) -> None:
    await played.answer("qry.files.MayPublish", {"account_id": FOLDER})
    await played.answer(PUBLISH, {"id": DOCUMENT, "version": 1, "position": "files=1"})

    async def dying() -> AsyncIterator[bytes]:
        yield b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        for index in range(SIZE):
            if index == SIZE // 2:
                server.kill()
            yield bytes([index]) * MIB
        yield b"\r\n--frontier--\r\n"

    answer = await member.post(UPLOAD, content=dying(), headers=FORM | key)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]
    assert played.of(PUBLISH) == []

    server.start()
    whole = b"".join([chunk async for chunk in content()])
    again = await member.post(UPLOAD, files={"file": ("a.txt", whole)}, headers=key)
    assert again.status_code == 201
    [asked] = played.of(PUBLISH)
    assert hashlib.sha256(whole).hexdigest().encode() in asked.body


async def test_a_download_while_the_store_is_away_is_503(
    document: Played, member: httpx.AsyncClient, server: S3
) -> None:
    server.kill()
    answer = await member.get(DOWNLOAD)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")

    server.start()
    assert len((await member.get(DOWNLOAD)).content) == SIZE * MIB


async def test_a_download_whose_store_dies_half_way_does_not_look_complete(
    document: Played, served: str, server: S3
) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(headers=headers) as client, client.stream("GET", served + DOWNLOAD) as answer:
        assert answer.status_code == 200
        chunks = answer.aiter_raw()
        await anext(chunks)
        server.kill()
        with pytest.raises(httpx.RemoteProtocolError):
            [chunk async for chunk in chunks]
