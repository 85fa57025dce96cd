"""The one way into a service: read, wait, authorise, run, answer. No handler can be reached around it.

An exception never leaves here: the caller would see only a timeout. It becomes a problem document.
"""

import asyncio
import inspect
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from time import perf_counter
from types import ModuleType
from typing import Any, TypeVar, get_type_hints

import orjson
from eventsourcing.persistence import RecordConflictError
from pydantic import BaseModel
from pydantic_core import to_json

from shared.context import Context, current
from shared.messages import Accepted, Message, Query, Route
from shared.position import Progress
from shared.problems import Conflict, InternalError, KeyReused, NotCaughtUp, Refusal
from shared.receipts import Expected, Receipt, body_hash, expected, receipt_id
from shared.store import EventStore
from shared.telemetry import histogram, span
from shared.validation import read

log = logging.getLogger(__name__)
Handler = Callable[..., Awaitable[Any]]
T = TypeVar("T")
_seconds = histogram("messaging.process.duration", "s", "A command or query in its service.")
_NATS = {"messaging.system": "nats", "messaging.operation.name": "process"}
TRIES = 3  # at least, however long each takes
RETRIED = 2.0  # seconds for which a command is tried again that others are always quicker than
PATIENCE = 2.0  # seconds that a message waits for the position that its caller named
COURTESY = 0.5  # seconds that a query waits for its caller's own writes when they did not ask for it
_handlers: dict[type[Message], Handler] = {}


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to the door: the bytes that the caller gets, and the headers beside them."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def handles(message: type[Message]) -> Callable[[Handler], Handler]:
    """Register the handler of a message. Its further parameters are given by their types when the service is wired."""

    def register(handler: Handler) -> Handler:
        if message in _handlers:
            raise TypeError(f"{message.__name__} has two handlers")
        _handlers[message] = handler
        return handler

    return register


class Dispatcher:
    """Runs the messages of one service against its handlers."""

    def __init__(
        self, rooms: Iterable[ModuleType], given: Mapping[Any, Any], access: Any, store: EventStore, progress: Progress
    ) -> None:
        names = {room.__name__ for room in rooms}
        self._store, self._progress, self._access = store, progress, access
        self._runs = {
            message.nats_subject(): (message, _bind(handler, given))
            for message, handler in _handlers.items()
            if any(handler.__module__ == name or handler.__module__.startswith(f"{name}.") for name in names)
        }

    @property
    def messages(self) -> list[type[Message]]:
        return [message for message, _ in self._runs.values()]

    async def dispatch(self, subject: str, context: Context, params: str, body: bytes) -> Reply:
        """Answer one message, whatever happens."""
        kind, handler = self._runs[subject]
        began = perf_counter()
        with span(kind.__name__, context.trace or None) as followed:
            context = context.evolve(causation=kind.__name__, trace=followed.traceparent)
            current.set(context)
            reply = await self._answer(kind, handler, context, params, body)
            followed.set(status=reply.status)
        _seconds(perf_counter() - began, status=reply.status, **_NATS, **{"messaging.destination.name": subject})
        return reply

    async def _answer(self, kind: type[Message], handler: Handler, context: Context, params: str, body: bytes) -> Reply:
        try:
            if issubclass(kind, Query):
                return await self._ask(kind, handler, context, params, body)
            return await self._do(kind, handler, context, params, body)
        except Refusal as refusal:
            return _refused(refusal, context.language)
        except Exception:
            log.exception("a handler failed", extra={"message_name": kind.__name__, "request": context.request})
            return _refused(InternalError(), context.language)

    async def run(self, message: Message, context: Context) -> Any:
        """Run a message of our own (a reaction's), with the same checks; raises what the caller would be told."""
        _, handler = self._runs[message.nats_subject()]
        name = type(message).__name__
        with span(name, context.trace or None) as followed:
            current.set(context.evolve(causation=name, trace=followed.traceparent))
            return await _until_saved(lambda: self._once(message, handler))

    async def _ask(self, kind: type[Query], handler: Handler, context: Context, params: str, body: bytes) -> Reply:
        message = read(kind, params, body, context.language)
        await self._wait(context)
        await message.needs.check(message, self._access)
        answer = await handler(message)
        headers = {"Dossier-Position": str(self._progress.reached)}
        if isinstance(answer, Reply):
            return Reply(answer.status, answer.body, {**headers, **answer.headers})
        if isinstance(answer, dict) and isinstance(answer.get("version"), int):
            headers["ETag"] = f'"{answer["version"]}"'
        return Reply(200, answer if isinstance(answer, bytes) else to_json(answer), headers)

    async def _wait(self, context: Context) -> None:
        try:
            await self._progress.wait(context.waits_for, seconds=COURTESY if context.courtesy else PATIENCE)
        except NotCaughtUp:
            if not context.courtesy:
                raise

    async def _do(self, kind: type[Message], handler: Handler, context: Context, params: str, body: bytes) -> Reply:
        async def attempt() -> Reply:
            if context.idempotency_key and getattr(kind, "answer", None) is None:
                earlier = await self._receipt(kind, context, body_hash(kind.nats_subject(), params, body))
                if earlier:
                    return _accepted(kind.http, earlier, params)
            message = read(kind, params, body, context.language)
            await self._wait(context)
            return _accepted(kind.http, await self._once(message, handler), params)

        try:
            return await _until_saved(attempt)
        except RecordConflictError:
            raise Conflict from None

    async def _receipt(self, kind: type[Message], context: Context, digest: str) -> Accepted | None:
        """The answer of an earlier use of the key, or None after announcing the receipt that this use will leave.

        Only for commands that answer `Accepted`: a receipt keeps nothing else.
        """
        id = receipt_id(context)
        receipt = await self._store.find(Receipt, id)
        if receipt is not None and not receipt.expired:
            if receipt.answer.body != digest:
                raise KeyReused
            return await self._store.answered(receipt.answer)
        expected.set(Expected(id, digest, receipt))
        return None

    async def _once(self, message: Message, handler: Handler) -> Any:
        await message.needs.check(message, self._access)
        return await handler(message)


async def _until_saved(attempt: Callable[[], Awaitable[T]]) -> T:
    """What meets another change is done anew on what is there now, after a moment that is never the same for two.

    Raises `RecordConflictError` when that did not help for too long.
    """
    began, tries = perf_counter(), 0
    while True:
        try:
            return await attempt()
        except RecordConflictError:
            tries += 1
            if tries > TRIES and perf_counter() - began > RETRIED:
                raise
        await asyncio.sleep(random.uniform(0, min(0.05, 0.001 * 2.0**tries)))  # noqa: S311


def _bind(handler: Handler, given: Mapping[Any, Any]) -> Handler:
    """The handler with everything but the message filled in, by type."""
    hints = get_type_hints(handler)
    names = list(inspect.signature(handler).parameters)[1:]
    missing = [name for name in names if hints[name] not in given]
    if missing:
        raise TypeError(f"{handler.__module__}.{handler.__name__} wants {missing}, which nothing provides")
    extra = {name: given[hints[name]] for name in names}

    async def bound(message: Message) -> Any:
        return await handler(message, **extra)

    return bound


def _accepted(route: Route | None, answer: Any, params: str) -> Reply:
    headers = {}
    status = 200
    if position := getattr(answer, "position", None):
        headers["Dossier-Position"] = position
    if isinstance(answer, Accepted):
        headers["ETag"] = f'"{answer.version}"'
        if route and route.creates:
            status = 201
            parts = orjson.loads(params) if params else {}  # the path's: what is made may stand below something
            headers["Location"] = "/api/v1" + route.creates.format(**parts | {"id": answer.id})
    return Reply(
        status, answer.model_dump_json().encode() if isinstance(answer, BaseModel) else to_json(answer), headers
    )


def _refused(refusal: Refusal, language: str) -> Reply:
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    return Reply(refusal.status, to_json(refusal.document(language)), headers)
