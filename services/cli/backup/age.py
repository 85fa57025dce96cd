"""Streams through age, the format of age-encryption.org: in one end, out at the other, nothing whole in memory."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyrage  # type: ignore[import-untyped]
from click import ClickException

from shared.blobs import CHUNK

Recipient = Any  # of pyrage, whose types are compiled and unnamed
Identity = Any


class Sealed:
    """A file that age writes into, which must not exist: measured and hashed on its way."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, 0
        self.error: OSError | None = None
        self._digest = hashlib.sha256()
        self._file = path.open("xb")

    def write(self, piece: bytes) -> int:
        try:
            self._file.write(piece)
        except OSError as error:
            self.error = error  # the library does not always pass it on
            raise
        self._digest.update(piece)
        self.size += len(piece)
        return len(piece)

    def flush(self) -> None:
        """`close` does it."""

    def close(self) -> None:
        """Everything is on disk. Raises OSError if it is not."""
        with self._file:
            if self.error is not None:
                raise self.error
            self._file.flush()
            os.fsync(self._file.fileno())

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


@contextmanager
def encrypting(sealed: Sealed, recipients: Sequence[Recipient]) -> Iterator[BinaryIO]:
    """What is written in the block goes to the file, encrypted. Raises OSError if it cannot be written."""
    end, start = os.pipe()

    def work() -> None:
        with open(end, "rb") as source:
            pyrage.encrypt_io(source, sealed, list(recipients))

    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(work)
        failed: BaseException | None = None
        try:
            with open(start, "wb", CHUNK) as entrance:
                yield entrance
        except BrokenPipeError as error:
            failed = error  # the other end knows more
        failed = working.exception() or failed
    sealed.close()
    if failed is not None:
        raise failed


@contextmanager
def decrypting(path: Path, identities: Sequence[Identity]) -> Iterator[BinaryIO]:
    """The content of a file. `ClickException` if no identity opens it or, at the end at latest, if it is damaged."""
    end, start = os.pipe()

    def work() -> None:
        with path.open("rb") as file, open(start, "wb", CHUNK) as entrance:
            pyrage.decrypt_io(file, entrance, list(identities))

    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(work)
        try:
            with open(end, "rb", CHUNK) as content:
                yield content
                while content.read(CHUNK):
                    pass  # what was not asked for must be sound as well
        except Exception:
            _check(working, path)
            raise
        _check(working, path)


def _check(working: "Future[None]", path: Path) -> None:
    error = working.exception()
    if isinstance(error, pyrage.DecryptError):
        raise ClickException(f"{path} does not open with this key: {error}.") from error
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        raise ClickException(f"{path} is damaged: {error}.") from error
