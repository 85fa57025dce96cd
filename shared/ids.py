"""Identifiers: UUIDv7 (RFC 9562) for what is new, UUIDv5 for what must come out the same on every try."""

from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

_SPACE = UUID("5f0c1f5e-1d6b-5c3f-9d0a-7a4f6a1e2b3c")


def new_id() -> UUID:
    """A fresh id; ids sort by the time at which they were made."""
    return uuid7()


def derived_id(*parts: object) -> UUID:
    """The id that these parts always give: for what may be attempted twice and must exist once."""
    return uuid5(_SPACE, "\x1f".join(str(part) for part in parts))
