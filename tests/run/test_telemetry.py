"""Logs without personal data; traces and metrics only where somebody asked for them."""

import json
import logging
import os
import subprocess
import sys
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from shared.context import Context, current
from shared.telemetry import JsonLines, counter, span, without_values

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
PROGRAM = """
import sys
from shared import telemetry
from shared.settings import Settings
latency = telemetry.histogram("dossier.command.duration", "s", "How long a command takes")
telemetry.configure("firm", Settings())
with telemetry.span("request", {parent!r}, route="/members") as outer:
    with telemetry.span("save") as inner:
        inner.set(events=2)
    with telemetry.span("relay", outer.traceparent) as relayed:
        pass
latency(0.25, route="/members")
telemetry.flush()
print("loaded", sorted(name for name in sys.modules if name.startswith("opentelemetry.sdk")))
print("parent", outer.traceparent)
"""


def outcome(parent: str | None, **variables: str) -> list[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")} | variables
    program = PROGRAM.format(parent=parent)
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_one_trace_runs_from_the_request_through_what_it_causes() -> None:
    lines = outcome(TRACE, OTEL_TRACES_EXPORTER="console")
    spans: dict[str, Any] = {
        item["name"]: item for line in lines if line.startswith("{") for item in [json.loads(line)]
    }
    request, save, relay = spans["request"], spans["save"], spans["relay"]
    assert {span["context"]["trace_id"] for span in spans.values()} == {"0x0af7651916cd43dd8448eb211c80319c"}
    assert request["parent_id"] == "0xb7ad6b7169203331"
    assert save["parent_id"] == relay["parent_id"] == request["context"]["span_id"]
    assert save["attributes"] == {"events": 2}
    assert request["resource"]["attributes"]["service.name"] == "dossier-firm"


def test_measurements_made_at_import_reach_the_exporter() -> None:
    text = "\n".join(outcome(None, OTEL_METRICS_EXPORTER="console"))
    assert "dossier.command.duration" in text
    assert "0.25" in text


def test_without_an_exporter_nothing_of_the_sdk_is_loaded_and_the_callers_trace_goes_on() -> None:
    assert outcome(TRACE) == ["loaded []", f"parent {TRACE}"]


def test_an_exporter_that_nobody_knows_ends_the_start() -> None:
    with pytest.raises(subprocess.CalledProcessError) as ended:
        outcome(None, OTEL_TRACES_EXPORTER="zipkin")
    assert "otlp, console or none" in ended.value.stderr


def test_untraced_work_costs_one_object_and_changes_nothing() -> None:
    with span("a") as first, span("b", kind="x") as second:
        first.set(events=1)
    assert first is second
    counter("dossier.nothing", "{event}", "Counts nothing")(1, route="/x")


def line(record: logging.LogRecord) -> dict[str, Any]:
    text = JsonLines("accounts").format(record)
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def record(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("shared.relay", logging.INFO, "", 1, message, arguments, info)


def test_a_log_line_says_which_request_of_which_trace_it_belongs_to() -> None:
    token = current.set(Context(kind="member", request="r-1", address="192.0.2.7", trace=TRACE))
    try:
        found = line(record("sent %d\nevents \u2028\ud800", 3))
    finally:
        current.reset(token)
    assert found.pop("time").endswith("Z")
    assert found.pop("message").startswith("sent 3\nevents")
    assert found == {
        "level": "INFO",
        "logger": "shared.relay",
        "service": "accounts",
        "request": "r-1",
        "trace": "0af7651916cd43dd8448eb211c80319c",
    }


class Person(BaseModel):
    age: int


def test_an_error_that_quotes_its_input_is_logged_without_it() -> None:
    name = "Zoé Lefèvre"
    with pytest.raises(ValidationError) as caught:
        Person.model_validate({"age": name})
    try:
        raise RuntimeError("projection stopped") from caught.value
    except RuntimeError as error:
        found = line(record("failed", error=error))["exception"]
    assert "Zoé" not in found
    assert "ValidationError" in found
    assert "RuntimeError: projection stopped" in found


def test_every_error_of_a_group_is_named() -> None:
    group = ExceptionGroup("two", [KeyError("Zoé"), OSError("disk")])
    text = without_values(group)
    assert "Zoé" not in text
    assert "KeyError" in text
    assert "OSError: disk" in text
