"""Traces: one request followed through everything that it causes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from shared.telemetry.exporters import exporter

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

Attribute = str | int | float | bool
_Kind = type[BaseException] | None


class _Exported:
    provider: "TracerProvider | None" = None
    tracer: "Tracer | None" = None


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
    if _Exported.tracer is not None:
        return _Recorded(_Exported.tracer, name, parent, attributes)
    return Span(parent) if parent else _UNTRACED


def configure(resource: "Callable[[], Resource]") -> None:
    """Export spans of `resource` if `OTEL_TRACES_EXPORTER` says where to."""
    name = exporter("OTEL_TRACES_EXPORTER")
    if name is None:
        return
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter

    chosen: SpanExporter
    if name == "otlp":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        chosen = OTLPSpanExporter()
    else:
        chosen = ConsoleSpanExporter(formatter=lambda span: span.to_json(indent=None) + "\n")
    _Exported.provider = TracerProvider(resource=resource())
    _Exported.provider.add_span_processor(BatchSpanProcessor(chosen))
    trace.set_tracer_provider(_Exported.provider)
    _Exported.tracer = _Exported.provider.get_tracer("dossier")


def flush() -> None:
    if _Exported.provider is not None:
        _Exported.provider.shutdown()
