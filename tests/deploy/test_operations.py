"""docs/operations.md names what exists: settings, commands, alerts, metrics, files."""

import re

import click
import pytest

from services.cli import main
from services.cli.broker_config import EVERYONE, password_variable
from services.cli.configuration import SCALED
from tests.deploy.files import ROOT, SETTINGS, documents

PAGE = (ROOT / "docs" / "operations.md").read_text()
ALERTS = {
    rule["alert"]
    for group in documents(ROOT / "deploy" / "prometheus" / "rules.yml")[0]["groups"]
    for rule in group["rules"]
}


def test_every_alert_is_explained() -> None:
    assert set(re.findall(r"^\| `(Dossier\w+)` \|", PAGE, re.MULTILINE)) == ALERTS


def test_settings_exist() -> None:
    known = SETTINGS | {password_variable(user) for user in EVERYONE} | {"DOSSIER_GRAFANA_PASSWORD"}
    known |= {f"DOSSIER_INSTANCES_{service.upper()}" for service in SCALED}
    beginnings = {"DOSSIER_INSTANCES_", "DOSSIER_NATS_PASSWORD_", "DOSSIER_OWNER_"}
    assert sorted(set(re.findall(r"DOSSIER_[A-Z_]+", PAGE)) - known - beginnings) == []


@pytest.mark.parametrize("named", sorted(set(re.findall(r"(?<!-n)[`\s]dossier ([a-z-]+(?: [a-z-]+)?)", PAGE))))
def test_commands_exist(named: str) -> None:
    command = main.commands.get(named.split()[0])
    assert command, named
    if isinstance(command, click.Group) and " " in named:
        assert named.split()[1] in command.commands, named


def test_metrics_exist() -> None:
    board = (ROOT / "deploy" / "grafana" / "dashboards" / "dossier.json").read_text()
    named = set(re.findall(r"`((?:dossier|process|messaging|db|http|system)_[a-z_]+)`", PAGE))
    assert named
    assert [metric for metric in named if metric not in board] == []


def test_files_exist() -> None:
    named = set(re.findall(r"`?((?:deploy|docs|shared|tests)/[\w./-]+\w)`?", PAGE))
    assert [path for path in named if not (ROOT / path).exists()] == []
