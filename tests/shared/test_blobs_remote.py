"""The blob store on S3 while the server is away, hangs, is killed, or knows neither us nor the bucket (B1)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.blobs import CHUNK, Blobs
from shared.problems import Unavailable
from shared.settings import Settings
from tests.s3 import S3, s3
from tests.toxiproxy import Proxy, Toxiproxy, toxiproxy

KEY = "uploads/00/a"
CONTENT = bytes(range(256)) * (24 * CHUNK // 256)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[S3]:
    with s3(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toxiproxy]:
    with toxiproxy(tmp_path_factory.mktemp("toxiproxy")) as running:
        yield running


@pytest.fixture
def proxy(server: S3, faults: Toxiproxy) -> Proxy:
    return faults.to(server.address)


def store(server: S3, proxy: Proxy | None = None, **settings: Any) -> Blobs:
    return Blobs.of(Settings(**server.settings(proxy.address if proxy else None) | settings))


async def stream(halfway: Callable[[], None] = lambda: None) -> AsyncIterator[bytes]:
    """The content; something happens when half of it was taken."""
    for start in range(0, len(CONTENT), CHUNK):
        if start == len(CONTENT) // 2:
            halfway()
        yield CONTENT[start : start + CHUNK]


async def whole(blobs: Blobs) -> bytes:
    return b"".join([chunk async for chunk in await blobs.read(KEY)])


async def names(blobs: Blobs) -> list[str]:
    return [name async for name in blobs.uploads(timedelta(seconds=-5))]


async def test_an_upload_that_is_cut_off_half_way_leaves_no_blob_and_goes_well_later(server: S3, proxy: Proxy) -> None:
    blobs = store(server, proxy)
    with pytest.raises(Unavailable):
        await blobs.put(KEY, stream(proxy.disable))
    assert await names(store(server)) == []

    proxy.enable()
    await blobs.put(KEY, stream())
    assert await whole(blobs) == CONTENT


async def test_an_upload_whose_server_is_killed_half_way_leaves_no_blob_and_goes_well_later(server: S3) -> None:
    blobs = store(server)
    with pytest.raises(Unavailable):
        await blobs.put(KEY, stream(server.kill))

    server.start()
    assert await names(blobs) == []
    await blobs.put(KEY, stream())
    assert await whole(blobs) == CONTENT


async def test_a_store_that_is_away_is_unavailable_whatever_one_wants_of_it(server: S3) -> None:
    blobs = store(server)
    server.kill()

    for attempt in (blobs.put(KEY, stream()), blobs.read(KEY), blobs.rename(KEY, "b"), blobs.delete(KEY), names(blobs)):
        with pytest.raises(Unavailable):
            await attempt


async def test_a_store_that_hangs_is_unavailable_after_a_while(server: S3) -> None:
    blobs = store(server, blobs_seconds=0.3)
    await blobs.put(KEY, stream())
    server.pause()

    async with asyncio.timeout(30):
        with pytest.raises(Unavailable):
            await blobs.put("uploads/00/b", stream())
        with pytest.raises(Unavailable):
            await blobs.read(KEY)
    server.resume()
    assert await whole(blobs) == CONTENT


async def test_a_download_goes_on_where_its_connection_broke(server: S3, proxy: Proxy) -> None:
    await store(server).put(KEY, stream())
    proxy.add("limit_data", bytes=len(CONTENT) // 2)

    assert await whole(store(server, proxy)) == CONTENT


async def test_a_download_whose_store_goes_away_is_an_error_and_not_an_end(server: S3) -> None:
    blobs = store(server)
    await blobs.put(KEY, stream())
    content = await blobs.read(KEY)
    await anext(content)
    server.kill()

    with pytest.raises(Unavailable):
        [chunk async for chunk in content]


@pytest.mark.parametrize("wrong", [{"blobs_secret_key": "wrong"}, {"blobs_url": "s3://none"}])
async def test_a_store_that_knows_neither_us_nor_the_bucket_is_unavailable(
    server: S3, wrong: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    blobs = store(server, **wrong)

    with pytest.raises(Unavailable):
        await blobs.put(KEY, stream())
    assert "the blob store failed" in caplog.text
