"""What every blob store keeps to: whole or absent, measured, hashed, read in parts, listed for the sweeper."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from shared.blobs import CHUNK, Blobs, Missing, upload_key
from shared.ids import new_id
from shared.settings import Settings
from tests.s3 import s3
from tests.waiting import eventually

KEY = "uploads/00/a"


@pytest.fixture(scope="module", params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Settings]]:
    """A store's folder on this machine, and the settings that name the store."""
    folder = tmp_path_factory.mktemp("blobs é")
    with ExitStack() as stack:
        if request.param == "s3":
            server = stack.enter_context(s3(folder))
            yield server.folder, Settings(**server.settings())
        else:
            yield folder, Settings(blobs_url=folder.as_uri())


@pytest.fixture
async def blobs(place: tuple[Path, Settings]) -> Blobs:
    """The store, with nothing in it."""
    store = Blobs.of(place[1])
    for name in [name async for name in store.uploads(timedelta(seconds=-5))]:
        await store.delete(name)
    return store


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def whole(blobs: Blobs, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in await blobs.read(key, start, end)])


def files(place: tuple[Path, Settings]) -> list[Path]:
    """All that the store keeps, unfinished blobs included."""
    return [path for path in place[0].rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 13 * CHUNK + 7])
async def test_a_stream_comes_back_as_it_was(blobs: Blobs, size: int) -> None:
    content = (b"0123456789" * (size // 10 + 1))[:size]
    key = upload_key(new_id())

    stored = await blobs.put(key, pieces(content[: size // 3], content[size // 3 :]))

    assert (stored.key, stored.size, stored.sha256) == (key, size, hashlib.sha256(content).hexdigest())
    assert await whole(blobs, key) == content


async def test_a_part_is_read_from_the_start_to_before_the_end(blobs: Blobs) -> None:
    await blobs.put(KEY, pieces(b"0123456789"))

    assert await whole(blobs, KEY, 3) == b"3456789"
    assert await whole(blobs, KEY, 3, 5) == b"34"
    assert await whole(blobs, KEY, 3, 3) == b""


async def test_a_stream_that_breaks_leaves_nothing_and_says_why(blobs: Blobs, place: tuple[Path, Settings]) -> None:
    async def broken() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield b"x" * CHUNK
        await eventually(lambda: files(place))  # S3 may keep a part that is still on its way when the rest is undone
        raise ValueError("cut off")

    with pytest.raises(ValueError, match="cut off"):
        await blobs.put(KEY, broken())
    assert files(place) == []


async def test_a_put_that_is_cancelled_leaves_nothing(blobs: Blobs, place: tuple[Path, Settings]) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield b"x" * CHUNK
        await asyncio.Event().wait()

    putting = asyncio.create_task(blobs.put(KEY, endless()))
    await eventually(lambda: files(place))
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting

    assert files(place) == []


async def test_what_is_not_there_is_missing_and_can_be_deleted_all_the_same(blobs: Blobs) -> None:
    with pytest.raises(Missing):
        await blobs.read("uploads/00/none")
    with pytest.raises(Missing):
        await blobs.read("uploads/00/none", 5, 7)
    await blobs.delete("uploads/00/none")


async def test_a_deleted_blob_is_gone(blobs: Blobs, place: tuple[Path, Settings]) -> None:
    await blobs.put(KEY, pieces(b"x"))
    await blobs.delete(KEY)

    assert files(place) == []


async def test_a_renamed_blob_has_its_new_name_only(blobs: Blobs) -> None:
    await blobs.put(KEY, pieces(b"x"))
    await blobs.rename(KEY, "uploads/01/b")

    assert await whole(blobs, "uploads/01/b") == b"x"
    with pytest.raises(Missing):
        await blobs.read(KEY)


async def test_the_sweeper_sees_what_has_lain_long_enough(blobs: Blobs) -> None:
    await blobs.put(KEY, pieces(b"x"))

    assert [key async for key in blobs.uploads(timedelta(hours=1))] == []
    assert [key async for key in blobs.uploads(timedelta(seconds=-5))] == [KEY]


def test_uploads_of_one_moment_are_spread_over_folders() -> None:
    assert len({upload_key(new_id()).split("/")[1] for _ in range(500)}) > 100
