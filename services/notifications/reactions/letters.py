"""The e-mail itself: what is told, in the recipient's language, as text and as HTML, threaded under its action."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from services.notifications.domain import Message
from services.notifications.reactions.judging import News
from shared.ids import derived_id
from shared.mail import Envelope, mailbox, one_line
from shared.settings import Settings
from shared.text import plain, sanitise

_TEMPLATES = Path(__file__).parents[1] / "templates"
_KINDS = {
    "fr": {"note": "Note", "call": "Appel", "phone_message": "Message téléphonique", "email": "E-mail"},
    "en": {"note": "Note", "call": "Call", "phone_message": "Phone message", "email": "E-mail"},
}
_MONTHS = {
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


class Letters:
    """Writes e-mails. Whatever people typed ends up in headers on one line, and in HTML escaped or sanitised."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._zone = ZoneInfo(settings.time_zone)
        self._host = (urlsplit(settings.public_url).hostname if settings.public_url else None) or "dossier.invalid"
        self._sender = parseaddr(settings.mail_from)
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def message_id(self, message: Message) -> str:
        """The same whenever it is asked for. The e-mail about the action itself is the root of its thread."""
        return self._id(message.id) if message.about.comment_id else self._root(message)

    def _root(self, message: Message) -> str:
        return self._id(derived_id("thread", message.about.id, message.recipient.id))

    def _id(self, id: object) -> str:
        return f"<{id}@{self._host}>"

    def write(self, message: Message, news: News) -> tuple[Envelope, EmailMessage]:
        """The e-mail and where it goes. Raises `shared.mail.Refused` for what is no address."""
        language = news.person["language"] or self._settings.firm_language
        letter = EmailMessage(policy=SMTPUTF8)
        to = mailbox(news.person["name"], news.person["email"])
        letter["From"] = mailbox(*self._sender)
        letter["To"] = to
        letter["Subject"] = self._subject(news, language)
        letter["Date"] = format_datetime(datetime.now(UTC))
        self._thread(letter, message)
        values = self._values(news, language)
        template = f"{language}/{'comment' if news.remark else 'action'}"
        letter.set_content(self._templates.get_template(f"{template}.txt").render(values))
        letter.add_alternative(self._templates.get_template(f"{template}.html").render(values), subtype="html")
        self._habits(letter, language)
        return Envelope(self._sender[1], to.addr_spec), letter

    def _subject(self, news: News, language: str) -> str:
        title = _KINDS[language][news.action["kind"]]
        subject = news.action["subject"]
        place = news.dossier or self._settings.firm_name
        return one_line(f"{'Re: ' if news.remark else ''}[{place}] {title}{f': {subject}' if subject else ''}")

    def _thread(self, letter: EmailMessage, message: Message) -> None:
        """RFC 5322, 3.6.4: comments stand under their action, also for those who never got an e-mail about it."""
        letter["Message-ID"] = self.message_id(message)
        if message.about.comment_id:
            letter["In-Reply-To"] = letter["References"] = self._root(message)

    def _habits(self, letter: EmailMessage, language: str) -> None:
        """What mail programs and servers want to know of automatic mail: RFC 2369, 2919, 3282, 3834."""
        letter["Content-Language"] = language
        letter["Auto-Submitted"] = "auto-generated"
        letter["List-Id"] = f"<notifications.{self._host}>"
        letter["List-Unsubscribe"] = f"<{self._settings.address}/preferences/notifications>"

    def _values(self, news: News, language: str) -> dict[str, Any]:
        action, body = news.action, (news.remark or news.action)["body"]
        return {
            "actor": news.actor or self._settings.firm_name,
            "kind": action["kind"],
            "title": _KINDS[language][action["kind"]],
            "subject": action["subject"],
            "dossier": news.dossier,
            "firm": self._settings.firm_name,
            "when": self._moment(action["occurred_at"], language),
            "text": plain(body),
            "html": Markup(sanitise(body)),  # noqa: S704  # sanitised right here
            "link": f"{self._settings.address}/accounts/{news.account_id}" if news.account_id else None,
        }

    def _moment(self, occurred_at: str, language: str) -> str:
        """`20 novembre 2026, 10:30 (UTC+01:00)`."""
        local = datetime.fromisoformat(occurred_at).astimezone(self._zone)
        offset = local.strftime("%z")
        return (
            f"{local.day} {_MONTHS[language][local.month - 1]} {local.year}, {local:%H:%M}"
            f" (UTC{offset[:3]}:{offset[3:5]})"
        )
