"""Logs, traces and metrics of a process.

Logs are lines of JSON without personal data. Traces and metrics leave the process only where the standard variables
`OTEL_TRACES_EXPORTER` and `OTEL_METRICS_EXPORTER` name an exporter (`otlp` or `console`). Without them every call here
does next to nothing, and the OpenTelemetry SDK, with its memory, is not even imported.
"""

import os

from shared.settings import Settings
from shared.telemetry import logs, metrics, traces
from shared.telemetry.logs import JsonLines, without_values
from shared.telemetry.metrics import Instrument, counter, gauge, histogram
from shared.telemetry.traces import Span, span

__all__ = [
    "Instrument", "JsonLines", "Span", "configure", "counter", "flush", "gauge", "histogram", "span", "without_values",
]  # fmt: skip


def configure(service: str, settings: Settings) -> None:
    """Set up this process once, before anything else logs or measures."""
    logs.configure(service, settings.log_level)
    os.environ.setdefault("OTEL_SERVICE_NAME", f"dossier-{service}")
    traces.configure()
    metrics.configure()


def flush() -> None:
    """Send what waits to be exported; call it before the process ends."""
    traces.flush()
    metrics.flush()
