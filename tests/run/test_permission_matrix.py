"""Whoever has a service's password can say and hear what is that service's, and nothing else (F5): all by all."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.permissions import ADMIN, READERS_OF_KEYS, SERVICES, USERS
from tests.run.machine import Caller, broker_of, connect_as, plan_in

STREAMS = ("EVENTS", "SCHEDULES", "LEASES")
NOBODYS_TO_SAY = [
    "anything",
    "live",
    *(f"{kind}.{user}.x" for kind in ("ctl", "_INBOX", "due") for user in USERS),
    *(f"$JS.API.STREAM.{verb}.{stream}" for verb in ("CREATE", "UPDATE", "DELETE", "SNAPSHOT") for stream in STREAMS),
    *(f"$JS.API.STREAM.{verb}.{stream}" for verb in ("PURGE", "MSG.DELETE") for stream in ("EVENTS", "LEASES")),
    *(f"$JS.API.DIRECT.GET.{stream}" for stream in STREAMS),
    *("$JS.API.INFO", "$JS.API.STREAM.LIST", "$JS.API.STREAM.NAMES", "$JS.API.ACCOUNT.PURGE.$G"),
    *("$JS.API.CONSUMER.CREATE.LEASES.x", "$JS.API.CONSUMER.MSG.NEXT.LEASES.x", "$JS.ACK.LEASES.x"),
    *("$SYS.REQ.SERVER.PING", "$SYS.REQ.USER.INFO.x", "$SRV.PING"),
]
NOBODYS_TO_HEAR = [
    *(">", "*", "*.>", "cmd.>", "qry.>", "evt.>", "key.*", "ctl.>", "lease.>", "schedule.>", "due.>", "health.*"),
    *("_INBOX.>", "_INBOX.*.x", "$JS.>", "$SYS.>", "$JS.API.>", "$JS.EVENT.>"),
    *(f"{kind}.{user}.>" for kind in ("evt", "schedule") for user in SERVICES),
    *(f"relay.{user}" for user in SERVICES),
]


def said_by(user: str) -> set[str]:
    """All of `SAID` that is this user's to say."""
    service = user in SERVICES
    return {
        *(f"{kind}.{user}.x" for kind in ("lease", "progress")),
        *([f"evt.{user}.-.x", f"relay.{user}"] if service else [f"health.{other}" for other in SERVICES]),
        *([] if service else [f"{kind}.{other}.X" for kind in ("cmd", "qry") for other in SERVICES]),
        *(["key.get"] if user in READERS_OF_KEYS else []),
        *{
            "accounts": ["cmd.contacts.CreateContact"],
            "contacts": ["key.destroyed"],
            "dossier": ["live.x"],
            "gateway": ["cmd.contacts.CreateContact", "gateways.x"],
            "notifications": ["schedule.notifications.x", *_TAKEN_BACK],
        }.get(user, []),
    }


def heard_by(user: str) -> set[str]:
    """All of `HEARD` that is this user's to hear."""
    service = user in SERVICES
    return {
        *(f"{kind}.{user}.*" for kind in ("ctl", "lease", "progress")),
        f"_INBOX.{user}.>",
        *([f"cmd.{user}.*", f"qry.{user}.*", f"health.{user}"] if service else ["live.>", "gateways.*"]),
        *(["key.destroyed"] if user in READERS_OF_KEYS else []),
        *{"contacts": ["key.get", "key.destroyed"], "notifications": ["due.notifications.>"]}.get(user, []),
    }


_TAKEN_BACK = ["$JS.API.STREAM.PURGE.SCHEDULES", "$JS.API.STREAM.MSG.DELETE.SCHEDULES"]
SAID = sorted(set().union(NOBODYS_TO_SAY, *map(said_by, USERS), *([f"schedule.{user}.x"] for user in USERS)))
HEARD = sorted(set().union(NOBODYS_TO_HEAR, *map(heard_by, USERS), *([f"due.{user}.>"] for user in USERS)))


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    plan = plan_in(Path(tmp_path_factory.mktemp("broker")))
    with broker_of(plan):
        yield plan


@pytest.fixture
async def caller(plan: Any, user: str) -> AsyncIterator[Caller]:
    caller = await connect_as(plan, user)
    yield caller
    await caller.connection.close()


@pytest.mark.parametrize("user", [*USERS, ADMIN])
async def test_a_user_says_what_is_its_own(caller: Caller, user: str) -> None:
    for subject in SAID:
        await caller.connection.publish(subject, b"")
    await caller.told()

    assert _passed(SAID, caller.refused, "publish") == (set(SAID) if user == ADMIN else said_by(user))


@pytest.mark.parametrize("queue", ["", "crowd"])
@pytest.mark.parametrize("user", [*USERS, ADMIN])
async def test_a_user_hears_what_is_its_own(caller: Caller, user: str, queue: str) -> None:
    for subject in HEARD:
        await caller.connection.subscribe(subject, queue=queue)
    await caller.told()

    assert _passed(HEARD, caller.refused, "subscription") == (set(HEARD) if user == ADMIN else heard_by(user))


def _passed(tried: list[str], complaints: list[str], kind: str) -> set[str]:
    """What the broker did not complain about; the client tells its complaints in small letters."""
    found = (re.match(rf'nats: permissions violation for {kind} to "([^"]+)"', text) for text in complaints)
    refused = {match[1] for match in found if match}
    return {subject for subject in tried if subject.lower() not in refused}
