"""The mailbox keeps what it accepts, and accepts what a mail program sends."""

import asyncio
import errno
import mailbox
import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from services.cli.mailbox import LIMIT, Keeper, listen


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    server = await listen(tmp_path / "mailbox", "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def letter(**headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "dossier@cabinet.example", "zoé@cabinet.example", "Note créée"
    for name, value in headers.items():
        message[name] = value
    message.set_content("Bonjour Zoé,\n\n.\nUne ligne d'un seul point.\n")
    return message


def send(port: int, message: EmailMessage, to: list[str]) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost", timeout=10) as client:
        client.send_message(message, to_addrs=to)


@pytest.mark.rows("U-18")
async def test_an_accepted_message_is_in_the_maildir(tmp_path: Path, port: int) -> None:
    await asyncio.to_thread(send, port, letter(), ["zoé@cabinet.example", "max@cabinet.example"])
    (kept,) = list(mailbox.Maildir(tmp_path / "mailbox", create=False))
    assert "Une ligne d'un seul point." in kept.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert kept["Return-Path"] == "<dossier@cabinet.example>"
    assert len(kept.get_all("Delivered-To", [])) == 2


async def test_messages_sent_at_once_are_all_kept(tmp_path: Path, port: int) -> None:
    sent = [asyncio.to_thread(send, port, letter(**{"X-Number": str(n)}), ["a@cabinet.example"]) for n in range(20)]
    await asyncio.gather(*sent)
    kept = mailbox.Maildir(tmp_path / "mailbox", create=False)
    assert sorted(int(message["X-Number"]) for message in kept) == list(range(20))


async def test_a_message_above_the_limit_is_refused_for_good(tmp_path: Path, port: int) -> None:
    def announce() -> int:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost", timeout=10) as client:
            client.ehlo()
            return client.mail("a@cabinet.example", [f"SIZE={LIMIT + 1}"])[0]

    assert await asyncio.to_thread(announce) == 552
    assert len(mailbox.Maildir(tmp_path / "mailbox", create=False)) == 0


async def test_a_message_that_cannot_be_kept_is_to_be_sent_again(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("services.cli.mailbox._sync", full)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        await asyncio.to_thread(send, port, letter(), ["a@cabinet.example"])
    assert refused.value.smtp_code == 452


def test_a_mailbox_that_exists_is_used_again(tmp_path: Path) -> None:
    Keeper(tmp_path / "mailbox")
    Keeper(tmp_path / "mailbox")
    assert (tmp_path / "mailbox" / "new").is_dir()
