"""Logs, traces and metrics of a process.

Logs are lines of JSON without personal data. Traces and metrics leave the process only where the standard variables
`OTEL_TRACES_EXPORTER` and `OTEL_METRICS_EXPORTER` name an exporter (`otlp` or `console`). Without them every call here
does next to nothing, and the OpenTelemetry SDK, with its memory, is not even imported.
"""

import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import orjson

from shared.context import current
from shared.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

Attribute = str | int | float | bool
_Kind = type[BaseException] | None


def configure(service: str, settings: Settings) -> None:
    """Set up this process once, before anything else logs or measures."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    os.environ.setdefault("OTEL_SERVICE_NAME", f"dossier-{service}")
    if _exporter("OTEL_TRACES_EXPORTER"):
        _trace()
    if _exporter("OTEL_METRICS_EXPORTER"):
        _measure()


def flush() -> None:
    """Send what waits to be exported; call it before the process ends."""
    for provider in (_providers.traces, _providers.metrics):
        if provider is not None:
            provider.shutdown()


# Logs


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


# Traces


class Span:
    """A piece of work being followed. `traceparent` (W3C) goes along with what it causes."""

    __slots__ = ("traceparent",)

    def __init__(self, traceparent: str = "") -> None:
        self.traceparent = traceparent

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: _Kind, error: BaseException | None, trace: TracebackType | None) -> None:
        return None

    def set(self, **attributes: Attribute) -> None:
        """Add what became known on the way. Never personal data."""


class _Recorded(Span):
    __slots__ = ("_entered", "_span")

    def __init__(self, tracer: "Tracer", name: str, parent: str | None, attributes: dict[str, Attribute]) -> None:
        super().__init__()
        from opentelemetry.trace import use_span
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        # Without a parent from outside, the span that is current here is it.
        context = TraceContextTextMapPropagator().extract({"traceparent": parent}) if parent else None
        self._span = tracer.start_span(name, context, attributes=attributes)
        self._entered: AbstractContextManager[Any] = use_span(self._span, end_on_exit=True, record_exception=False)
        known = self._span.get_span_context()
        self.traceparent = f"00-{known.trace_id:032x}-{known.span_id:016x}-{int(known.trace_flags):02x}"

    def __enter__(self) -> Self:
        self._entered.__enter__()
        return self

    def __exit__(self, kind: _Kind, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            self._span.set_attribute("error.type", kind.__qualname__)
        self._entered.__exit__(kind, error, trace)

    def set(self, **attributes: Attribute) -> None:
        self._span.set_attributes(attributes)


_UNTRACED = Span()


def span(name: str, parent: str | None = None, **attributes: Attribute) -> Span:
    """Follow the work of a `with` block, below `parent` (a W3C traceparent) or else below the span around it.

    Not traced, it passes `parent` on, so that a trace begun by the caller is not cut by us.
    """
    if _providers.tracer is not None:
        return _Recorded(_providers.tracer, name, parent, attributes)
    return Span(parent) if parent else _UNTRACED


# Metrics


class Instrument:
    """A measurement by name. It may be made at import; it starts to count when `configure` finds an exporter."""

    __slots__ = ("_make", "_write")

    def __init__(self, make: Callable[["Meter"], Callable[..., None]]) -> None:
        self._make = make
        self._write: Callable[..., None] | None = None
        _providers.instruments.append(self)
        if _providers.meter is not None:
            self.bind(_providers.meter)

    def bind(self, meter: "Meter") -> None:
        self._write = self._make(meter)

    def __call__(self, value: float, **attributes: Attribute) -> None:
        """Record a value (histogram, gauge) or add to it (counter). Attributes are few and never personal."""
        if self._write is not None:
            self._write(value, attributes)


def histogram(name: str, unit: str, description: str) -> Instrument:
    """How values spread, a latency for instance. `unit` is UCUM: `s`, `By`, `{event}`."""
    return Instrument(lambda meter: meter.create_histogram(name, unit, description).record)


def counter(name: str, unit: str, description: str) -> Instrument:
    """What only grows."""
    return Instrument(lambda meter: meter.create_counter(name, unit, description).add)


def gauge(name: str, unit: str, description: str) -> Instrument:
    """What stands at some value now: a lag, the length of a queue."""
    return Instrument(lambda meter: meter.create_gauge(name, unit, description).set)


# Exporters


class _Providers:
    traces: "TracerProvider | None" = None
    metrics: "MeterProvider | None" = None
    tracer: "Tracer | None" = None
    meter: "Meter | None" = None
    instruments: list[Instrument] = []  # noqa: RUF012


_providers = _Providers


def _exporter(variable: str) -> str | None:
    """The exporter that a standard variable names; `ValueError` for one that is not known here."""
    name = os.environ.get(variable, "").strip().lower()
    if name in ("", "none"):
        return None
    if name not in ("otlp", "console"):
        raise ValueError(f"{variable} can be otlp, console or none")
    return name


def _trace() -> None:
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter

    exporter: SpanExporter
    if _exporter("OTEL_TRACES_EXPORTER") == "otlp":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        exporter = OTLPSpanExporter()
    else:
        exporter = ConsoleSpanExporter(formatter=lambda span: span.to_json(indent=None) + "\n")
    _providers.traces = TracerProvider()
    _providers.traces.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(_providers.traces)
    _providers.tracer = _providers.traces.get_tracer("dossier")


def _measure() -> None:
    from opentelemetry import metrics
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, MetricExporter, PeriodicExportingMetricReader

    exporter: MetricExporter
    if _exporter("OTEL_METRICS_EXPORTER") == "otlp":
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

        exporter = OTLPMetricExporter()
    else:
        exporter = ConsoleMetricExporter()
    _providers.metrics = MeterProvider([PeriodicExportingMetricReader(exporter)])
    metrics.set_meter_provider(_providers.metrics)
    _providers.meter = _providers.metrics.get_meter("dossier")
    for instrument in _providers.instruments:
        instrument.bind(_providers.meter)
