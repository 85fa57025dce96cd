"""Reads the stream EVENTS in order: at once when little happens, in large batches when much does.

A pull consumer without acknowledgements and without a name of its own: what was read is known by the sequence that the
caller keeps (`Mark`), so that a consumer is a throw-away thing. Whatever looks wrong (a gap in the consumer's count, no
heartbeat, a new connection, a consumer that is gone), a new one is made from the last message on.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Iterable
from datetime import datetime

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from shared.broker import EVENTS, ask
from shared.reader.wire import Mark, consumer, event_of, place, pull
from shared.sealing import Wire

__all__ = ["OVERLAP", "Mark", "Reader"]

OVERLAP = 1_000
"""Messages read again after a new connection, in case the broker came back with a shorter history; known ones are
dropped by their numbers."""

_HEARTBEAT = 2.0
_SILENCE = 5.0  # seconds without a sign of life: the server that kept the consumer has died, others have not
_LOOK = 0.5  # seconds between two looks at the connection
_EXPIRES = 30.0
_log = logging.getLogger(__name__)


START = Mark()


class Reader:
    """An ordered view of the events of some services. For one task at a time."""

    def __init__(self, connection: Client, services: Iterable[str], start: Mark = START, *, size: int = 256) -> None:
        self.mark = start
        """Everything of these services up to here has been handed out."""
        self.pending = 0
        """About how many more events the stream holds."""
        self.generation = 0
        """Counts the calls of `rewind`: a batch handed out under an earlier one is out of place."""
        self.failures = 0
        """Tries in a row that did not bring a message."""
        self._connection = connection
        self._services = frozenset(services)
        self._size = size
        self._known: dict[str, int] = {}
        self._consumer: str | None = None
        self._inbox: Subscription | None = None
        self._messages: deque[Msg] = deque()
        self._wake = asyncio.Event()
        self._broken = False
        self._counted = self._credit = self._reconnects = self._end = 0
        self._heard = 0.0

    @property
    def arrived(self) -> int:
        """How many messages lie here that nobody has taken yet."""
        return len(self._messages)

    def rewind(self, mark: Mark, services: Iterable[str]) -> None:
        """Go on from another place, or with other services; may be called while `batch` waits."""
        self.mark = mark
        self.generation += 1
        self._services = frozenset(services)
        self._known = {}
        self._broken = True
        self._wake.set()

    async def batch(self, *, wait: bool = True) -> list[Wire]:
        """The next events, at least one; with `wait=False` none once the end of the stream is reached."""
        while True:
            if self._broken or self._consumer is None or self._connection.stats["reconnects"] != self._reconnects:
                await self._reopen()
                continue
            if self._messages and (events := self._drain()):
                return events
            if not self._messages and not self.pending and not self._broken:
                self.mark = Mark(self.mark.stream, max(self.mark.sequence, self._end))
                if not wait:
                    return []
            await self._ask_for_more()
            await self._listen()

    async def close(self) -> None:
        """Let the broker forget the consumer; the reader can be used again."""
        consumer, self._consumer = self._consumer, None
        inbox, self._inbox = self._inbox, None
        if inbox and not self._connection.is_closed and not self._connection.is_draining:
            await inbox.unsubscribe()
        if consumer and self._connection.is_connected:
            await self._connection.publish(f"$JS.API.CONSUMER.DELETE.{EVENTS}.{consumer}", b"")

    def _drain(self) -> list[Wire]:
        """What has arrived, up to the size of a batch, as far as the consumer's count has no gap."""
        events: list[Wire] = []
        while self._messages and len(events) < self._size:
            message = self._messages.popleft()
            sequence, count, self.pending = place(message.reply)
            if count != self._counted + 1:
                _log.warning("the consumer's count jumped from %d to %d", self._counted, count)
                self._broken = True
                break
            self._counted = count
            self.mark = Mark(self.mark.stream, sequence)
            event = event_of(message)
            if event and event.number > self._known.get(event.service, 0):
                self._known[event.service] = event.number
                events.append(event)
        return events

    async def _listen(self) -> None:
        """Until something arrives or the broker has been silent for too long."""
        if not self._messages and not self._broken:
            self._wake.clear()
            try:
                async with asyncio.timeout(_LOOK):
                    await self._wake.wait()
            except TimeoutError:
                if asyncio.get_running_loop().time() - self._heard > _SILENCE:
                    _log.warning("the broker has been silent for %d s", _SILENCE)
                    self._broken = True

    async def _on_message(self, message: Msg) -> None:
        self._heard = asyncio.get_running_loop().time()
        headers = message.headers or {}
        status = headers.get("Status")
        if status is None:
            self._messages.append(message)
            self._credit -= 1
            self.failures = 0
        elif status != "100":  # 100: a heartbeat
            self._credit -= int(headers.get("Nats-Pending-Messages", 0))
            # 408: a request ran out, with so many messages still asked for. Anything else ends the consumer.
            self._broken = self._broken or status != "408"
        self._wake.set()

    async def _ask_for_more(self) -> None:
        """Keep between one and two batches asked for, so that the broker never waits for us."""
        if self._credit > self._size or not self._connection.is_connected:
            return
        assert self._inbox
        wanted = 2 * self._size - self._credit
        request = pull(wanted, _EXPIRES, _HEARTBEAT)
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{EVENTS}.{self._consumer}"
        await self._connection.publish(subject, request, reply=self._inbox.subject)
        self._credit += wanted

    async def _reopen(self) -> None:
        """A new consumer from the mark on, however long that takes."""
        if self.failures:
            await asyncio.sleep(random.uniform(0.5, 1) * min(5.0, 0.05 * 2.0 ** min(self.failures, 8)))  # noqa: S311
        self.failures += 1  # until a message comes: a consumer that is gone as soon as it is made is a failure too
        try:
            await self.close()
            if not self._connection.is_connected:
                raise ConnectionError("the broker is away")
            await self._open()
        except Exception as error:  # noqa: BLE001  # whatever it is, the next try may go well
            self._consumer = None
            if self.failures in (1, 10) or self.failures % 60 == 0:
                _log.warning("cannot read events (%d times): %s", self.failures, str(error) or type(error).__name__)

    async def _open(self) -> None:
        reconnects = self._connection.stats["reconnects"]
        generation = self.generation
        mark = await self._found(overlap=OVERLAP if reconnects != self._reconnects and self._known else 0)
        if generation != self.generation:
            return
        self._inbox = await self._connection.subscribe(
            self._connection.new_inbox(), cb=self._on_message, pending_msgs_limit=0, pending_bytes_limit=0
        )
        name = self._inbox.subject.rpartition(".")[2]
        config = consumer(name, self._services, mark.sequence + 1)
        request = {"stream_name": EVENTS, "config": config, "action": "create"}
        created = await ask(self._connection, f"$JS.API.CONSUMER.CREATE.{EVENTS}.{name}", request)
        self._broken = generation != self.generation
        if self._broken:
            return
        self._consumer, self.mark, self.pending = name, mark, created["num_pending"]
        self._reconnects, self._counted, self._credit = reconnects, 0, 0
        self._messages.clear()
        self._heard = asyncio.get_running_loop().time()

    async def _found(self, overlap: int) -> Mark:
        """Where to go on in the stream as it now is: at its beginning, if it is not the one we know."""
        info = await ask(self._connection, f"$JS.API.STREAM.INFO.{EVENTS}")
        made = int(datetime.fromisoformat(info["created"]).timestamp() * 1_000_000)
        self._end = info["state"]["last_seq"]
        if made != self.mark.stream or self._end < self.mark.sequence:
            return Mark(made, 0)
        return Mark(made, max(0, self.mark.sequence - overlap))
