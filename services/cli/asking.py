"""Asking the running firm over the broker, as its administrator: what the operator's commands have in common."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager
from typing import Any, TypeVar

import click
import orjson
from click import ClickException
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from services.cli.layout import Layout
from shared.broker import QuickClient, options
from shared.permissions import ADMIN, SERVICES
from shared.settings import Settings

PROCESSES = (*SERVICES, "gateway")
"""Everything that answers to `ctl.<name>`."""

_FIRST = 3.0  # seconds for the first answer: who is busy with a large batch needs a moment
_MORE = 0.4  # seconds of silence after which no further instance is expected
_LONGEST = 60.0  # seconds for what an instance does before it answers
T = TypeVar("T")
Answer = dict[str, Any]


class Away(ClickException):
    """The broker cannot be reached."""


class Asking:
    """A connection to the firm's broker."""

    def __init__(self, connection: Client) -> None:
        self.connection = connection

    async def all(self, process: str, verb: str, **arguments: Any) -> list[Answer]:
        """What every instance of a process says; nothing if none is there."""
        answers = []
        async with aclosing(self._answers(process, verb, arguments, _FIRST, _MORE)) as arriving:
            async for answer in arriving:
                if "error" in answer:
                    raise ClickException(answer["error"])
                answers.append(answer)
        return sorted(answers, key=lambda answer: str(answer["instance"]))

    async def one(self, process: str, verb: str, **arguments: Any) -> Any:
        """The answer of the instance whose affair it is. `ClickException` says why there is none."""
        refused = ""
        async with aclosing(self._answers(process, verb, arguments, _LONGEST, _FIRST)) as answers:
            async for answer in answers:
                if "error" not in answer:
                    return answer["answer"]
                refused = answer["error"]
        raise ClickException(refused or f"{process} does not answer: is it running?")

    async def _answers(
        self, process: str, verb: str, arguments: Answer, first: float, more: float
    ) -> AsyncGenerator[Answer, None]:
        arrived: asyncio.Queue[Msg] = asyncio.Queue()
        inbox = await self.connection.subscribe(self.connection.new_inbox(), cb=arrived.put)
        try:
            await self.connection.publish(f"ctl.{process}.{verb}", orjson.dumps(arguments), reply=inbox.subject)
            patience = first
            while (message := await _within(arrived.get(), patience)) and not _nobody(message):
                yield orjson.loads(message.data)
                patience = more
        finally:
            await inbox.unsubscribe()


async def _within(awaited: Awaitable[T], seconds: float) -> T | None:
    try:
        return await asyncio.wait_for(awaited, seconds)
    except TimeoutError:
        return None


def _nobody(message: Msg) -> bool:
    """The broker's own word that nobody listens."""
    return (message.headers or {}).get("Status") == "503"


def settings_of_operator() -> Settings:
    """Where the broker is and who we are there: by the environment, else by what `dossier run` has chosen.

    `ClickException` if neither says it.
    """
    settings = Settings()
    layout = Layout(settings.data.resolve())
    known: dict[str, Any] = {}
    if "nats_url" not in settings.model_fields_set:
        known["nats_url"] = f"nats://127.0.0.1:{_kept(layout.ports, 'nats')}"
    if settings.nats_user is None:
        known["nats_user"] = ADMIN
        known["nats_password"] = _kept(layout.secrets, "nats", ADMIN)
    return Settings(**settings.model_dump(exclude_unset=True) | known)


def _kept(file: Any, *names: str) -> Any:
    """A value in one of the files of the data folder."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        for name in names:
            found = found[name]
    except FileNotFoundError:
        raise ClickException(
            f"{file} is not there: no firm has run in this data folder. Name another with DOSSIER_DATA, "
            "or the broker with DOSSIER_NATS_URL, DOSSIER_NATS_USER and DOSSIER_NATS_PASSWORD."
        ) from None
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ClickException(f"{file} cannot be read ({type(error).__name__}).") from error
    return found


@asynccontextmanager
async def asking(settings: Settings | None = None) -> AsyncIterator[Asking]:
    """Reach the broker; `Away` says that it cannot be reached."""
    settings = settings or settings_of_operator()
    connection = QuickClient()
    once = {"allow_reconnect": False, "max_reconnect_attempts": 1, "error_cb": _quiet, "closed_cb": None}
    try:
        await connection.connect(**options(settings, ADMIN) | once)
    except (NatsError, OSError) as error:
        reason = str(error).removeprefix("nats: ") or type(error).__name__
        raise Away(f"The broker at {settings.nats_url} cannot be reached: {reason}.") from error
    try:
        yield Asking(connection)
    finally:
        await connection.close()


async def _quiet(error: Exception) -> None:
    """What goes wrong is raised where it was asked for."""


def run(work: Callable[[Asking], Coroutine[Any, Any, T]]) -> T:
    """Do something with a connection, from a command."""

    async def connected() -> T:
        async with asking() as line:
            return await work(line)

    try:
        return asyncio.run(connected())
    except NatsError as error:
        raise Away(f"The broker went away: {str(error) or type(error).__name__}.") from error


def tell(document: Any) -> None:
    """Print for programs."""
    click.echo(json.dumps(document, indent=1, ensure_ascii=False))
