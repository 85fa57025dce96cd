"""Services in one process over a real broker, spoken to as the gateway speaks to them.

    async with running(accounts, tmp_path=tmp_path) as system:
        clerk = await system.member("employee", ["manage-contacts"])
        made = await system.tell(CreateContact, clerk, given_name="Zoé")
        assert made.status == 201

`contacts` (it keeps the keys) and `firm` (it keeps the members) always run besides what is named.
"""

import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import orjson
from nats.aio.client import Client
from pydantic_core import to_jsonable_python

from services.contacts import app as contacts
from services.firm import app as firm
from services.firm.contract import CreateMember, FoundFirm
from shared.broker import declare_streams
from shared.context import HEADER, Context
from shared.entrance import PARAMS
from shared.ids import new_id
from shared.messages import Command, Message, Query
from shared.position import Position
from shared.receipts import PRIVATE
from shared.service import Running
from shared.settings import Settings
from tests.broker import NatsServer, connected

OWNER_EMAIL, OWNER_PASSWORD = "ada@cabinet.example", "a lovely long password"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway would pass on."""

    status: int
    json: Any
    headers: dict[str, str]

    @property
    def id(self) -> UUID:
        """The id of what was made or changed."""
        return UUID(self.json["id"])

    @property
    def code(self) -> str | None:
        """The reason of a refusal; None for an answer that is none."""
        return self.json.get("code") if self.status >= 400 else None


class System:
    """Running services, and a door to them. What is asked sees everything that was told before."""

    def __init__(self, settings: Settings, broker: NatsServer, connection: Client) -> None:
        self.settings, self.broker, self.connection = settings, broker, connection
        self.services: dict[str, Running] = {}
        self.position = Position()
        self.owner = Context(kind="member")
        self._stacks: dict[str, AsyncExitStack] = {}
        self._counted: dict[str, tuple[int, int]] = {}
        self._names = 0

    async def start(self, app: ModuleType, name: str | None = None) -> Running:
        """Start a service; a second instance of one that runs needs a `name` of its own."""
        service = app.build(self.settings)
        service.settings = self.settings.model_copy(update={"instance": name or service.name})
        stack = AsyncExitStack()
        self._stacks[name or service.name] = stack
        running: Running = await service.start(stack)
        self.services[name or service.name] = running
        return running

    async def stop(self, name: str) -> None:
        """End a service as SIGTERM does."""
        del self.services[name]
        await self._stacks.pop(name).aclose()

    async def close(self) -> None:
        for name in reversed(list(self._stacks)):
            await self._stacks.pop(name).aclose()

    async def member(
        self, role: str = "employee", permissions: Iterable[str] = (), password: str | None = None, **fields: Any
    ) -> Context:
        """A new member, of whom every service has heard; to be passed to `tell` and `ask`."""
        self._names += 1
        given = {
            "given_name": "Bob",
            "family_name": f"Martin {self._names}",
            "email": f"bob{self._names}@cabinet.example",
        }
        fields = given | {"role": role, "permissions": list(permissions), "password": password} | fields
        made = await self.tell(CreateMember, self.owner, **fields)
        assert made.status == 201, made
        await self.settled()
        return Context(kind="member", id=made.id, address="192.0.2.7")

    async def tell(self, command: type[Command], actor: Context, /, **fields: Any) -> Answer:
        """Send a command. Language, idempotency key, If-Match and so on: `actor.evolve(language="fr")`."""
        named = command.http.parameters if command.http else []
        params = {name: str(fields.pop(name)) for name in named if name in fields}
        return await self.send(command, actor, params, orjson.dumps(to_jsonable_python(fields)))

    async def ask(self, query: type[Query], actor: Context, /, **fields: Any) -> Answer:
        """Send a query: its fields go as text, as in a query string."""
        given = {name: _text(to_jsonable_python(value)) for name, value in fields.items() if value is not None}
        return await self.send(query, actor, given, b"")

    async def send(self, message: type[Message], actor: Context, params: dict[str, Any], body: bytes) -> Answer:
        """Send what a caller might send, well-formed or not."""
        context = actor.evolve(request=actor.request or str(new_id()), position=actor.position or str(self.position))
        if context.if_match is not None and message.http and message.http.parameters:
            context = context.evolve(target=UUID(params[message.http.parameters[0]]))
        headers = {HEADER: context.encode(), **({PARAMS: orjson.dumps(params).decode()} if params else {})}
        reply = await self.connection.request(message.nats_subject(), body, timeout=10, headers=headers)
        answered = dict(reply.headers or {})
        for service, number in Position.parse(answered.get("Dossier-Position", "")).items():
            self.position.advance(service, number)
        return Answer(int(answered["Dossier-Status"]), orjson.loads(reply.data), answered)

    async def settled(self) -> None:
        """Return once every service's projections have applied every event recorded so far. Not so reactions."""
        recorded = {running.name: await self._last(running) for running in self.services.values()}
        for running in self.services.values():
            await running.progress.wait(recorded, seconds=10)

    async def _last(self, running: Running) -> int:
        """The number of a service's last event that leaves it."""
        read, last = self._counted.get(running.name, (0, 0))
        while rows := await running.store.notifications(read, 1_000):
            read = rows[-1].id
            last = max([last, *(row.id for row in rows if not row.topic.startswith(PRIVATE))])
        self._counted[running.name] = read, last
        return last


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(part) for part in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


@asynccontextmanager
async def running(*apps: ModuleType, tmp_path: Path, found: bool = True, **settings: Any) -> AsyncIterator[System]:
    """A broker, `contacts`, `firm` with one owner (if `found`), and these services (their `app` modules).

    Everything they write is below `tmp_path`; `settings` are those of `Settings`.
    """
    broker = NatsServer(_folder(tmp_path / "broker"))
    broker.start()
    try:
        connection = await connected(broker.url, inbox_prefix="_INBOX.gateway")
        await declare_streams(connection)
        given: dict[str, Any] = {
            "data": tmp_path / "data",
            "nats_url": broker.url,
            "owner_email": None,
            "master_key": secrets.token_hex(32),
        }
        system = System(Settings(**given | settings), broker, connection)
        try:
            for app in dict.fromkeys((contacts, firm, *apps)):
                await system.start(app)
            if found:
                await _found(system)
            yield system
        finally:
            await system.close()
            await connection.close()
    finally:
        broker.kill()


async def _found(system: System) -> None:
    founding = FoundFirm(email=OWNER_EMAIL, password=OWNER_PASSWORD)
    owner = await system.services["firm"].perform(founding)
    system.owner = Context(kind="member", id=owner.id, address="192.0.2.1")
    await system.settled()


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path
