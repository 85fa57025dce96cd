"""Asking the services: one NATS request per HTTP request, answered, refused or given up; never left hanging."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError

from services.gateway.http.problems import TooLarge
from shared.context import HEADER, Context
from shared.problems import Unavailable

PATIENCE = 5.0
"""Seconds for which a service may think; afterwards the outcome is unknown and the caller gets a 503."""

_PULSE = 0.5  # seconds between looks whether the broker still answers, while somebody waits for it
_MOMENT = 0.03  # seconds in which instances answer that nobody knew of
_SILENCE = 1.0  # seconds after which it counts as away
_log = logging.getLogger(__name__)
_NONE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Reply:
    """A service's answer: the bytes that the caller gets, and what goes into the answer's headers."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        return self.status >= 400

    def json(self) -> dict[str, object]:
        """The body of an answer that the gateway itself uses."""
        read: dict[str, object] = orjson.loads(self.body)
        return read


class Upstream:
    """Requests over one connection, with a single inbox for all answers.

    nats-py's own `request` is not used: it waits out its whole timeout when the connection is lost meanwhile, and costs
    twice as much (docs/performance.md).
    """

    def __init__(self) -> None:
        self._connection: Client | None = None
        self._inbox = ""
        self._numbers = count()
        self._waiting: dict[str, asyncio.Future[Msg]] = {}
        self._silent = False

    async def open(self, connection: Client) -> None:
        """Begin to listen for answers; until then everything is unavailable."""
        self._inbox = connection.new_inbox()
        await connection.subscribe(f"{self._inbox}.*", cb=self._answered)
        await connection.flush()
        self._connection = connection

    @property
    def connected(self) -> bool:
        return self._connection is not None and self._connection.is_connected and not self._silent

    async def lost(self) -> None:
        """The connection is gone: nobody waits for answers that cannot come. For nats-py's `disconnected_cb`."""
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(Unavailable())

    async def watch(self) -> None:
        """Notice within two seconds that the broker is silent: the connection looks alive for half a minute more."""
        while True:
            await asyncio.sleep(_PULSE)
            connection = self._connection
            if connection is None or not connection.is_connected or not (self._waiting or self._silent):
                continue
            # Never cancelled: nats-py trips over an answer to a ping that is no longer waited for.
            ping = asyncio.create_task(_ping(connection))
            await asyncio.wait({ping}, timeout=_SILENCE)
            if not ping.done():
                self._silent = True
                await self.lost()
                await _answers(connection, ping)
            self._silent = False

    async def ask(self, subject: str, context: Context, body: bytes = b"", params: str = "") -> Reply:
        """Raises `Unavailable` where there is no answer: no broker, no service, none in time."""
        headers = {HEADER: context.encode()}
        if params:
            headers["Dossier-Params"] = params
        if context.trace:
            headers["traceparent"] = context.trace
        if subject.startswith("qry."):
            message = await self._twice(subject, body, headers)
        else:
            message = await self.request(subject, body, headers, PATIENCE)
        answered = message.headers or _NONE
        status = answered.get("Dossier-Status")
        if status is None or not status.isdecimal():
            _log.error("an answer without a status", extra={"subject": subject, "request": context.request})
            raise Unavailable
        return Reply(int(status), message.data, answered)

    async def _twice(self, subject: str, body: bytes, headers: dict[str, str]) -> Msg:
        """Ask another instance when one is silent: it may have died with the question, which changes nothing."""
        try:
            return await self._exchange(subject, body, headers, PATIENCE / 2)
        except TimeoutError:
            return await self.request(subject, body, headers, PATIENCE / 2)

    async def tell(self, subject: str, context: Context, body: object, params: str = "") -> Reply:
        """`ask` with a body that the gateway itself makes."""
        return await self.ask(subject, context, orjson.dumps(body), params)

    async def request(self, subject: str, body: bytes, headers: dict[str, str] | None, seconds: float) -> Msg:
        """One message and its answer; `Unavailable` if none comes."""
        try:
            return await self._exchange(subject, body, headers, seconds)
        except TimeoutError as error:
            raise Unavailable from error

    async def _exchange(self, subject: str, body: bytes, headers: dict[str, str] | None, seconds: float) -> Msg:
        """As `request`, but `TimeoutError` if nothing was heard in time."""
        connection = self._connection
        if connection is None or not self.connected:
            raise Unavailable
        loop = asyncio.get_running_loop()
        number = str(next(self._numbers))
        future = self._waiting[number] = loop.create_future()
        timer = loop.call_later(seconds, _give_up, future)
        try:
            await connection.publish(subject, body, f"{self._inbox}.{number}", headers)
            answer: Msg = await future
            return answer
        except MaxPayloadError:
            raise TooLarge(limit=connection.max_payload) from None
        except NatsError as error:
            raise Unavailable from error
        finally:
            timer.cancel()
            del self._waiting[number]

    async def all(self, subject: str, expected: int, seconds: float) -> list[Msg]:
        """The answers of everybody who hears a request: of so many, and of who else answers within a moment of them."""
        connection = self._connection
        if connection is None or not self.connected:
            return []
        arrived: asyncio.Queue[Msg] = asyncio.Queue()
        answers: list[Msg] = []
        inbox = await connection.subscribe(connection.new_inbox(), cb=arrived.put)
        try:
            await connection.publish(subject, b"", inbox.subject)
            async with asyncio.timeout(seconds):
                while not (answers and _nobody(answers[-1])):
                    patience = seconds if len(answers) < expected else _MOMENT
                    answers.append(await asyncio.wait_for(arrived.get(), patience))
        except (TimeoutError, NatsError):
            pass  # who has not answered by now is not there
        finally:
            with suppress(NatsError):
                await inbox.unsubscribe()
        return [answer for answer in answers if not _nobody(answer)]

    async def _answered(self, message: Msg) -> None:
        future = self._waiting.get(message.subject.rpartition(".")[2])
        if future is None or future.done():
            return  # too late: the caller was told that the outcome is unknown
        if _nobody(message):
            future.set_exception(Unavailable())
        else:
            future.set_result(message)


async def _answers(connection: Client, ping: "asyncio.Task[None]") -> None:
    """Return when the broker speaks again, over this connection or over a new one, where the answer never comes."""
    before = connection.stats["reconnects"]
    while not ping.done() and connection.stats["reconnects"] == before:
        await asyncio.wait({ping}, timeout=_PULSE)


async def _ping(connection: Client) -> None:
    """Returns when the broker answered, or when the connection was found broken and made anew."""
    try:
        await connection.flush(40)
    except NatsError:
        return


def _nobody(message: Msg) -> bool:
    """Whether this is the broker's own word that nobody listens."""
    return not message.data and (message.headers or _NONE).get("Status") == "503"


def _give_up(future: "asyncio.Future[Msg]") -> None:
    if not future.done():
        future.set_exception(TimeoutError())
