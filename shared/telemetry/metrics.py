"""Metrics: how long, how many, how far behind. OpenTelemetry's names where it has one, else they begin `dossier.`."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shared.telemetry.exporters import exporter
from shared.telemetry.traces import Attribute

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions, Meter, Observation
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.resources import Resource

    Look = Callable[[CallbackOptions], Iterable[Observation]]

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""Bounds of what takes time: those of OpenTelemetry's HTTP conventions, and two below them."""
COUNTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)

Readings = Mapping[str, float | None]
"""What was read now, by the value of one attribute; None is left out."""

_PATIENCE = 2.0  # seconds that the exporter's thread waits for the event loop
Read = Callable[[], float | Readings | None]


def on_loop(read: Callable[[], Coroutine[Any, Any, float | Mapping[str, float | None] | None]]) -> "Read":
    """As `read`, which wants the event loop that runs here now, for the exporter's thread."""
    loop = asyncio.get_running_loop()

    def ask() -> float | Readings | None:
        if not loop.is_running():
            return None
        return asyncio.run_coroutine_threadsafe(read(), loop).result(_PATIENCE)

    return ask


class _Made:
    """A measurement by name. It may be made at import; it counts once `configure` has found an exporter."""

    __slots__ = ()

    def __init__(self) -> None:
        _Exported.made.append(self)
        if _Exported.meter is not None:
            self.bind(_Exported.meter)

    def bind(self, meter: "Meter") -> None:
        raise NotImplementedError


class Instrument(_Made):
    """A measurement that is told each value."""

    __slots__ = ("_make", "_write")

    def __init__(self, make: Callable[["Meter"], Callable[..., None]]) -> None:
        self._make = make
        self._write: Callable[..., None] | None = None
        super().__init__()

    def bind(self, meter: "Meter") -> None:
        self._write = self._make(meter)

    def __call__(self, value: float, **attributes: Attribute) -> None:
        """Record a value (histogram) or add to it (counter). Attributes are few and never personal."""
        if self._write is not None:
            self._write(value, attributes)


class Observed(_Made):
    """A measurement that is looked up each time measurements leave the process, and costs nothing in between."""

    __slots__ = ("_make", "_readers")

    def __init__(self, make: Callable[["Meter", "Look"], object]) -> None:
        self._make = make
        self._readers: list[tuple[Read, str, dict[str, Attribute]]] = []
        super().__init__()

    def bind(self, meter: "Meter") -> None:
        self._make(meter, self._look)

    def of(self, read: Read, by: str = "", **attributes: Attribute) -> None:
        """Ask `read` from now on, in a thread of the exporter: one value, or several by those of attribute `by`."""
        if _Exported.meter is not None:
            self._readers.append((read, by, attributes))

    def _look(self, options: "CallbackOptions") -> "Iterable[Observation]":
        from opentelemetry.metrics import Observation

        for read, by, attributes in self._readers:
            found = read()
            several: Readings = found if isinstance(found, Mapping) else {"": found}
            for name, value in several.items():
                if value is not None:
                    yield Observation(value, {**attributes, by: name} if by else attributes)


def histogram(name: str, unit: str, description: str) -> Instrument:
    """How values spread, a latency for instance. `unit` is UCUM: `s`, `By`, `{event}`."""
    bounds = SECONDS if unit == "s" else COUNTS

    def make(meter: "Meter") -> Callable[..., None]:
        return meter.create_histogram(name, unit, description, explicit_bucket_boundaries_advisory=bounds).record

    return Instrument(make)


def counter(name: str, unit: str, description: str) -> Instrument:
    """What only grows."""
    return Instrument(lambda meter: meter.create_counter(name, unit, description).add)


def gauge(name: str, unit: str, description: str) -> Observed:
    """What stands at some value now: a lag, the length of a queue."""
    return Observed(lambda meter, look: meter.create_observable_gauge(name, [look], unit, description))


def total(name: str, unit: str, description: str) -> Observed:
    """What only grows, and is counted elsewhere: processor time."""
    return Observed(lambda meter, look: meter.create_observable_counter(name, [look], unit, description))


class _Exported:
    provider: "MeterProvider | None" = None
    meter: "Meter | None" = None
    made: list[_Made] = []  # noqa: RUF012


def exporting() -> bool:
    """Whether measurements leave this process."""
    return _Exported.meter is not None


def configure(resource: "Callable[[], Resource]") -> None:
    """Export measurements of `resource` if `OTEL_METRICS_EXPORTER` says where to."""
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
    _Exported.provider = MeterProvider([PeriodicExportingMetricReader(chosen)], resource=resource())
    metrics.set_meter_provider(_Exported.provider)
    _Exported.meter = _Exported.provider.get_meter("dossier")
    for made in _Exported.made:
        made.bind(_Exported.meter)


def flush() -> None:
    if _Exported.provider is not None:
        _Exported.provider.shutdown()
