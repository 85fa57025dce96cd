"""Logs: lines of JSON on standard error, without personal data."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import orjson

from shared.context import current


def configure(service: str, level: str) -> None:
    """Everything that this process logs, warnings and uncaught errors included, becomes lines of JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught


class JsonLines(logging.Formatter):
    """One JSON object a line: time (RFC 3339, UTC), level, logger, message, service, request, trace."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        context = current.get()
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "service": self._service,
        }
        if context.request:
            line["request"] = context.request
        if trace := _trace_id(context.trace):
            line["trace"] = trace
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = without_values(record.exc_info[1])
        try:
            return orjson.dumps(line).decode()
        except TypeError:  # a lone surrogate, for instance from a file name
            return json.dumps(line)


def without_values(error: BaseException) -> str:
    """Where an exception came from and which it is. The words of those that quote what they choked on are left out."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    words = "" if isinstance(error, ValueError | LookupError) else f": {error}"
    text = f"{frames}{type(error).__module__}.{type(error).__qualname__}{words}"
    if error.__cause__ is not None:
        text = f"{without_values(error.__cause__)}\n\n{text}"
    if isinstance(error, BaseExceptionGroup):
        text += "".join(f"\n\n{without_values(child)}" for child in error.exceptions)
    return text


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger("uncaught").critical("ends by an error", exc_info=(kind, error, trace))


def _trace_id(traceparent: str) -> str:
    """The trace's id of a W3C traceparent: `00-<32 digits>-<16 digits>-<2 digits>`."""
    return traceparent[3:35] if len(traceparent) >= 55 else ""
