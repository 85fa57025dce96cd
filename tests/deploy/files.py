"""The files of deploy/, read as their own programs read them."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from shared.permissions import SERVICES
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
KUBERNETES = ROOT / "deploy" / "kubernetes"
EXAMPLE_ENV = ROOT / "deploy" / "compose" / "example.env"
PROCESSES = {*SERVICES, "gateway", "streams"}
"""What `dossier serve` is asked to run where the engines are one's own: the mailbox is an SMTP server there."""

SETTINGS = {f"DOSSIER_{name.upper()}" for name in Settings.model_fields}
OF_ONE_MACHINE = {"DOSSIER_DEMO", "DOSSIER_INSTANCE", "DOSSIER_INSTANCES"}
"""What only `dossier run` reads, and the name of a process, which is the container's by default."""

OTHERS = re.compile(r"OTEL_\w+|GOMAXPROCS|GOMEMLIMIT|MALLOC_ARENA_MAX")
"""Variables that belong to the standard library of telemetry, to Go and to the C library."""


@cache
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return parsed


def documents(path: Path) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


@cache
def manifests() -> list[dict[str, Any]]:
    """Everything that the base of Kubernetes lists."""
    base = KUBERNETES / "base"
    return [
        document
        for name in documents(base / "kustomization.yaml")[0]["resources"]
        for document in documents(base / name)
    ]


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {manifest["metadata"]["name"]: manifest for manifest in manifests() if manifest["kind"] == kind}


def variables(path: Path) -> dict[str, str]:
    """A file of `NAME=value` lines."""
    lines = (line for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def in_image() -> dict[str, str]:
    """What the image's ENV says."""
    block = re.search(r"^ENV ((?:.*\\\n)*.*)", DOCKERFILE.read_text(), re.MULTILINE)
    assert block
    return dict(re.findall(r"(\w+)=(\S+)", block[1]))
