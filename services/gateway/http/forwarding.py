"""The way of every ordinary request: who asks, what is asked, the service's answer. The hot path of the product."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from litestar.types import HTTPScope, Receive, Send

from services.gateway.http.bodies import read_json
from services.gateway.http.call import Call
from services.gateway.http.door import Door, passed_on
from services.gateway.http.problems import MalformedRequest
from shared.messages import Message
from shared.telemetry import span

_MOST_PARAMETERS = 100


class Forward:
    """Passes one declared message on to its service. A body sent with GET is ignored (RFC 9110, 9.3.1)."""

    def __init__(self, door: Door, message: type[Message]) -> None:
        assert message.http is not None
        self._door, self._subject, self._settles = door, message.nats_subject(), message.settles
        self._method = message.http.method
        self._name = f"{self._method} {message.http.path}"
        parameters = message.http.parameters
        self._target = parameters[0] if parameters else None

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        call = Call.of(scope)
        door = self._door
        path: dict[str, Any] = scope["path_params"]
        with span(self._name, _parent(call)) as traced:
            target = path[self._target] if self._target else None
            context = await door.admit(call, self._method, target, traced.traceparent)
            body = b"" if self._method == "GET" else await read_json(call, receive, door.settings.body_limit)
            reply = await door.writes.ask(self._subject, context, body, parameters(scope))
            if self._settles:
                await door.settle(reply)
            traced.set(status=reply.status)
        await passed_on(call, reply)(scope, receive, send)


def parameters(scope: HTTPScope) -> str:
    """Path and query as one JSON object of texts, the same text for the same parameters; empty if there are none."""
    path = scope["path_params"]
    query = scope["query_string"]
    if "�" in scope["path"] and not _is_text(scope):
        raise MalformedRequest
    if not query:
        return orjson.dumps(path, option=orjson.OPT_SORT_KEYS).decode() if path else ""
    given: dict[str, Any] = dict(path)
    for name, value in _pairs(query):
        if name in path:
            raise MalformedRequest(field=name)
        if name not in given:
            given[name] = value
        elif isinstance(given[name], list):
            given[name].append(value)
        else:
            given[name] = [given[name], value]
    return orjson.dumps(given, option=orjson.OPT_SORT_KEYS).decode()


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        text = query.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError:  # bytes that are not UTF-8, or too many parameters
        raise MalformedRequest from None


def _is_text(scope: HTTPScope) -> bool:
    """A replacement character in the path: was it sent, or does it stand for bytes that are not UTF-8?"""
    return b"%EF%BF%BD" in scope["raw_path"].upper()


def _parent(call: Call) -> str | None:
    given = call.headers.get(b"traceparent")
    return given.decode("latin-1")[:64] if given else None
