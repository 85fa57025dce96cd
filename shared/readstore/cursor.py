"""Where a page ended, as opaque text for callers."""

import base64
import math
import zlib
from collections.abc import Sequence

import orjson

from shared.problems import Refusal
from shared.readstore.interface import Key, Order

_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


class InvalidCursor(Refusal):
    """The cursor was not given out by this list, or by this list in another order."""

    code, status = "invalid-cursor", 400
    fr = "Ce curseur ne vient pas de cette liste dans cet ordre."
    en = "This cursor does not come from this list in this order."


def encode_cursor(after: Key | None, order: Sequence[Order]) -> str | None:
    """The text for `Page.next`; None stays None."""
    if after is None:
        return None
    return base64.urlsafe_b64encode(orjson.dumps([_tag(order), *after])).rstrip(b"=").decode()


def decode_cursor(text: str | None, order: Sequence[Order]) -> Key | None:
    """What `encode_cursor` was given for the same order; None stays None; all else raises `InvalidCursor`."""
    if text is None:
        return None
    try:
        values = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except ValueError:
        raise InvalidCursor(field="after") from None
    if not isinstance(values, list) or len(values) != len(order) + 2 or values[0] != _tag(order):
        raise InvalidCursor(field="after")
    key = tuple(values[1:])
    if not isinstance(key[-1], str) or not all(map(_is_scalar, key)) or encode_cursor(key, order) != text:
        raise InvalidCursor(field="after")
    return key


def _tag(order: Sequence[Order]) -> int:
    """A short sign of the order, so that a cursor of another one is refused and not misread."""
    return zlib.crc32(",".join(f"{'-' if part.descending else ''}{part.field}" for part in order).encode())


def _is_scalar(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return _SMALLEST <= value <= _LARGEST
    return value is None or isinstance(value, str)
