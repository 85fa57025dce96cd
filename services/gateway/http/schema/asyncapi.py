"""AsyncAPI 3.0 of what travels over the broker: commands and queries with their answers, and events."""

import sys
from typing import Any

from services.gateway.http.schema.openapi import described
from services.gateway.http.schema.shapes import Shapes
from shared.messages import Message

Document = dict[str, Any]


def asyncapi(messages: list[type[Message]]) -> Document:
    """The whole document. Events are named by the contracts that export `EVENTS`, topic to description."""
    shapes = Shapes(messages)
    channels: Document = {}
    operations: Document = {}
    known: Document = {}
    for message in messages:
        name = message.__name__
        key = f"{message.service()}{name}"
        known[key] = _message(message, name, shapes.whole(message))
        known[f"{key}Answer"] = {"name": f"{name}Answer", "payload": shapes.answer(message)}
        channels[key] = {"address": message.nats_subject(), "messages": {key: _ref("components/messages", key)}}
        channels[f"{key}Reply"] = {"address": None, "messages": {key: _ref("components/messages", f"{key}Answer")}}
        operations[key] = _asked(key, message)
    for service, events in _events(messages).items():
        channels[f"{service}Events"] = _stream(service, events)
        operations[f"{service}Events"] = {"action": "send", "channel": _ref("channels", f"{service}Events")}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Dossier", "version": "1", "description": "Only the gateway may send commands and queries."},
        "channels": channels,
        "operations": operations,
        "components": {"messages": known, "schemas": shapes.named([], known)},
    }


def _message(message: type[Message], name: str, payload: Document) -> Document:
    summary, description = described(message)
    return {"name": name, "summary": summary, "description": description, "payload": payload}


def _asked(key: str, message: type[Message]) -> Document:
    return {
        "action": "receive",
        "channel": _ref("channels", key),
        "messages": [_ref(f"channels/{key}/messages", key)],
        "reply": {"channel": _ref("channels", f"{key}Reply")},
        "tags": [{"name": message.service()}],
    }


def _events(messages: list[type[Message]]) -> dict[str, dict[str, str]]:
    """The events of each service whose contract names them."""
    found: dict[str, dict[str, str]] = {}
    for message in messages:
        contract = sys.modules[".".join(message.__module__.split(".")[:3])]
        if events := getattr(contract, "EVENTS", None):
            found[message.service()] = events
    return found


def _stream(service: str, events: dict[str, str]) -> Document:
    text = {"type": "string"}

    def headers(topic: str) -> Document:
        return {"type": "object", "properties": {"ce-type": {"const": topic}, "ce-id": text, "ce-time": text}}

    return {
        "address": f"evt.{service}.{{scope}}.{{id}}",
        "parameters": {
            "scope": {"description": "The account that the event belongs to, or `-`."},
            "id": {"description": "The aggregate."},
        },
        "messages": {
            topic: {
                "name": topic,
                "summary": description,
                "headers": headers(topic),
                "payload": {"type": "object"},
            }
            for topic, description in sorted(events.items())
        },
    }


def _ref(place: str, name: str) -> Document:
    return {"$ref": f"#/{place}/{name}"}
