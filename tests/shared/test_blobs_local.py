"""The blob store on a local folder: what a process that died left behind, and a disk that is full (B1, D1)."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from datetime import timedelta
from pathlib import Path

import pytest

from shared.blobs import Blobs

TREE = Path(__file__).parents[2]
FULL = """
import asyncio, sys
from shared.blobs import Blobs
from shared.problems import OutOfSpace

async def stream(size):
    for _ in range(size):
        yield b"x" * 1_048_576

async def main(blobs):
    try:
        await blobs.put("uploads/00/a", stream(9))
    except OutOfSpace:
        await blobs.put("uploads/00/b", stream(3))
        print("refused, then went on")

asyncio.run(main(Blobs(sys.argv[1])))
"""
MOUNTED = ["unshare", "--map-root-user", "--mount", "sh", "-c", 'mount -t tmpfs -o size=4m none "$0" && exec "$@"']


async def test_the_sweeper_also_sees_what_a_dead_process_left_unfinished(tmp_path: Path) -> None:
    """A process that writes a blob is killed."""
    url = (tmp_path / "blobs é").as_uri()
    program = (
        "import asyncio, os, signal, sys; from shared.blobs import Blobs\n"
        "async def stream():\n"
        "    for _ in range(9): yield b'x' * 1_048_576\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(Blobs(sys.argv[1]).put('uploads/00/a', stream()))"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, url)
    assert await process.wait() == -signal.SIGKILL
    assert len(_files(tmp_path)) == 1

    blobs = Blobs(url)
    names = [name async for name in blobs.uploads(timedelta(seconds=-5))]
    assert len(names) == 1
    await blobs.delete(names[0])

    assert _files(tmp_path) == []


async def test_a_full_disk_refuses_what_is_too_large_keeps_nothing_of_it_and_takes_what_fits(tmp_path: Path) -> None:
    code, _ = await _said(*MOUNTED, str(tmp_path), "true")
    if code:
        pytest.skip("this machine does not let a test mount a file system")

    code, said = await _said(*MOUNTED, str(tmp_path), sys.executable, "-c", FULL, (tmp_path / "blobs").as_uri())

    assert (code, said) == (0, "refused, then went on\n")


async def _said(*command: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, cwd=TREE)
    said, _ = await process.communicate()
    return process.returncode, said.decode()


def _files(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]
