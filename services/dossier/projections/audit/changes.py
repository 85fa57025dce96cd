"""What an event changed from what to what, worked out from the event alone."""

from typing import Any

from services.dossier.projections.audit.topics import NOTHING, TOPICS
from shared.events import Recorded
from shared.readstore.interface import Document

LONGEST = 500
"""Characters of a text that are kept on each side of a change."""

_BEFORE = 50


def changes(event: Recorded) -> list[Document]:
    """One entry per field that is another than before."""
    fields = TOPICS.get(event.topic, NOTHING).changes
    found = []
    for field in fields:
        old, new = _was(event, field, alone=len(fields) == 1), event.data.get(field)
        if old != new:
            old, new = shortened(old, new)
            found.append({"field": field, "from": old, "to": new})
    return found


def _was(event: Recorded, field: str, *, alone: bool) -> Any:
    """What a field was: all of `was` where it is the only one, its part of it where there are several."""
    was = event.data.get("was")
    if alone:
        return was
    return was.get(field) if isinstance(was, dict) else None


def shortened(old: Any, new: Any) -> tuple[Any, Any]:
    """Two long texts, each cut to the part in which they begin to differ."""
    texts = [text for text in (old, new) if isinstance(text, str)]
    if all(len(text) <= LONGEST for text in texts):
        return old, new
    start = max(0, _same(*texts) - _BEFORE) if len(texts) == 2 else 0
    return _cut(old, start), _cut(new, start)


def _same(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _cut(text: Any, start: int) -> Any:
    if not isinstance(text, str):
        return text
    part = text[start : start + LONGEST]
    return f"{'…' if start else ''}{part}{'…' if start + LONGEST < len(text) else ''}"
