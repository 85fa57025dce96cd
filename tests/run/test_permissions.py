"""One door, and each service in its own name: asked of a real broker."""

import json
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from nats.aio.msg import Msg
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.api import StreamConfig

from shared.permissions import ADMIN, USERS, permissions
from tests.run.machine import Caller, broker_of, connect_as, plan_in

Connect = Callable[..., Coroutine[Any, Any, Caller]]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Any:
    plan = plan_in(Path(tmp_path_factory.mktemp("broker")))
    with broker_of(plan):
        yield plan


@pytest.fixture
async def connect(plan: Any) -> AsyncIterator[Connect]:
    opened: list[Caller] = []

    async def connect(user: str) -> Caller:
        opened.append(await connect_as(plan, user))
        return opened[-1]

    yield connect
    for caller in opened:
        await caller.connection.close()


async def answer(message: Msg) -> None:
    await message.respond(b"done")


async def test_the_gateway_asks_and_the_service_answers(connect: Connect) -> None:
    firm, gateway = await connect("firm"), await connect("gateway")
    for subject in ("cmd.firm.*", "qry.firm.*", "health.firm"):
        await firm.connection.subscribe(subject, queue="firm", cb=answer)
    await firm.connection.flush()
    for subject in ("cmd.firm.AddMember", "qry.firm.Members", "health.firm"):
        assert (await gateway.connection.request(subject, b"", timeout=5)).data == b"done"
    assert not firm.refused + gateway.refused


async def test_events_are_recorded_consumed_and_looked_up(connect: Connect) -> None:
    admin, firm, dossier = await connect(ADMIN), await connect("firm"), await connect("dossier")
    await admin.connection.jetstream().add_stream(StreamConfig(name="EVENTS", subjects=["evt.>"], allow_direct=True))
    await firm.connection.jetstream().publish("evt.firm.-.one", b"1")
    js = dossier.connection.jetstream()
    subscription = await js.pull_subscribe("evt.>", durable="dossier", stream="EVENTS")
    (message,) = await subscription.fetch(1, timeout=5)
    await message.ack_sync()
    assert (await js.get_last_msg("EVENTS", "evt.firm.>")).data == b"1"
    assert (await subscription.consumer_info()).num_ack_pending == 0
    await js.delete_consumer("EVENTS", "dossier")
    assert not dossier.refused


async def test_what_is_live_goes_from_dossier_to_the_gateway(connect: Connect) -> None:
    dossier, gateway = await connect("dossier"), await connect("gateway")
    heard = await gateway.connection.subscribe("live.>")
    await gateway.connection.flush()
    await dossier.connection.publish("live.accounts", b"changed")
    assert (await heard.next_msg(timeout=5)).data == b"changed"


def _without(plan: Any) -> list[dict[str, str]]:
    """What somebody may show who has no right password."""
    passwords = plan.credentials.nats
    wrong = [{"user": user, "pass": guess} for user in (*USERS, ADMIN) for guess in ("wrong", "", user)]
    stolen = [{"user": user, "pass": passwords["firm"]} for user in (*USERS, ADMIN, "nobody") if user != "firm"]
    return [{}, {"auth_token": passwords[ADMIN]}, {"user": ADMIN}, {"pass": passwords[ADMIN]}, *wrong, *stolen]


def test_nobody_gets_in_without_the_right_password(plan: Any) -> None:
    for shown in _without(plan):
        with socket.create_connection(("127.0.0.1", plan.ports["nats"]), timeout=10) as connection:
            connection.sendall(json.dumps(shown).join(("CONNECT ", "\r\nPING\r\n")).encode())
            said = connection.makefile("rb").read()  # until the broker hangs up
        assert b"Authorization Violation" in said, shown
        assert b"PONG" not in said


async def test_an_answer_can_be_given_once_and_only_to_who_asked(connect: Connect) -> None:
    firm, gateway = await connect("firm"), await connect("gateway")

    async def twice(message: Msg) -> None:
        await message.respond(b"first")
        await firm.connection.publish(f"{message.reply}.other", b"")

    await firm.connection.subscribe("cmd.firm.*", cb=twice)
    await firm.connection.flush()
    assert (await gateway.connection.request("cmd.firm.X", b"", timeout=5)).data == b"first"
    await firm.connection.flush()
    await firm.connection.flush()
    assert any("permissions violation" in text.lower() for text in firm.refused)


async def test_a_question_that_nobody_serves_is_answered_at_once(connect: Connect) -> None:
    gateway = await connect("gateway")
    with pytest.raises((NoRespondersError, NatsTimeout)):
        await gateway.connection.request("cmd.nobody.X", b"", timeout=5)


def test_every_permission_is_a_list_without_repetition() -> None:
    for user in (*USERS, ADMIN):
        for subjects in permissions(user):
            assert len(subjects) == len(set(subjects))
