"""Logs, traces and metrics of a process.

Logs are lines of JSON without personal data. Traces and metrics leave the process only where the standard variables
`OTEL_TRACES_EXPORTER` and `OTEL_METRICS_EXPORTER` name an exporter (`otlp` or `console`). Without them every call here
does next to nothing, and the OpenTelemetry SDK, with its memory, is not even imported.
"""

import os
from functools import cache
from typing import TYPE_CHECKING

from shared.settings import Settings
from shared.telemetry import logs, metrics, traces
from shared.telemetry.logs import JsonLines, without_values
from shared.telemetry.measures import version
from shared.telemetry.metrics import Instrument, Observed, counter, exporting, gauge, histogram, on_loop, total
from shared.telemetry.traces import Span, span

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

__all__ = [
    "Instrument", "JsonLines", "Observed", "Span", "configure", "counter", "exporting", "flush", "gauge", "histogram",
    "on_loop", "span", "total", "version", "without_values",
]  # fmt: skip


def configure(service: str, settings: Settings) -> None:
    """Set up this process once, before anything else logs or measures."""
    logs.configure(service, settings.log_level)

    @cache
    def resource() -> "Resource":
        """This process, as everything that it exports names it; `OTEL_RESOURCE_ATTRIBUTES` adds to it."""
        from opentelemetry.sdk.resources import Resource

        name = os.environ.get("OTEL_SERVICE_NAME", f"dossier-{service}")
        known = {"service.name": name, "service.instance.id": settings.instance, "service.version": version()}
        return Resource.create(known)

    traces.configure(resource)
    metrics.configure(resource)


def flush() -> None:
    """Send what waits to be exported; call it before the process ends."""
    traces.flush()
    metrics.flush()
