"""What several gateways of one firm tell each other, over plain subjects: whoever does not listen misses it."""

import logging
from collections.abc import Awaitable, Callable

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

Heard = Callable[..., None]
_SUBJECT = "gateways"
_log = logging.getLogger(__name__)


class Peers:
    """The other gateways. A connection that hears what it says itself would only cost time: `no_echo`."""

    def __init__(self) -> None:
        self._connection: Client | None = None
        self._heard: dict[str, Heard] = {}
        self._returned: list[Callable[[], Awaitable[None]]] = []

    def on(self, what: str, heard: Heard) -> None:
        """Have `heard` called with what another gateway passes to `tell`."""
        self._heard[what] = heard

    def on_return(self, back: Callable[[], Awaitable[None]]) -> None:
        """Have `back` called when the broker was away: something may have been said meanwhile."""
        self._returned.append(back)

    async def open(self, connection: Client) -> None:
        await connection.subscribe(f"{_SUBJECT}.*", cb=self._receive)
        self._connection = connection

    async def returned(self) -> None:
        """For nats-py's `reconnected_cb`."""
        for back in self._returned:
            await back()

    async def tell(self, what: str, *said: str) -> None:
        """Tell all others; nobody, if the broker is away."""
        if self._connection is None:
            return
        try:
            await self._connection.publish(f"{_SUBJECT}.{what}", orjson.dumps(said))
        except NatsError as error:
            _log.info("other gateways not told: %s", str(error) or type(error).__name__)

    async def _receive(self, message: Msg) -> None:
        if heard := self._heard.get(message.subject.rpartition(".")[2]):
            heard(*orjson.loads(message.data))
