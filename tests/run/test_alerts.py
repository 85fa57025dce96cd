"""Alerts and the board: each alert provoked, on paper or by hurting a firm, and nothing named that is not exported."""

import json
import os
import re
import signal
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.broker import free_port
from tests.e2e.system import Firm
from tests.otlp import Receiver, exporting, receiving
from tests.run.machine import TREE, until
from tests.run.operator import spoil
from tests.servers import Server, needed

RULES = TREE / "deploy" / "prometheus" / "rules.yml"
BOARDS = TREE / "deploy" / "grafana" / "dashboards"
PAPER = Path(__file__).with_name("alerts.yml")
_SERIES = re.compile(r"\b(?:dossier|http|process|messaging|db|system)_[a-z_]+")
_LABELS = re.compile(r"\{[^}]*\}|\b(?:by|on|without|ignoring) *\([^)]*\)")
_SHORT = {r"\[3m\]": "[4s]", r"\[5m\]": "[20s]", r"for: \w+": "for: 0s", r"> 900$": "> 1"}


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Firm]:
    """A firm whose SMTP server is away."""
    firm = Firm(tmp_path_factory.mktemp("watched"), DOSSIER_SMTP_PORT=str(free_port()), **exporting(receiver))
    try:
        yield firm.start()
    finally:
        firm.stop()


@pytest.fixture(scope="module")
def busy(firm: Firm, receiver: Receiver) -> Firm:
    """The firm once everything has happened in it that is measured."""
    owner, colleague = firm.owner, firm.member()
    account, contact = owner.account(), owner.contact()
    owner.team(account, colleague, "read")
    owner.interaction(account_id=account, participants=[{"member_id": colleague.id}])
    assert owner.get(f"/contacts/{contact}").status_code == 200
    spoil(firm, contact)
    owner.did(owner.put(f"/contacts/{contact}", {"name": "Martin"}))
    until(lambda: receiver.value("dossier", "dossier.projection.failures"), what="an event is parked")
    until(lambda: receiver.value("notifications", "dossier.emails"), what="an e-mail was not taken")
    return firm


def named(expressions: list[str]) -> set[str]:
    """The series that expressions ask for."""
    return {name for expression in expressions for name in _SERIES.findall(_LABELS.sub("", expression))}


def of_rules() -> list[str]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule["expr"] for group in groups for rule in group["rules"]]


def of_boards() -> list[str]:
    boards = [json.loads(path.read_text()) for path in BOARDS.glob("*.json")]
    panels = [panel for board in boards for panel in board["panels"]]
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


def test_everything_that_board_and_alerts_name_is_exported(busy: Firm, receiver: Receiver) -> None:
    wanted = named(of_rules()) | named(of_boards())
    assert len(wanted) > 20

    def missing() -> set[str]:
        return wanted - {name for kind in receiver.kinds for name in kind.in_prometheus()}

    until(lambda: not missing(), what=f"all of these: {missing()}")


def test_every_process_says_who_it_is_and_which_version(busy: Firm, receiver: Receiver) -> None:
    processes = {
        "firm",
        "contacts",
        "accounts",
        "interactions",
        "files",
        "notifications",
        "dossier",
        "gateway",
        "streams",
    }
    assert processes <= {name.removeprefix("dossier-") for name in receiver.resources}
    for resource in receiver.resources.values():
        assert resource["service.version"]
        assert resource["service.instance.id"]


def test_requests_are_measured_by_their_route_and_status(busy: Firm, receiver: Receiver) -> None:
    busy.owner.get("/accounts/018f0000-0000-7000-8000-000000000001")
    route = {"http.route": "/api/v1/accounts/{account_id}", "http.request.method": "GET"}
    status = {"http.response.status_code": "404"}
    until(lambda: receiver.value("gateway", "http.server.request.duration", **route, **status), what="the request")
    assert receiver.value("gateway", "http.server.request.duration", **status) >= 1  # type: ignore[operator]


def test_the_state_of_a_firm_is_in_its_measurements(busy: Firm, receiver: Receiver) -> None:
    assert receiver.value("contacts", "dossier.ready") == 1
    assert receiver.value("contacts", "dossier.broker.connected") == 1
    assert receiver.value("dossier", "dossier.projection.parked", **{"dossier.runner": "projections"}) == 1
    assert receiver.value("notifications", "dossier.mail.queue.size", state="queued") == 1
    free = receiver.value("files", "system.filesystem.usage", **{"system.filesystem.state": "free"})
    assert free is not None
    assert free > 0
    stored = receiver.value("contacts", "dossier.store.size", **{"dossier.store": "events"})
    assert stored == (busy.machine.data / "contacts" / "events.db").stat().st_size


def test_each_alert_fires_on_paper_and_none_in_good_times() -> None:
    promtool = needed("promtool")
    for words, file in (("check rules --lint=all --lint-fatal", RULES), ("test rules", PAPER)):
        done = subprocess.run([promtool, *words.split(), file], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    rules = {rule["alert"] for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}
    assert {name for name in rules if f'"{name}"' not in PAPER.read_text()} == set()


class Prometheus(Server):
    """The real one, with the firm's own rules made impatient."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        rules = RULES.read_text()
        for pattern, quicker in _SHORT.items():
            rules = re.sub(pattern, quicker, rules, flags=re.MULTILINE)
        (folder / "rules.yml").write_text(rules)
        config = (
            (RULES.parent / "prometheus.yml").read_text().replace("evaluation_interval: 15s", "evaluation_interval: 1s")
        )
        (folder / "prometheus.yml").write_text(config)
        command: list[str | Path] = [
            needed("prometheus"),
            "--web.enable-otlp-receiver",
            f"--web.listen-address=127.0.0.1:{port}",
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
        ]
        super().__init__(port, command, folder / "prometheus.log")

    def ready(self) -> bool:
        """It listens before it answers."""
        try:
            with urllib.request.urlopen(f"http://{self.address}/-/ready", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def get(self, path: str, **query: str) -> Any:
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["data"]

    def firing(self) -> set[tuple[str, str]]:
        """Names of the alerts, with the process that each is about."""
        return {(a["labels"]["alertname"], a["labels"].get("job", "")) for a in self.get("alerts")["alerts"]}


@pytest.fixture
def prometheus(busy: Firm, receiver: Receiver, tmp_path: Path) -> Iterator[Prometheus]:
    server = Prometheus(tmp_path)
    server.start()
    until(server.ready, what="Prometheus")
    receiver.forward = f"http://{server.address}/api/v1/otlp/v1/metrics"
    try:
        yield server
    finally:
        receiver.forward = None
        server.kill()


def test_what_happens_to_a_firm_is_told_and_so_is_its_end(busy: Firm, prometheus: Prometheus) -> None:
    hurt = {("DossierParked", "dossier-dossier"), ("DossierMailWaiting", "")}
    until(lambda: hurt <= prometheus.firing(), what="the parked event and the e-mail that waits")
    assert {expression for expression in of_boards() if not _understood(prometheus, expression)} == set()
    pid = busy.machine.pid("accounts")
    assert pid is not None
    silent = ("DossierProcessSilent", "dossier-accounts")
    assert silent not in prometheus.firing()
    os.kill(pid, signal.SIGSTOP)
    try:
        until(lambda: silent in prometheus.firing(), what="a process that hangs")
    finally:
        os.kill(pid, signal.SIGCONT)
    until(lambda: silent not in prometheus.firing(), what="the end of it")


def _understood(prometheus: Prometheus, expression: str) -> bool:
    """Whether Prometheus can work with it; an error of its would raise."""
    return "result" in prometheus.get("query", query=expression.replace("$__rate_interval", "1m"))
