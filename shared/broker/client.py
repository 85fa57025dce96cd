"""nats-py's client, made safer and quicker."""

import asyncio
import logging
import os
from typing import Any

from nats.aio.client import PING_PROTO, Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

_DELIVERED = b"$JS.ACK."  # how the reply subject of whatever a consumer delivers begins
_log = logging.getLogger(__name__)


class QuickClient(Client):
    """nats-py's client with a ping that keeps its place, no way around TLS, and a quicker way through headers."""

    async def _send_ping(self, future: asyncio.Future[Any] | None = None) -> None:
        """The client's own ping overtakes what still waits to be written, so that its `flush` promises nothing."""
        self._pongs.append(future or asyncio.get_running_loop().create_future())
        await self._send_command(PING_PROTO)
        await self._flush_pending()

    def _connect_command(self) -> bytes:
        """The password. The client itself would send it in clear to a server that does not ask for encryption."""
        if "tls" in self.options and not self._server_info.get("tls_required"):
            raise NatsError("the broker does not offer TLS, and nothing is said in clear")
        return super()._connect_command()

    def _build_message(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: dict[str, str] | None
    ) -> Msg | None:
        """The message, if it may come this way: what consumers deliver belongs in an inbox.

        Who may read a stream can have it delivered to any subject, past the broker's permissions. None of it may pass
        for a request.
        """
        if reply.startswith(_DELIVERED) and sid in self._subs and not self._subs[sid].subject.startswith("_INBOX"):
            _log.error("%s was delivered to %s: dropped", subject.decode(), self._subs[sid].subject)
            return None
        message: Msg = super()._build_message(sid, subject, reply, data, headers)
        return message

    @staticmethod
    def _parse_header_lines(raw: bytes) -> dict[str, str]:
        """The same for headers that are well formed: those that we and JetStream write are.

        The client's own goes through every character; reading from the stream is three times as quick without.
        """
        lines = raw.decode("utf-8", "replace").split("\r\n")
        try:
            return dict([line.split(": ", 1) for line in lines if line])
        except ValueError:  # no space behind the colon, or no colon
            parts = (line.partition(":") for line in lines)
            return {name.strip(): value.strip() for name, colon, value in parts if colon}


class BrokerClient(QuickClient):
    """nats-py's client; if it closes without having been told to, the process ends and a supervisor starts it afresh.

    That happens when it gives up, over refused credentials for instance; a process that stayed would be deaf.
    """

    leaving = False

    async def close(self) -> None:
        self.leaving = True
        await super().close()

    async def drain(self) -> None:
        self.leaving = True
        await super().drain()

    async def closed(self) -> None:
        """The client's own word that it is closed."""
        if not self.leaving:
            _log.critical("the connection to the broker is closed for good")
            logging.shutdown()
            os._exit(70)
