"""Keys on disk, wrapped by the master key."""

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from shared.keys.sqlite import SqliteTable

T = TypeVar("T")


class Table(Protocol):
    """Where wrapped keys lie; used by one thread. Any number of processes can have the same one open.

    All methods raise `Unavailable` when it cannot be reached now.
    """

    def find(self, subjects: Sequence[str]) -> dict[str, bytes | None]:
        """What is stored, None where it was destroyed; others are left out."""

    def add(self, wrapped: Mapping[str, bytes]) -> None:
        """Store keys for the subjects that have none, on disk before this returns. Raises `OutOfSpace`."""

    def destroy(self, subject: str, at: str) -> None:
        """Overwrite: what was stored can be found in the table no more, and nothing takes its place."""

    def close(self) -> None: ...


class KeyDatabase:
    """Keys on disk. A key is fsynced before it is handed out: nothing is sealed with one that may be lost."""

    def __init__(self, path: Path, master_key: bytes, url: SecretStr | None = None) -> None:
        """In an SQLite file, or in the schema `keys` of the PostgreSQL database of that URL."""
        self._master = AESGCM(master_key)
        self._table = _table(path, url)
        self._thread = ThreadPoolExecutor(1, "keys")

    async def get(self, subjects: Iterable[str], *, create: bool) -> dict[str, bytes | None]:
        """Keys by subject, None where destroyed; a subject without a key gets one if `create`, else is left out."""
        wanted = list(subjects)
        return await self._run(lambda: self._get(wanted, create))

    def _get(self, subjects: list[str], create: bool) -> dict[str, bytes | None]:
        found = self._table.find(subjects)
        missing = [subject for subject in subjects if subject not in found]
        if create and missing:
            self._table.add({subject: self._wrap(subject, AESGCM.generate_key(256)) for subject in missing})
            found |= self._table.find(missing)  # another process may have been quicker: then its keys count
        return {subject: None if key is None else self._unwrap(subject, key) for subject, key in found.items()}

    def _wrap(self, subject: str, key: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._master.encrypt(nonce, key, subject.encode())

    def _unwrap(self, subject: str, wrapped: bytes) -> bytes:
        return self._master.decrypt(wrapped[:12], wrapped[12:], subject.encode())

    async def destroy(self, subject: str, at: str) -> None:
        """Erase: the key is overwritten, and the subject never gets another one."""
        await self._run(lambda: self._table.destroy(subject, at))

    async def _run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def close(self) -> None:
        self._thread.shutdown()
        self._table.close()


def _table(path: Path, url: SecretStr | None) -> Table:
    if url is None:
        return SqliteTable(path)
    # psycopg wants libpq, which a machine with files alone need not have.
    from shared.keys.postgres import PostgresTable

    return PostgresTable(url)
