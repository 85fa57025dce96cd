"""What an operator asks of running processes, over the broker: `ctl.<service>.<verb>`, JSON there and back.

Every instance of a service hears a question. One that it does not concern says nothing (`SILENT`), so that who asks
waits for the one that it does. `ctl.<service>.any.<verb>` goes to one of them, for what each can do as well as the
others. Only the administrator of the broker can ask (shared/permissions.py).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic import ValidationError, validate_call

SILENT = object()
"""The answer of an instance that leaves a question to the others."""

Verb = Callable[..., Awaitable[Any]]
_log = logging.getLogger(__name__)


class NotPossible(Exception):
    """What an operator asked for cannot be done now; the words say why."""


class Control:
    """Answers for one process. Verbs are async functions; what they want is read from the question by their types.

    `verbs` are for each instance, `anybodys` for one of them.
    """

    def __init__(self, service: str, instance: str, verbs: Mapping[str, Verb], anybodys: Mapping[str, Verb]) -> None:
        self._service, self._instance = service, instance
        named = {**verbs, **{f"any.{name}": verb for name, verb in anybodys.items()}}
        self._verbs = {name: validate_call(verb) for name, verb in named.items()}
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, connection: Client) -> None:
        """Begin to listen; ends with the connection."""
        await connection.subscribe(f"ctl.{self._service}.*", cb=self._heard)
        await connection.subscribe(f"ctl.{self._service}.any.*", queue=self._service, cb=self._heard)

    async def _heard(self, message: Msg) -> None:
        task = asyncio.create_task(self._answer(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, message: Msg) -> None:
        answer = await self._outcome(message.subject.split(".", 2)[2], message.data)
        if answer is None or not message.reply:
            return
        known = {"service": self._service, "instance": self._instance}
        try:
            await message.respond(orjson.dumps(known | answer, default=str))
        except NatsError:
            _log.warning("an operator could not be answered: the broker is away")

    async def _outcome(self, name: str, data: bytes) -> dict[str, Any] | None:
        verb = self._verbs.get(name)
        if verb is None:
            return {"error": f"{self._service} knows no {name!r}: it knows {', '.join(sorted(self._verbs))}"}
        try:
            answer = await verb(**_arguments(data))
        except ValidationError as error:
            return {"error": "; ".join(f"{_place(e)}: {e['msg']}" for e in error.errors(include_input=False))}
        except NotPossible as error:
            return {"error": str(error)}
        except Exception as error:  # noqa: BLE001  # never out of here: who asks would see only that nothing comes
            _log.exception("an operator's %s failed", name)
            return {"error": f"{name} failed by {type(error).__name__}; the log of {self._service} says more"}
        return None if answer is SILENT else {"answer": answer}


def _arguments(data: bytes) -> dict[str, Any]:
    try:
        given = orjson.loads(data) if data else {}
    except ValueError:
        raise NotPossible("the question is no JSON") from None
    if not isinstance(given, dict):
        raise NotPossible("the question is no JSON object")
    return given


def _place(error: Any) -> str:
    return ".".join(map(str, error["loc"])) or "question"
