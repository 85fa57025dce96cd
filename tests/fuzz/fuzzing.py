"""Schemathesis against a running firm: what it is told, and what it found."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.client import API
from tests.e2e.operations import existing
from tests.e2e.stage import Stage
from tests.e2e.system import Member

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,unsupported_method,use_after_free,ignored_auth"
)
"""All but those that ask that whatever fits the schema succeeds: a schema knows nothing of who may what, of ids that
exist and of versions."""

LEFT_OUT = ("signOut", "live")
"""The first would end the fuzzer's own session, the second never ends."""


@dataclass(frozen=True)
class Depth:
    """Which phases, and how many cases for each operation in those that go on for ever."""

    phases: str
    examples: int


SHORT = Depth("examples,fuzzing,stateful", 1)
LONG = Depth("examples,coverage,fuzzing,stateful", 12)


@dataclass(frozen=True)
class Found:
    """How many cases were tried, and what was wrong with the answers."""

    cases: int
    failures: str


def fuzz(stage: Stage, member: Member, depth: Depth, seed: int, folder: Path, *, aimed: bool) -> Found:
    """Try all operations as this member. `aimed`: at ids of things that exist, else at whatever is found on the way."""
    config, report = folder / "schemathesis.toml", folder / "report.json"
    config.write_text(_config(existing(stage) if aimed else {}), encoding="utf-8")
    command = [Path(sys.executable).with_name("st"), "--config-file", config, "run"]
    command += [f"{stage.firm.address}{API}/schema/openapi.json", "--header", f"Authorization: Bearer {member.token}"]
    command += ["--phases", depth.phases, "--max-examples", depth.examples, "--seed", seed, "--checks", CHECKS]
    command += ["--suppress-health-check", "all", "--continue-on-failure", "--request-timeout", 20, "--no-shrink"]
    command += ["--report", "json", "--report-json-path", report, "--generation-database", "none", "--no-color"]
    for operation in LEFT_OUT:
        command += ["--exclude-operation-id", operation]
    ended = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    assert report.exists(), ended.stdout + ended.stderr
    read: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return Found(_cases(read), "" if ended.returncode == 0 else ended.stdout)


def _config(ids: dict[str, str]) -> str:
    """A position far ahead is waited for, and refused: tests/e2e says so, and here it would only take time."""
    fixed = {"header.Dossier-Position": "firm=1"} | {f"path.{name}": id for name, id in ids.items()}
    return "[parameters]\n" + "".join(f"{json.dumps(name)} = {json.dumps(value)}\n" for name, value in fixed.items())


def _cases(report: dict[str, Any]) -> int:
    return int(report["test_cases"]["generated"])
