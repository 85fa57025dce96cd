"""Handing e-mails to an SMTP server (RFC 5321). What they say is none of its business."""

import asyncio
import logging
import ssl
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.policy import SMTPUTF8, EmailPolicy
from typing import Any

import aiosmtplib
from aiosmtplib.errors import SMTPDataError, SMTPRecipientRefused, SMTPRecipientsRefused

from shared.settings import Settings

_REASON = 500  # characters kept of what a server says
_GOODBYE = 2.0  # seconds
_log = logging.getLogger(__name__)


class _Ascii(EmailPolicy):
    """Everything in seven bits, bodies too: not every server takes 8BITMIME (RFC 6152).

    Headers in other scripts are encoded (RFC 2047) by the library's older code: its newer one was seen to lose a space
    between encoded words, in one of eight French subjects (Python 3.11).
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        if str(value).isascii():
            return super().fold_binary(name, value)
        if isinstance(value, AddressHeader):
            text = ", ".join(_encoded(name, address) for address in value.addresses)
        else:
            text = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {text}{self.linesep}".encode("ascii")


def _encoded(name: str, address: Address) -> str:
    words = Header(address.display_name, "utf-8", header_name=name).encode(linesep="\r\n")
    return f"{words} <{address.addr_spec}>"


ASCII = _Ascii(cte_type="7bit", linesep="\r\n")
"""How messages travel, but for addresses that are not ASCII themselves (RFC 6531)."""
_UTF8 = SMTPUTF8.clone(cte_type="7bit")


class Refused(Exception):
    """An e-mail was not handed over. `permanent`: this recipient or this message will not be taken later either.

    What has to do with the server and not with the message (it is away, too slow, does not know our password or our
    sender) is not permanent: somebody will put it right, and what waits then leaves.
    """

    def __init__(self, permanent: bool, reason: str) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.reason = reason[:_REASON]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where an e-mail comes from and where it goes: addresses without names."""

    sender: str
    recipient: str


def one_line(text: str) -> str:
    """Text as it may stand in a header: no line breaks, no control characters (ASVS 1.3.11)."""
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


def mailbox(name: str, address: str) -> Address:
    """A name with an address, for `From` and `To`. Domains are written in ASCII (RFC 5890), local parts as they are.

    Raises `Refused` for what is no address.
    """
    local, _, domain = address.rpartition("@")
    if not (local and domain):
        raise Refused(True, "not an e-mail address")
    try:
        return Address(one_line(name), local, domain if domain.isascii() else domain.encode("idna").decode())
    except (ValueError, HeaderParseError) as error:
        raise Refused(True, "not an e-mail address") from error


class Transport:
    """Hands e-mails over, one connection each: a connection that hangs holds up nothing else."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tls = ssl.create_default_context(cafile=settings.smtp_ca) if settings.smtp_tls else None

    async def send(self, envelope: Envelope, message: EmailMessage) -> None:
        """Return once the server has taken responsibility for the message; raises `Refused`.

        When the answer to the message itself is lost, it may have been taken all the same: sent again it carries the
        same `Message-ID`, by which most mail programs show it once.
        """
        client = self._client(envelope.sender)
        try:
            async with asyncio.timeout(self._settings.smtp_seconds):
                await client.connect()
                await _hand_over(client, envelope, message)
        except SMTPRecipientsRefused as refused:
            raise _refused(refused.recipients[0]) from refused
        except (SMTPRecipientRefused, SMTPDataError) as refused:
            raise _refused(refused) from refused
        except aiosmtplib.SMTPNotSupported as missing:
            raise Refused(True, str(missing)) from missing
        except aiosmtplib.SMTPResponseException as refused:
            raise Refused(False, f"{refused.code} {refused.message}") from refused
        except (TimeoutError, OSError, aiosmtplib.SMTPException) as error:
            raise Refused(False, str(error) or type(error).__name__) from error
        else:
            await _leave(client)
        finally:
            client.close()

    def _client(self, sender: str) -> aiosmtplib.SMTP:
        settings = self._settings
        password = settings.smtp_password
        return aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port or None,
            local_hostname=sender.rpartition("@")[2],  # by default the library asks the DNS, and waits for it
            username=settings.smtp_user,
            password=password.get_secret_value() if password else None,
            use_tls=settings.smtp_tls == "implicit",
            start_tls=settings.smtp_tls is True,  # and then it is not sent without
            tls_context=self._tls,
            timeout=settings.smtp_seconds,
        )


async def _hand_over(client: aiosmtplib.SMTP, envelope: Envelope, message: EmailMessage) -> None:
    international = not (envelope.sender.isascii() and envelope.recipient.isascii())
    content = message.as_bytes(policy=_UTF8 if international else ASCII)
    options = ["SMTPUTF8"] if international else []
    await client.sendmail(envelope.sender, [envelope.recipient], content, mail_options=options)


async def _leave(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit(timeout=_GOODBYE)
    except (OSError, aiosmtplib.SMTPException) as error:
        _log.debug("the server did not say goodbye: %s", error)  # it has the message


def _refused(error: SMTPRecipientRefused | SMTPDataError) -> Refused:
    """By the first digit of the reply (RFC 5321, 4.2.1): 4 may go well later, 5 will not."""
    return Refused(error.code >= 500, f"{error.code} {error.message}")
