"""A gateway before services that a plain NATS responder plays, and clients with and without a session."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import orjson
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from services.gateway.app import Gateway
from shared.context import HEADER, Context
from shared.ids import new_id
from shared.problems import NotFound, Refusal
from shared.settings import Settings
from tests.broker import NatsServer, connected, free_port
from tests.gateway.contract import MESSAGES
from tests.waiting import eventually

TOKEN = "token-of-the-member-00001"
MEMBER = UUID("0193a2b4-0000-7000-8000-000000000001")


@dataclass
class Asked:
    """One request as a service sees it."""

    subject: str
    context: Context
    params: dict[str, Any]
    body: bytes


Answering = Callable[[Asked], Any]


@dataclass
class Played:
    """The services behind the gateway: what they were asked, and what they answer."""

    connection: Client
    asked: list[Asked] = field(default_factory=list)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    _answers: dict[str, Answering] = field(default_factory=dict)

    async def answer(self, subject: str, answering: Answering | Any) -> None:
        """From now on `subject` is answered so: a value, a (status, value, headers), a Refusal, or a function."""
        new = subject not in self._answers
        self._answers[subject] = answering if callable(answering) else lambda _: answering
        if new:
            await self.connection.subscribe(subject, cb=self._respond)
            await self.connection.flush()

    async def _respond(self, message: Msg) -> None:
        headers = message.headers or {}
        params = orjson.loads(headers.get("Dossier-Params", "{}"))
        asked = Asked(message.subject, Context.decode(headers[HEADER]), params, message.data)
        self.asked.append(asked)
        answer = self._answers[message.subject](asked)
        if answer is None:
            return  # a service that does not answer
        if isinstance(answer, Refusal):
            answer = (answer.status, answer.document(asked.context.language), {})
        status, value, extra = answer if isinstance(answer, tuple) else (200, answer, {})
        body = value if isinstance(value, bytes) else orjson.dumps(value)
        await self.connection.publish(message.reply, body, headers={"Dossier-Status": str(status), **extra})

    def of(self, subject: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.subject == subject]

    def open_session(self, token: str = TOKEN, member: UUID = MEMBER, **changes: Any) -> dict[str, Any]:
        """A session that the firm service knows."""
        session = {
            "session_id": str(new_id()),
            "member_id": str(member),
            "expires_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
            "language": None,
        } | changes
        self.sessions[hashlib.sha256(token.encode()).hexdigest()] = session
        return session

    def find_session(self, asked: Asked) -> Any:
        return self.sessions.get(asked.params["token_hash"], NotFound())


@pytest.fixture
async def played(nats_server: NatsServer) -> AsyncIterator[Played]:
    connection = await connected(nats_server.url)
    services = Played(connection)
    services.open_session()
    await services.answer("qry.firm.FindSession", services.find_session)
    yield services
    await connection.close()


@pytest.fixture
def settings(nats_server: NatsServer, tmp_path: Path) -> Settings:
    return Settings(
        nats_url=nats_server.url, data=tmp_path, port=free_port(), body_limit=10_000, upload_limit=3_000_000
    )


async def running(stack: AsyncExitStack, settings: Settings) -> Gateway:
    """A gateway that is connected and follows the events, without its HTTP server."""
    gateway = Gateway(settings, ("gateway",), MESSAGES)
    task = asyncio.create_task(gateway.connect(stack))

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)
    await eventually(lambda: gateway.upstream.connected or task.done())
    assert not task.done(), task.exception()
    return gateway


@pytest.fixture
async def gateway(settings: Settings, played: Played) -> AsyncIterator[Gateway]:
    async with AsyncExitStack() as stack:
        yield await running(stack, settings)


def client_of(gateway: Gateway, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=cast("Any", gateway.application), client=("192.0.2.7", 40_000))
    return httpx.AsyncClient(transport=transport, base_url="http://firm.example", headers=headers)


@pytest.fixture
async def stranger(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a session."""
    async with client_of(gateway) as client:
        yield client


@pytest.fixture
async def member(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """A program with a token."""
    async with client_of(gateway, Authorization=f"Bearer {TOKEN}") as client:
        yield client


@pytest.fixture
async def browser(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with the cookie; it sends no header that proves where it comes from."""
    async with client_of(gateway, Cookie=f"dossier_session={TOKEN}") as client:
        yield client


@pytest.fixture
async def served(gateway: Gateway) -> AsyncIterator[str]:
    """The address of the gateway's own HTTP server, over real sockets."""
    server = gateway.server()
    serving = asyncio.create_task(server.serve())
    address = f"http://127.0.0.1:{gateway.settings.port}"

    async def answers() -> bool:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{address}/health/live")).is_success
        except httpx.TransportError:
            return False

    await eventually(answers)
    yield address
    gateway.live.close()
    server.stop()  # type: ignore[no-untyped-call]
    await asyncio.wait_for(serving, 10)
