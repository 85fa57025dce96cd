"""The keys of personal data: a database of their own, wrapped by the master key, asked for over NATS.

Destroying a row erases the person from every store and backup at once: what is left cannot be read by anybody.
"""

import asyncio
import os
import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from shared.problems import Unavailable

SUBJECT = "key.get"
DESTROYED = "key.destroyed"
_SCHEMA = "CREATE TABLE IF NOT EXISTS keys (subject TEXT PRIMARY KEY, wrapped BLOB, destroyed_at TEXT) WITHOUT ROWID"


class KeyDatabase:
    """Keys on disk. A key is fsynced before it is handed out: nothing is sealed with one that may be lost."""

    def __init__(self, path: Path, master_key: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._master = AESGCM(master_key)
        self._thread = ThreadPoolExecutor(1, "keys")
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.execute(_SCHEMA)
        path.chmod(0o600)

    async def get(self, subjects: Iterable[str], *, create: bool) -> dict[str, bytes | None]:
        """Keys by subject, None where destroyed; a subject without a key gets one if `create`, else is left out."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._get, list(subjects), create)

    def _get(self, subjects: list[str], create: bool) -> dict[str, bytes | None]:
        found: dict[str, bytes | None] = {}
        missing = []
        for subject in subjects:
            row = self._db.execute("SELECT wrapped FROM keys WHERE subject=?", (subject,)).fetchone()
            if row is None:
                missing.append(subject)
            else:
                found[subject] = None if row[0] is None else self._unwrap(subject, row[0])
        if create and missing:
            fresh = {subject: AESGCM.generate_key(256) for subject in missing}
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany(
                    "INSERT INTO keys (subject, wrapped) VALUES (?, ?)",
                    [(subject, self._wrap(subject, key)) for subject, key in fresh.items()],
                )
            found.update(fresh)
        return found

    def _wrap(self, subject: str, key: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._master.encrypt(nonce, key, subject.encode())

    def _unwrap(self, subject: str, wrapped: bytes) -> bytes:
        return self._master.decrypt(wrapped[:12], wrapped[12:], subject.encode())

    async def destroy(self, subject: str, at: str) -> None:
        """Erase: the key is overwritten, and the subject never gets another one."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._destroy, subject, at)

    def _destroy(self, subject: str, at: str) -> None:
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "INSERT INTO keys VALUES (?, NULL, ?) ON CONFLICT (subject) DO UPDATE SET wrapped=NULL, destroyed_at=?",
                (subject, at, at),
            )
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._thread.shutdown()
        self._db.close()


class Keys:
    """A `Keyring` in memory over the key database or, elsewhere, over NATS. Callers that wait together ask together."""

    LIMIT = 100_000

    def __init__(self, source: "KeyDatabase | RemoteKeys") -> None:
        self._source = source
        self._held: dict[str, AESGCM | None] = {}
        self._asking = asyncio.Lock()
        self._wanted: dict[bool, set[str]] = {True: set(), False: set()}

    async def ensure(self, subjects: Iterable[str], *, create: bool) -> None:
        subjects = set(subjects)
        while missing := self._missing(subjects):
            self._wanted[create] |= missing
            async with self._asking:
                wanted, self._wanted[create] = self._missing(self._wanted[create]), set()
                if wanted:
                    await self._fetch(wanted, create)
            if not create and not subjects <= self._held.keys():
                raise Unavailable

    def _missing(self, subjects: set[str]) -> set[str]:
        """One by one: a difference of `set` and `dict.keys()` goes through all keys that are held."""
        return {subject for subject in subjects if subject not in self._held}

    async def _fetch(self, wanted: set[str], create: bool) -> None:
        if len(self._held) > self.LIMIT:
            self._held.clear()
        for subject, key in (await self._source.get(sorted(wanted), create=create)).items():
            self._held[subject] = None if key is None else AESGCM(key)

    def cipher(self, subject: str) -> AESGCM | None:
        return self._held[subject]

    def forget(self, subject: str | None = None) -> None:
        """Drop a key that was destroyed; all of them when news of destroyed keys may have been missed."""
        if subject is None:
            self._held.clear()
        else:
            self._held.pop(subject, None)


class RemoteKeys:
    """The key database as seen from another service."""

    def __init__(self, connection: Client) -> None:
        self._connection = connection

    async def get(self, subjects: Iterable[str], *, create: bool) -> dict[str, bytes | None]:
        """As `KeyDatabase.get`; `Unavailable` when it does not answer: an unreachable key is never a destroyed one."""
        asked = orjson.dumps({"subjects": list(subjects), "create": create})
        try:
            reply = await self._connection.request(SUBJECT, asked, timeout=2)
        except (NatsError, TimeoutError, OSError) as error:
            raise Unavailable from error
        answer: dict[str, str | None] = orjson.loads(reply.data)["keys"]
        return {subject: None if key is None else b64decode(key) for subject, key in answer.items()}


async def serve_keys(connection: Client, database: KeyDatabase) -> None:
    """Answer `RemoteKeys`. Who may ask is decided by the broker's permissions."""

    async def answer(message: Msg) -> None:
        asked = orjson.loads(message.data)
        keys = await database.get(asked["subjects"], create=asked["create"])
        found = {subject: None if key is None else b64encode(key).decode() for subject, key in keys.items()}
        await message.respond(orjson.dumps({"keys": found}))

    await connection.subscribe(SUBJECT, queue="keys", cb=answer)


async def follow_destroyed(connection: Client, keys: Keys) -> None:
    """Drop keys from memory as soon as they are destroyed."""

    async def forget(message: Msg) -> None:
        keys.forget(message.data.decode())

    await connection.subscribe(DESTROYED, cb=forget)
