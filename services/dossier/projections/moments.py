"""Moments as text: one width, UTC, so that they sort and compare as they are."""

from datetime import UTC, datetime


def utc(moment: datetime | str) -> str:
    """RFC 3339 with microseconds and `Z`, from a datetime with a zone or any text of one."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return f"{moment.isoformat(timespec='microseconds')[:-6]}Z"  # instead of +00:00
