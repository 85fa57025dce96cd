"""The keys of personal data: a database of their own, wrapped by the master key, asked for over NATS.

Destroying a row erases the person from every store and backup at once: what is left cannot be read by anybody.
"""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Iterable
from contextlib import suppress

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from shared.broker import request
from shared.keys.database import KeyDatabase
from shared.problems import Unavailable

__all__ = ["DESTROYED", "SUBJECT", "KeyDatabase", "Keys", "RemoteKeys", "follow_destroyed", "serve_keys"]

SUBJECT = "key.get"
DESTROYED = "key.destroyed"


class Keys:
    """A `Keyring` in memory over the key database or, elsewhere, over NATS. Callers that wait together ask together."""

    LIMIT = 100_000

    def __init__(self, source: "KeyDatabase | RemoteKeys") -> None:
        self._source = source
        self._held: dict[str, AESGCM | None] = {}
        self._asking = asyncio.Lock()
        self._wanted: dict[bool, set[str]] = {True: set(), False: set()}
        self._forgotten: set[str | None] = set()  # while keys are on their way here

    async def ensure(self, subjects: Iterable[str], *, create: bool) -> None:
        subjects = set(subjects)
        while missing := self._missing(subjects):
            self._wanted[create] |= missing
            async with self._asking:
                wanted, self._wanted[create] = self._missing(self._wanted[create]), set()
                if wanted:
                    await self._fetch(wanted, create)
            if not create and not self._missing(subjects) <= self._forgotten:
                raise Unavailable  # it was asked for, and there is none

    def _missing(self, subjects: set[str]) -> set[str]:
        """One by one: a difference of `set` and `dict.keys()` goes through all keys that are held."""
        return {subject for subject in subjects if subject not in self._held}

    async def _fetch(self, wanted: set[str], create: bool) -> None:
        if len(self._held) > self.LIMIT:
            self._held.clear()
        self._forgotten.clear()
        found = await self._source.get(sorted(wanted), create=create)
        if None in self._forgotten:
            self._forgotten |= wanted
        for subject, key in found.items():
            if subject not in self._forgotten:  # else it may have been destroyed after it was read
                self._held[subject] = None if key is None else AESGCM(key)

    def cipher(self, subject: str) -> AESGCM | None:
        return self._held[subject]

    def forget(self, subject: str | None = None) -> None:
        """Drop a key that was destroyed; all of them when news of destroyed keys may have been missed."""
        self._forgotten.add(subject)
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
            reply = await request(self._connection, SUBJECT, asked, seconds=2)
        except (NatsError, TimeoutError, OSError) as error:
            raise Unavailable from error
        answer: dict[str, str | None] | None = orjson.loads(reply.data)["keys"]
        if answer is None:
            raise Unavailable
        return {subject: None if key is None else b64decode(key) for subject, key in answer.items()}


async def serve_keys(connection: Client, database: KeyDatabase) -> Subscription:
    """Answer `RemoteKeys` until drained. Who may ask is decided by the broker's permissions."""

    async def answer(message: Msg) -> None:
        asked = orjson.loads(message.data)
        found: dict[str, str | None] | None = None  # the database is away: that is no key's destruction
        with suppress(Unavailable):
            keys = await database.get(asked["subjects"], create=asked["create"])
            found = {subject: None if key is None else b64encode(key).decode() for subject, key in keys.items()}
        await message.respond(orjson.dumps({"keys": found}))

    return await connection.subscribe(SUBJECT, queue="keys", cb=answer)


async def follow_destroyed(connection: Client, keys: Keys) -> None:
    """Drop keys from memory as soon as they are destroyed."""

    async def forget(message: Msg) -> None:
        keys.forget(message.data.decode())

    await connection.subscribe(DESTROYED, cb=forget)
