"""A firm whose stores lie on small disks of their own, which can be filled to the last byte and emptied again."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.e2e.system import Firm
from tests.faults.vital import MIB


@contextmanager
def disk(folder: Path, size: int) -> Iterator[None]:
    """A file system of so many bytes, in memory."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def on_small_disks(folder: Path, *names: str, size: int, **settings: str) -> Iterator[Firm]:
    """Started, with a disk for the data folder and one for each of these folders below it, of so many bytes."""
    if os.getuid() != 0:
        pytest.skip("only root may mount file systems")
    key = secrets.token_hex(32)  # folders that are there already look like a firm that has lost its own
    with ExitStack() as stack:
        for name in ("", *names):
            stack.enter_context(disk(folder / name, size))
        firm = Firm(folder, DOSSIER_MASTER_KEY=key, **settings)
        stack.callback(firm.stop)
        yield firm.start()


@contextmanager
def full(*folders: Path) -> Iterator[None]:
    """Not a byte more goes onto these disks while the block runs."""
    fillers = [folder / "filler" for folder in folders]
    try:
        for filler in fillers:
            _fill(filler)
        yield
    finally:
        for filler in fillers:
            filler.unlink(missing_ok=True)


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        for size in (MIB, 4096, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue
