"""An SMTP server for this machine only: every e-mail ends in `<data>/mailbox`, a Maildir, and goes no further."""

import asyncio
import logging
import os
from mailbox import Maildir
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from shared.process import until_stopped
from shared.settings import Settings

log = logging.getLogger(__name__)
LIMIT = 32 * 1024**2
"""Largest message, bytes."""


class Keeper:
    """Writes each accepted message to disk before saying that it was accepted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for part in ("tmp", "new", "cur"):  # the library makes them only where the folder itself is missing
            (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._maildir = Maildir(folder)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The answer to a message, RFC 5321: 250 once it is on disk, 452 to be sent again later."""
        content = envelope.original_content or b""
        try:
            self._maildir.add(_trace(envelope) + content)
            _sync(self._folder / "new")
        except OSError as error:
            log.error("cannot keep a message: %s", error.strerror)
            return "452 4.3.1 Insufficient system storage"
        return "250 2.0.0 Kept"


def _trace(envelope: Envelope) -> bytes:
    """Whom the message was handed over for: `To` in the message does not always say."""
    lines = [f"Return-Path: <{envelope.mail_from or ''}>", *(f"Delivered-To: {to}" for to in envelope.rcpt_tos)]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")


def _sync(folder: Path) -> None:
    """A new name is on disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


async def listen(folder: Path, host: str, port: int) -> asyncio.Server:
    """Accept e-mails from now on; port 0 takes a free one."""
    loop = asyncio.get_running_loop()
    keeper = Keeper(folder)

    def connection() -> SMTP:
        return SMTP(keeper, data_size_limit=LIMIT, enable_SMTPUTF8=True, hostname="mailbox", ident="Dossier", loop=loop)

    return await loop.create_server(connection, host, port)


async def run(settings: Settings) -> None:
    """Serve until told to stop."""
    server = await listen(settings.data / "mailbox", settings.smtp_host, settings.smtp_port)
    async with server:
        await until_stopped()
