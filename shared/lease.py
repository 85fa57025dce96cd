"""Leases at the broker: of several instances one does a piece of work, and another takes over when it is gone.

A lease is the last message on a subject of the stream LEASES, and names its holder. It is taken and renewed under
JetStream's guard ("the last message on this subject still has sequence n"), so that two can never take it, and the
broker drops it when it was not renewed: only the broker's clock counts, whatever the machines' own clocks say.

A lease says whose turn it is. It does not stop somebody who was asleep and has not noticed that the turn has passed:
what they write to must refuse them (`ReadStore.claim`).
"""

import asyncio
import logging
from base64 import b64decode
from typing import NoReturn

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from shared.broker import LEASES, PASSING, BrokerRefused, ask, send
from shared.signal import Signal

TTL = 5
"""Seconds after which the broker drops a lease that is not renewed."""

_RENEWED = 1.25  # seconds between renewals: three may go wrong
_AGAIN = 0.25  # longest pause, seconds, after a look that failed
_LOOK = 1.0  # seconds between two looks at somebody else's lease
_NO_MESSAGE = 10037
_WRONG_LAST = 10071
_log = logging.getLogger(__name__)


class Lost(Exception):
    """The lease is no longer ours."""


class Lease:
    """One instance's share in a lease. Who has the same `holder` takes it over at once: it is that one, restarted."""

    def __init__(self, connection: Client, service: str, work: str, holder: str) -> None:
        self.work = f"{service}.{work}"
        """What the lease is for, as subjects end."""
        self._connection = connection
        self._subject = f"lease.{self.work}"
        self._holder = holder.encode()
        self._sequence: int | None = None  # of our last message on the subject; None: it is not ours

    async def take(self) -> None:
        """Return once it is ours: at once if it is free, else when its holder gives it back or is gone."""
        given_back = Signal()

        async def heard(message: Msg) -> None:
            if not message.data:
                given_back.set()

        others = await self._connection.subscribe(self._subject, cb=heard)
        failures = 0
        try:
            while True:
                try:
                    if await self._try():
                        return
                    failures = 0
                except (*PASSING, NatsError) as error:  # the stream may not have been declared yet
                    failures += 1
                    if failures in (10, 60) or failures % 600 == 0:
                        _log.warning(
                            "%s waits (%d times): %s", self._subject, failures, str(error) or type(error).__name__
                        )
                await given_back.wait(min(_AGAIN, 0.02 * 2.0 ** min(failures, 10)) if failures else _LOOK)
        finally:
            if not self._connection.is_closed:
                await others.unsubscribe()

    async def keep(self) -> NoReturn:
        """Renew until cancelled; raises `Lost`."""
        while True:
            await asyncio.sleep(_RENEWED)
            try:
                await self._write(self._holder)
            except BrokerRefused as refused:
                if refused.code == _WRONG_LAST:
                    raise Lost from None
                _log.warning("%s not renewed: %s", self._subject, refused)
            except (*PASSING, NatsError) as error:
                _log.info("%s not renewed: %s", self._subject, str(error) or type(error).__name__)

    async def give_back(self) -> None:
        """Let another instance take over now; nothing if it is not ours. A broker that is away will drop it."""
        if self._sequence is None:
            return
        try:
            await self._write(b"")
        except (*PASSING, NatsError) as error:
            _log.info("%s not given back: %s", self._subject, str(error) or type(error).__name__)
        self._sequence = None

    async def _try(self) -> bool:
        self._sequence, holder = await self._last()
        if holder not in (b"", self._holder):
            self._sequence = None
            return False
        try:
            await self._write(self._holder)
        except BrokerRefused as refused:
            self._sequence = None
            if refused.code != _WRONG_LAST:
                raise
            return False
        return True

    async def _last(self) -> tuple[int, bytes]:
        """Sequence and holder of the lease as it stands."""
        try:
            answer = await ask(self._connection, f"$JS.API.STREAM.MSG.GET.{LEASES}", {"last_by_subj": self._subject})
        except BrokerRefused as refused:
            if refused.code == _NO_MESSAGE:
                return 0, b""
            raise
        message = answer["message"]
        return int(message["seq"]), b64decode(message.get("data", ""))

    async def _write(self, holder: bytes) -> None:
        headers = {"Nats-Expected-Last-Subject-Sequence": str(self._sequence), "Nats-TTL": f"{TTL}s"}
        self._sequence = int((await send(self._connection, self._subject, holder, headers))["seq"])
