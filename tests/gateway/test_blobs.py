"""The blob store on a local folder: whole or absent, measured, hashed, read in parts, swept."""

import asyncio
import hashlib
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.blobs import CHUNK, Blobs, Missing, upload_key
from shared.ids import new_id
from tests.waiting import eventually


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs((tmp_path / "blobs é").as_uri())


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def whole(blobs: Blobs, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in await blobs.read(key, start, end)])


def files(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
async def test_a_stream_comes_back_as_it_was(blobs: Blobs, size: int) -> None:
    content = (b"0123456789" * (size // 10 + 1))[:size]
    key = upload_key(new_id())

    stored = await blobs.put(key, pieces(content[: size // 3], content[size // 3 :]))

    assert (stored.key, stored.size, stored.sha256) == (key, size, hashlib.sha256(content).hexdigest())
    assert await whole(blobs, key) == content


async def test_a_part_is_read_from_the_start_to_before_the_end(blobs: Blobs) -> None:
    await blobs.put("uploads/00/a", pieces(b"0123456789"))

    assert await whole(blobs, "uploads/00/a", 3) == b"3456789"
    assert await whole(blobs, "uploads/00/a", 3, 5) == b"34"
    assert await whole(blobs, "uploads/00/a", 3, 3) == b""


async def test_a_stream_that_breaks_leaves_nothing_and_says_why(blobs: Blobs, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 3 * CHUNK
        raise ValueError("cut off")

    with pytest.raises(ValueError, match="cut off"):
        await blobs.put("uploads/00/a", broken())
    assert files(tmp_path) == []


async def test_a_put_that_is_cancelled_leaves_nothing(blobs: Blobs, tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"x" * 2 * CHUNK
        await asyncio.Event().wait()

    putting = asyncio.create_task(blobs.put("uploads/00/a", endless()))
    await eventually(lambda: files(tmp_path))
    putting.cancel()
    await asyncio.gather(putting, return_exceptions=True)

    await eventually(lambda: not files(tmp_path))


async def test_what_is_not_there_is_missing_and_can_be_deleted_all_the_same(blobs: Blobs) -> None:
    with pytest.raises(Missing):
        await blobs.read("uploads/00/none")
    with pytest.raises(Missing):
        await blobs.read("uploads/00/none", 5, 7)
    await blobs.delete("uploads/00/none")


async def test_a_renamed_blob_has_its_new_name_only(blobs: Blobs) -> None:
    await blobs.put("uploads/00/a", pieces(b"x"))
    await blobs.rename("uploads/00/a", "uploads/01/b")

    assert await whole(blobs, "uploads/01/b") == b"x"
    with pytest.raises(Missing):
        await blobs.read("uploads/00/a")


async def test_the_sweeper_sees_what_has_lain_long_enough(blobs: Blobs) -> None:
    await blobs.put("uploads/00/a", pieces(b"x"))

    assert [key async for key in blobs.uploads(timedelta(hours=1))] == []
    assert [key async for key in blobs.uploads(timedelta(seconds=-5))] == ["uploads/00/a"]


async def test_the_sweeper_also_sees_what_a_dead_process_left_unfinished(blobs: Blobs, tmp_path: Path) -> None:
    """A process that writes a blob is killed."""
    program = (
        "import asyncio, os, signal, sys; from shared.blobs import Blobs\n"
        "async def stream():\n"
        "    for _ in range(9): yield b'x' * 1_048_576\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(Blobs(sys.argv[1]).put('uploads/00/a', stream()))"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, (tmp_path / "blobs é").as_uri())
    assert await process.wait() == -signal.SIGKILL
    assert len(files(tmp_path)) == 1

    names = [name async for name in blobs.uploads(timedelta(seconds=-5))]
    assert len(names) == 1
    await blobs.delete(names[0])

    assert files(tmp_path) == []


def test_uploads_of_one_moment_are_spread_over_folders() -> None:
    assert len({upload_key(new_id()).split("/")[1] for _ in range(500)}) > 100
