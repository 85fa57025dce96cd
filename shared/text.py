"""Value types for what people type: cleaned, bounded, and refused with a code that can be translated."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated

import nh3
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069]")
_LINE_BREAK = re.compile(r"[\n\r\v\f\u0085\u2028\u2029]")
_BLOCK_ENDS = re.compile(r"<(?:br|/p|/li|/h[1-3]|/blockquote|/pre|hr)\s*/?>")
_TAGS = {
    "p",
    "br",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "pre",
    "a",
    "h1",
    "h2",
    "h3",
    "hr",
}
_FORMATTED = nh3.Cleaner(tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"})
_BARE = nh3.Cleaner(tags=set())


def _normal(value: object) -> object:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
    return value


def _single_line(value: str) -> str:
    if _LINE_BREAK.search(value):
        raise PydanticCustomError("line-break", "no line breaks")
    return _no_control(value)


def _no_control(value: str) -> str:
    if _CONTROL.search(value):
        raise PydanticCustomError("control-character", "no control characters")
    return value


def _plausible(value: datetime) -> datetime:
    if not 1900 <= value.astimezone(UTC).year < 2200:
        raise PydanticCustomError("date-out-of-range", "between 1900 and 2200")
    return value.astimezone(UTC)


def _mailbox(value: str) -> str:
    # A firm's own mail server may stand under a name that only its network knows (.local, .lan), but it has a dot.
    try:
        address = validate_email(value, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise PydanticCustomError("invalid-email", "not an e-mail address") from error
    if "." not in address.domain:
        raise PydanticCustomError("invalid-email", "not an e-mail address")
    return address.normalized


def sanitise(html: str) -> str:
    """Keep the formatting a note needs and nothing that could run (ASVS 1.3.1); done when written and when shown."""
    return _FORMATTED.clean(html)


def plain(html: str) -> str:
    """The words of a formatted text, for searching and for the text part of e-mails."""
    spaced = _BLOCK_ENDS.sub("\n", html)
    text = _BARE.clean(spaced)
    for entity, character in (
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", '"'),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ):
        text = text.replace(entity, character)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


_clean = BeforeValidator(_normal)

Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_single_line), _clean]
"""One line of text, 1 to 200 characters, no control characters."""

EmailAddress = Annotated[Line, AfterValidator(_mailbox)]
"""An e-mail address (RFC 5321), normalised; whether it can be delivered to is not asked."""

OptionalLine = Annotated[str, StringConstraints(max_length=200), AfterValidator(_single_line), _clean]
"""One line, possibly empty."""

Paragraphs = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_no_control), _clean]
"""Plain text of several lines, possibly empty, at most 20,000 characters."""

RichText = Annotated[
    str, StringConstraints(max_length=100_000), AfterValidator(sanitise), AfterValidator(_no_control), _clean
]
"""Formatted text (HTML), possibly empty, at most 100,000 characters; sanitised before anything else sees it."""

Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
"""A moment with its zone, between the years 1900 and 2199; kept in UTC."""
