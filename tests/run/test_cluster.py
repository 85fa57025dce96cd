"""A broker of three servers: streams kept by each, and work that goes on when the leading one is killed (K3)."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError

from services.contacts import app as contacts
from services.contacts.contract import CreateContact
from services.dossier import app as dossier
from services.dossier.contract.contacts import ListContacts
from services.firm import app as firm
from services.firm.contract import FoundFirm
from shared.broker import EVENTS, SCHEDULES, ask, declare_streams
from shared.context import Context
from shared.permissions import ADMIN
from shared.receipts import PRIVATE
from tests.broker import stored
from tests.nats_cluster import NAMES, Cluster, cluster, leader
from tests.running import System
from tests.waiting import eventually


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
async def admin(brokers: Cluster) -> AsyncIterator[Client]:
    """The administrator's connection, to a cluster whose streams are declared."""
    connection = await brokers.connected(ADMIN)

    async def declared() -> bool:
        try:
            await declare_streams(connection, replicas=1)
        except (NatsError, OSError):
            return False  # the three have not found each other yet
        return True

    await eventually(declared, 30)
    yield connection
    await connection.close()


async def copies(connection: Client, stream: str) -> int:
    """Servers that hold all of a stream."""
    info = await ask(connection, f"$JS.API.STREAM.INFO.{stream}")
    others = info["cluster"].get("replicas", [])
    return sum(1 for other in others if other["current"]) + bool(info["cluster"].get("leader"))


async def test_a_stream_of_one_server_becomes_one_of_three_with_what_it_holds(admin: Client) -> None:
    await ask(admin, "relay.nobody", {})

    await declare_streams(admin, replicas=3)

    for stream in (EVENTS, SCHEDULES):
        await eventually(partial(_whole, admin, stream), 30)
    assert (await ask(admin, f"$JS.API.STREAM.INFO.{EVENTS}"))["state"]["messages"] == 1


async def _whole(connection: Client, stream: str) -> bool:
    return await copies(connection, stream) == len(NAMES)


@pytest.mark.parametrize("wrong", [{"password": "another"}, {"user": None, "password": None}, {"user": "nobody"}])
async def test_nobody_gets_in_without_the_right_password(brokers: Cluster, wrong: dict[str, Any]) -> None:
    complaints: list[str] = []

    async def complain(error: Exception) -> None:
        complaints.append(str(error))

    with pytest.raises(NatsError):
        await brokers.connected("firm", **wrong, max_reconnect_attempts=1, error_cb=complain)
    assert any("authorization" in text.lower() for text in complaints)


class Office:
    """A firm's services on the cluster, each under its own name, and people who create contacts until it closes."""

    def __init__(self, brokers: Cluster, data: Path) -> None:
        self._brokers = brokers
        self._given = {"data": data, "master_key": secrets.token_hex(32), "owner_email": None}
        self.made: list[UUID] = []
        self.closing = False

    async def open(self, stack: AsyncExitStack) -> None:
        connection = await self._brokers.connected("gateway")
        stack.push_async_callback(connection.close)
        self.system = System(self._settings("gateway"), cast("Any", None), connection)
        stack.push_async_callback(self.system.close)
        for name, app in (("contacts", contacts), ("firm", firm), ("dossier", dossier)):
            self.system.settings = self._settings(name)
            await self.system.start(app)
        founding = FoundFirm(email="ada@cabinet.example", password="a lovely long password")
        self.owner = Context(kind="member", id=(await self.system.services["firm"].perform(founding)).id)
        await self.system.settled()

    def _settings(self, service: str) -> Any:
        return self._brokers.settings(service, **self._given)

    async def work(self) -> None:
        """Create one contact after the other; what gets no answer is tried again under the same key."""
        for number in itertools.count():
            if self.closing:
                return
            actor = self.owner.evolve(idempotency_key=f"{id(asyncio.current_task())}-{number}")
            self.made.append(await eventually(partial(self._try, actor), 30))

    async def _try(self, actor: Context) -> Any:
        try:
            async with asyncio.timeout(1):
                answer = await self.system.tell(CreateContact, actor, given_name="Zoé", emails=[])
        except (NatsError, OSError, TimeoutError):
            return None
        return answer.id if answer.status == 201 else None

    async def relayed(self, admin: Client) -> bool:
        """Whether the stream holds what the store does: every event, in order, once."""
        rows = await self.system.services["contacts"].store.notifications(0, 10_000)
        return await stored(admin, "contacts") == [row.id for row in rows if not row.topic.startswith(PRIVATE)]

    async def listed(self) -> list[UUID]:
        """The contacts that the read model shows, page by page."""
        found: list[UUID] = []
        after = None
        while True:
            page = (await self.system.ask(ListContacts, self.owner, limit=200, after=after)).json
            found += [UUID(contact["id"]) for contact in page["items"]]
            after = page["next"]
            if after is None:
                return found

    async def more(self, count: int) -> None:
        """Return when so many further contacts have been made."""
        wanted = len(self.made) + count
        await eventually(lambda: len(self.made) >= wanted, 30)


async def test_work_goes_on_when_the_leading_server_is_killed(brokers: Cluster, admin: Client, tmp_path: Path) -> None:
    await declare_streams(admin, replicas=3)
    await eventually(partial(_whole, admin, EVENTS), 30)
    async with AsyncExitStack() as stack:
        office = Office(brokers, tmp_path)
        await office.open(stack)
        working = [asyncio.create_task(office.work()) for _ in range(4)]
        await office.more(100)
        name = await eventually(lambda: leader(admin, EVENTS))
        assert name
        brokers.servers[name].kill()
        await office.more(200)
        office.closing = True
        await asyncio.gather(*working)

        await eventually(lambda: office.relayed(admin), 30)
        await office.system.settled()
        assert sorted(await office.listed()) == sorted(office.made)
    brokers.servers[name].start()
    await eventually(partial(_whole, admin, EVENTS), 30)
