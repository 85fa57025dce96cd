"""Metrics: how long, how many, how far behind."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.telemetry.exporters import exporter
from shared.telemetry.traces import Attribute

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter
    from opentelemetry.sdk.metrics import MeterProvider


class Instrument:
    """A measurement by name. It may be made at import; it starts to count when `configure` finds an exporter."""

    __slots__ = ("_make", "_write")

    def __init__(self, make: Callable[["Meter"], Callable[..., None]]) -> None:
        self._make = make
        self._write: Callable[..., None] | None = None
        _Exported.instruments.append(self)
        if _Exported.meter is not None:
            self.bind(_Exported.meter)

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


class _Exported:
    provider: "MeterProvider | None" = None
    meter: "Meter | None" = None
    instruments: list[Instrument] = []  # noqa: RUF012


def configure() -> None:
    """Export measurements if `OTEL_METRICS_EXPORTER` says where to."""
    name = exporter("OTEL_METRICS_EXPORTER")
    if name is None:
        return
    from opentelemetry import metrics
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, MetricExporter, PeriodicExportingMetricReader

    chosen: MetricExporter
    if name == "otlp":
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

        chosen = OTLPMetricExporter()
    else:
        chosen = ConsoleMetricExporter()
    _Exported.provider = MeterProvider([PeriodicExportingMetricReader(chosen)])
    metrics.set_meter_provider(_Exported.provider)
    _Exported.meter = _Exported.provider.get_meter("dossier")
    for instrument in _Exported.instruments:
        instrument.bind(_Exported.meter)


def flush() -> None:
    if _Exported.provider is not None:
        _Exported.provider.shutdown()
