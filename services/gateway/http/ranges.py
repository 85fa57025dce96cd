"""Which bytes of a content are wanted (RFC 9110, 14): one range, or all of it."""

import re
from dataclasses import dataclass

from services.gateway.http.problems import RangeNotSatisfiable

_RANGE = re.compile(rb"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A range as asked: from `first` to `last` inclusive, or the `last` bytes if `first` is None."""

    first: int | None
    last: int | None

    @property
    def from_start(self) -> bool:
        return self.first == 0

    def within(self, size: int) -> tuple[int, int]:
        """Start and end (exclusive) in a content of `size` bytes; `RangeNotSatisfiable` if nothing of it is there."""
        if self.first is None:
            start, end = max(0, size - (self.last or 0)), size
        else:
            start, end = self.first, size if self.last is None else min(self.last + 1, size)
        if start >= end:
            raise RangeNotSatisfiable(size=size)
        return start, end


def wanted(header: bytes | None) -> Wanted | None:
    """The range asked for; None for all. Several ranges and what cannot be read are answered with all, as allowed."""
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or not (match[1] or match[2]):
        return None
    first, last = (int(text) if text else None for text in match.groups())
    if first is not None and last is not None and last < first:
        return None
    return Wanted(first, last)
