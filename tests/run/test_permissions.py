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

from shared.permissions import ADMIN, READERS_OF_KEYS, SERVICES, USERS, permissions
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


@pytest.mark.parametrize("service", SERVICES)
async def test_no_service_can_ask_in_the_gateways_place(connect: Connect, service: str) -> None:
    caller = await connect(service)
    assert await caller.is_refused(caller.connection.publish("cmd.firm.AddMember", b""))
    assert await caller.is_refused(caller.connection.publish("qry.firm.Members", b""))


@pytest.mark.parametrize("user", USERS)
async def test_nobody_speaks_in_anothers_name(connect: Connect, user: str) -> None:
    caller = await connect(user)
    for service in SERVICES:
        refused = await caller.is_refused(caller.connection.publish(f"evt.{service}.-.x", b""))
        assert refused == (user != service)


@pytest.mark.parametrize("user", USERS)
async def test_nobody_hears_what_is_meant_for_another(connect: Connect, user: str) -> None:
    caller = await connect(user)
    for other in set(USERS) - {user}:
        for subject in (f"cmd.{other}.*", f"qry.{other}.*", f"_INBOX.{other}.>"):
            assert await caller.is_refused(caller.connection.subscribe(subject))
    for subject in (">", "_INBOX.>", "evt.>", "$JS.>"):
        assert await caller.is_refused(caller.connection.subscribe(subject))


@pytest.mark.parametrize("user", USERS)
async def test_keys_are_asked_for_by_those_who_read_and_answered_by_contacts(connect: Connect, user: str) -> None:
    caller = await connect(user)
    assert await caller.is_refused(caller.connection.publish("key.get", b"")) == (user not in READERS_OF_KEYS)
    assert await caller.is_refused(caller.connection.subscribe("key.get")) == (user != "contacts")
    assert await caller.is_refused(caller.connection.publish("key.destroyed", b"")) == (user != "contacts")
    assert await caller.is_refused(caller.connection.subscribe("key.destroyed")) == (user not in READERS_OF_KEYS)


async def test_events_are_recorded_consumed_and_looked_up(connect: Connect) -> None:
    admin, firm, dossier = await connect(ADMIN), await connect("firm"), await connect("dossier")
    await admin.connection.jetstream().add_stream(StreamConfig(name="EVENTS", subjects=["evt.>"], allow_direct=True))
    await firm.connection.jetstream().publish("evt.firm.-.one", b"1")
    js = dossier.connection.jetstream()
    subscription = await js.pull_subscribe("evt.>", durable="dossier", stream="EVENTS")
    (message,) = await subscription.fetch(1, timeout=5)
    await message.ack_sync()
    assert (await js.get_last_msg("EVENTS", "evt.firm.>")).data == b"1"
    assert (await js.get_last_msg("EVENTS", "evt.firm.-.one", direct=True)).data == b"1"
    assert (await subscription.consumer_info()).num_ack_pending == 0
    await js.delete_consumer("EVENTS", "dossier")
    assert not dossier.refused


@pytest.mark.parametrize("user", USERS)
async def test_only_the_administrator_changes_or_empties_the_stream(connect: Connect, user: str) -> None:
    caller = await connect(user)
    for action in ("CREATE", "UPDATE", "DELETE", "PURGE", "MSG.DELETE"):
        assert await caller.is_refused(caller.connection.publish(f"$JS.API.STREAM.{action}.EVENTS", b""))


async def test_what_is_live_goes_from_dossier_to_the_gateway(connect: Connect) -> None:
    dossier, gateway, files = await connect("dossier"), await connect("gateway"), await connect("files")
    heard = await gateway.connection.subscribe("live.>")
    await gateway.connection.flush()
    await dossier.connection.publish("live.accounts", b"changed")
    assert (await heard.next_msg(timeout=5)).data == b"changed"
    assert await files.is_refused(files.connection.publish("live.accounts", b""))
    assert await files.is_refused(files.connection.subscribe("live.>"))


@pytest.mark.parametrize("user", [*USERS, ADMIN, "nobody"])
def test_a_wrong_password_opens_nothing(plan: Any, user: str) -> None:
    with socket.create_connection(("127.0.0.1", plan.ports["nats"]), timeout=10) as connection:
        connection.sendall(json.dumps({"user": user, "pass": "wrong"}).join(("CONNECT ", "\r\nPING\r\n")).encode())
        said = connection.makefile("rb").read()  # until the broker hangs up
    assert b"Authorization Violation" in said
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
