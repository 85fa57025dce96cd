"""An SMTP server that keeps what it takes, and does what it is told with what it does not."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

NAME, PASSWORD = b"dossier", b"a password"


class Sink:
    """`plans`: what happens to the next e-mails, one entry each; then they are taken.

    `rcpt 550 ...` and `data 451 ...` are answers to these commands, `hang` keeps the answer to the message back, and
    `close` ends the connection in its place: both after the message was taken.
    """

    def __init__(self) -> None:
        self.port = 0
        self.taken: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.plans: deque[str] = deque()
        self.seen = 0
        self.logged_in: list[bool] = []
        self.encrypted: list[bool] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.seen += 1
        if self.plans and self.plans[0].startswith("rcpt "):
            return self.plans.popleft().removeprefix("rcpt ")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        plan = self.plans.popleft() if self.plans else ""
        if plan.startswith("data "):
            return plan.removeprefix("data ")
        assert envelope.original_content is not None
        self.taken.append(message_from_string(envelope.original_content.decode(), policy=default))
        self.recipients += envelope.rcpt_tos
        self.logged_in.append(bool(session.authenticated))
        assert server.transport
        self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        if plan == "hang":
            await asyncio.Event().wait()
        if plan == "close":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 taken"

    def to(self, address: str) -> list[EmailMessage]:
        """What was taken for an address, in order."""
        return [mail for mail, to in zip(self.taken, self.recipients, strict=True) if to == address]


def text(mail: EmailMessage, kind: str = "plain") -> str:
    """One of the two bodies."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (NAME, PASSWORD), handled=False)


@asynccontextmanager
async def listening(port: int = 0, implicit: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Sink]:
    """A server on this machine. With `tls_context` it offers STARTTLS, and takes nothing from who has not logged in;
    with `implicit` it begins encrypted, and knows the same name and password.
    """
    sink = Sink()
    loop = asyncio.get_running_loop()
    if implicit or options.get("tls_context"):
        options |= {"auth_required": implicit is None, "auth_require_tls": implicit is None}
        options |= {"authenticator": _authenticate}

    def connection() -> SMTP:
        return SMTP(sink, enable_SMTPUTF8=True, hostname="sink", loop=loop, **options)

    server = await loop.create_server(connection, "127.0.0.1", port, ssl=implicit)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
