"""One request can be followed through every process that it sets to work."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.system import Firm
from tests.run.machine import until

TRACED = {
    "gateway": "POST /interactions",
    "interactions": "RecordInteraction",
    "dossier": "apply audit-1",
    "notifications": "deliver e-mail",
}


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    running = Firm(tmp_path / "firm", OTEL_TRACES_EXPORTER="console", OTEL_BSP_SCHEDULE_DELAY="100")
    yield running.start()
    running.stop()


def spans(log: Path) -> list[dict[str, Any]]:
    """The spans that a process has written among its log lines."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if "context" in line]


def test_a_note_is_followed_from_the_door_to_its_e_mail(firm: Firm) -> None:
    colleague = firm.member()
    account = firm.owner.account()
    firm.owner.team(account, colleague, "read")
    firm.owner.interaction(account_id=account, participants=[{"member_id": colleague.id}])

    def found() -> dict[str, set[str]]:
        logs = firm.machine.data / "log"
        return {
            service: {span["context"]["trace_id"] for span in spans(logs / f"{service}.log") if span["name"] == name}
            for service, name in TRACED.items()
        }

    shared = until(lambda: set.intersection(*found().values()), what="one trace through all processes")
    assert len(shared) == 1
    [trace] = shared
    saved = [span["name"] for span in spans(firm.machine.data / "log" / "interactions.log")
             if span["context"]["trace_id"] == trace]  # fmt: skip
    assert {"RecordInteraction", "save", "publish"} <= set(saved)
