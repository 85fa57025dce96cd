"""A receiver of metrics as OpenTelemetry's exporters send them (OTLP over HTTP), which keeps the last of each."""

import gzip
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

_UNITS = {"s": "_seconds", "By": "_bytes"}
Attributes = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a metric is."""

    name: str
    unit: str
    shape: str  # gauge, sum or histogram

    def in_prometheus(self) -> list[str]:
        """The names of its series in Prometheus, by the rules of OpenTelemetry's specification."""
        name = self.name.replace(".", "_") + _UNITS.get(self.unit, "")
        match self.shape:
            case "histogram":
                return [f"{name}_bucket", f"{name}_sum", f"{name}_count"]
            case "sum":
                return [f"{name}_total"]
        return [name]


class Receiver:
    """`forward`: an address that gets everything too."""

    def __init__(self) -> None:
        self.forward: str | None = None
        self.kinds: set[Kind] = set()
        self.resources: dict[str, dict[str, str]] = {}
        self._values: dict[tuple[str, str], dict[Attributes, float]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def take(self, body: bytes) -> None:
        request = ExportMetricsServiceRequest.FromString(body)
        for sent in request.resource_metrics:
            resource = {one.key: one.value.string_value for one in sent.resource.attributes}
            self.resources[resource["service.name"]] = resource
            for metric in (metric for scope in sent.scope_metrics for metric in scope.metrics):
                self._keep(resource["service.name"], metric)

    def _keep(self, service: str, metric: Any) -> None:
        shape = metric.WhichOneof("data")
        self.kinds.add(Kind(metric.name, metric.unit, shape))
        known = self._values.setdefault((service, metric.name), {})
        for point in getattr(metric, shape).data_points:
            attributes = frozenset((one.key, _text(one.value)) for one in point.attributes)
            known[attributes] = point.count if shape == "histogram" else point.as_int or point.as_double

    def value(self, service: str, metric: str, **attributes: str) -> float | None:
        """The last value (of a histogram the count) with these attributes, the sum if several have them."""
        wanted = set(attributes.items())
        found = [value for of, value in self._values.get((f"dossier-{service}", metric), {}).items() if wanted <= of]
        return sum(found) if found else None

    def serve(self) -> None:
        self._server.serve_forever(0.05)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _text(value: Any) -> str:
    return str(getattr(value, value.WhichOneof("value")))


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            if receiver.forward:
                headers = {
                    name: self.headers[name] for name in ("Content-Type", "Content-Encoding") if self.headers[name]
                }
                urllib.request.urlopen(urllib.request.Request(receiver.forward, body, headers), timeout=10).close()  # noqa: S310
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *values: Any) -> None:
            pass

    return Handler


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.serve)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.close()
        thread.join()


def exporting(receiver: Receiver) -> dict[str, str]:
    """What a process is told to have its metrics arrive there twice a second."""
    return {
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url,
        "OTEL_METRIC_EXPORT_INTERVAL": "500",
    }
