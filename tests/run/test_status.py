"""`dossier status`, `dossier relay status`, `dossier mail`: what runs, how far it is, and what did not arrive."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from services.cli.asking import PROCESSES, asking
from shared.permissions import ADMIN, USERS
from tests.broker import free_port
from tests.e2e.system import Firm
from tests.run.machine import Machine, broker_of, connect_as, plan_in, until
from tests.run.operator import answered, dossier


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """A firm whose SMTP server is away, and which tries again in an hour."""
    away = {"DOSSIER_SMTP_PORT": str(free_port()), "DOSSIER_MAIL_RETRY_SECONDS": "3600"}
    firm = Firm(tmp_path_factory.mktemp("asked"), **away)
    try:
        yield firm.start()
    finally:
        firm.stop()


def test_a_ready_firm_is_told_in_full(firm: Firm) -> None:
    account = firm.owner.account()
    firm.owner.interaction(account_id=account)
    found = answered(firm.machine, "status")
    assert found["ready"] is True
    assert set(found["services"]) == set(PROCESSES)
    for name, service in found["services"].items():
        [instance] = service["instances"]
        assert instance["ready"] is True
        assert instance["pid"] == firm.machine.pid(name)
        assert "projections" in instance["owns"]
        assert instance["parked"] == 0
        assert instance["version"] == found["version"]
        assert instance["disk"]["free"] > 0
    assert found["services"]["interactions"]["instances"][0]["position"].startswith("interactions=")
    assert found["broker"]["streams"]["EVENTS"]["messages"] > 0
    assert found["broker"]["version"].startswith("2.")
    table = dossier(firm.machine, "status")
    assert table.returncode == 0
    assert all(name in table.stdout for name in PROCESSES)
    assert table.stdout.rstrip().endswith("Ready.")


def test_the_relays_have_nothing_left_to_publish(firm: Firm) -> None:
    found = answered(firm.machine, "relay", "status")
    assert {one["service"] for one in found} == set(PROCESSES) - {"gateway"}
    assert all(one["published"] <= one["stored"] and one["lag"] == 0 for one in found)


def test_a_firm_without_its_gateway_is_not_ready_and_still_tells(firm: Firm) -> None:
    pid = firm.machine.pid("gateway")
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        done = dossier(firm.machine, "status", "--json")
    finally:
        os.kill(pid, signal.SIGCONT)
    found = orjson.loads(done.stdout)
    assert (done.returncode, found["ready"]) == (1, False)
    assert [name for name, service in found["services"].items() if not service["ready"]] == ["gateway"]


def test_an_email_that_waits_is_listed_and_tried_again_when_told_to(firm: Firm) -> None:
    colleague, account = firm.member(), firm.owner.account()
    firm.owner.team(account, colleague, "read")
    firm.owner.interaction(account_id=account, participants=[{"member_id": colleague.id}])

    def waiting(attempts: int) -> str | None:
        found = answered(firm.machine, "mail", "list")
        return next((one["id"] for one in found if one["attempts"] == attempts and one["error"]), None)

    id = until(lambda: waiting(1), what="the first try") or ""
    assert answered(firm.machine, "status")["mail"] == {"queued": 1, "failed": 0}
    assert answered(firm.machine, "mail", "retry", id) == [id]
    assert until(lambda: waiting(2), what="the second try") == id
    assert answered(firm.machine, "mail", "retry", "--all") == []  # none has failed for good


@pytest.mark.parametrize(
    "words",
    [
        ("mail", "retry"),
        ("mail", "retry", "no-id"),
        ("mail", "retry", "018f0000-0000-7000-8000-000000000001"),
        ("mail", "retry", "018f0000-0000-7000-8000-000000000001", "--all"),
    ],
)
def test_what_is_no_email_is_refused_in_one_sentence(firm: Firm, words: tuple[str, ...]) -> None:
    done = dossier(firm.machine, *words)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [("status",), ("parked", "list"), ("projections", "list"), ("relay", "status")])
def test_without_a_broker_that_is_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    nobody = Machine(plan_in(tmp_path).layout.data)
    done = dossier(nobody, *words)
    assert done.returncode == 1
    said = (done.stdout + done.stderr).splitlines()
    assert len(said) == 1
    assert "The broker at nats://127.0.0.1" in said[0]


def test_without_a_firm_that_is_said(tmp_path: Path) -> None:
    done = dossier(Machine(tmp_path), "status")
    assert done.returncode == 1
    assert "no firm has run in this data folder" in done.stderr


async def test_only_the_administrator_can_ask(tmp_path: Path) -> None:
    plan = plan_in(tmp_path)
    with broker_of(plan):
        admin = await connect_as(plan, ADMIN)
        for user in USERS:
            caller = await connect_as(plan, user)
            for other in USERS:
                assert await caller.is_refused(caller.connection.publish(f"ctl.{other}.swap", b""))
                if other != user:
                    assert await caller.is_refused(caller.connection.subscribe(f"ctl.{other}.>"))
            await caller.connection.close()
        assert not await admin.is_refused(admin.connection.publish("ctl.firm.state", b""))
        await admin.connection.close()


@pytest.mark.parametrize(
    ("verb", "question", "said"),
    [
        ("nonsense", b"", "firm knows no 'nonsense'"),
        ("state", b"[1]", "no JSON object"),
        ("state", b"{", "no JSON"),
        ("replay", b"{}", "key"),
        ("replay", b'{"key": 1}', "key"),
        ("parked", b'{"whatever": 1}', "whatever"),
        ("replay", b'{"key": "a"}', "nothing is parked under a"),
    ],
)
async def test_a_question_that_makes_no_sense_is_answered_with_why(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, verb: str, question: bytes, said: str
) -> None:
    monkeypatch.setenv("DOSSIER_DATA", str(firm.machine.data))
    async with asking() as line:
        answer = orjson.loads((await line.connection.request(f"ctl.firm.{verb}", question, timeout=10)).data)
    assert answer["service"] == "firm"
    assert said in answer["error"]
