"""JSON schemas of messages and answers, cut into what goes into the path, the query and the body."""

from typing import Any

from pydantic import TypeAdapter

from shared.messages import Accepted, Command, Message

Document = dict[str, Any]
REF = "#/components/schemas/"


class Shapes:
    """The schemas of all messages, made together so that names never clash between services."""

    def __init__(self, messages: list[type[Message]]) -> None:
        wanted: list[tuple[str, Any, TypeAdapter[Any]]] = []
        for message in messages:
            wanted.append((message.nats_subject(), "validation", TypeAdapter(message)))
            wanted.append((f"{message.nats_subject()} answer", "serialization", TypeAdapter(answer_of(message))))
        made, definitions = TypeAdapter.json_schemas(wanted, ref_template=REF + "{model}")
        self._made = {key: schema for (key, _), schema in made.items()}
        self._definitions: Document = definitions.get("$defs", {})

    def whole(self, message: type[Message]) -> Document:
        """The message's own schema, not a reference to it."""
        schema = self._made[message.nats_subject()]
        while "$ref" in schema:
            schema = self._definitions[schema["$ref"].removeprefix(REF)]
        return schema

    def answer(self, message: type[Message]) -> Document:
        return self._made[f"{message.nats_subject()} answer"]

    def parameters(self, message: type[Message]) -> list[Document]:
        """What stands in the path and, where there is no body, in the query."""
        schema = self.whole(message)
        required = schema.get("required", [])
        found = []
        for name, part in schema.get("properties", {}).items():
            if name in _in_path(message):
                found.append(_parameter(name, "path", part, required=True))
            elif not _has_body(message):
                found.append(_parameter(name, "query", part, required=name in required))
        return found

    def body(self, message: type[Message]) -> Document | None:
        """The request's body; None if everything of the message stands in the path."""
        schema = self.whole(message)
        inside = [name for name in schema.get("properties", {}) if name not in _in_path(message)]
        if not _has_body(message) or not inside:
            return None
        required = any(name in inside for name in schema.get("required", []))
        content: Document = {"schema": {"$ref": REF + _body_name(message)}}
        return {"required": required, "content": {"application/json": content}}

    def named(self, messages: list[type[Message]], *used_by: Document) -> Document:
        """The schemas that these documents name, and those that they name in turn; bodies are those of `messages`."""
        bodies = {_body_name(message): message for message in messages if self.body(message)}
        found: Document = {}
        waiting = [name for document in used_by for name in _names(document)]
        while waiting:
            name = waiting.pop()
            if name in found or not (name in bodies or name in self._definitions):
                continue
            message = bodies.get(name)
            schema = _without(self.whole(message), _in_path(message)) if message else self._definitions[name]
            found[name] = schema
            waiting += _names(schema)
        return dict(sorted(found.items()))


def _names(node: Any) -> list[str]:
    """Every schema that is referred to in a document."""
    if isinstance(node, list):
        return [name for part in node for name in _names(part)]
    if not isinstance(node, dict):
        return []
    reference = node.get("$ref")
    own = [reference.removeprefix(REF)] if isinstance(reference, str) else []
    return own + [name for part in node.values() for name in _names(part)]


def answer_of(message: type[Message]) -> Any:
    """What a message is answered with."""
    answer = getattr(message, "answer", None)
    if answer is None:
        return Accepted if issubclass(message, Command) else Any
    return answer


def _has_body(message: type[Message]) -> bool:
    return issubclass(message, Command) and (message.http is None or message.http.method != "DELETE")


def _in_path(message: type[Message]) -> list[str]:
    return message.http.parameters if message.http else []


def _body_name(message: type[Message]) -> str:
    return f"{message.service().title()}{message.__name__}"


def _parameter(name: str, place: str, schema: Document, *, required: bool) -> Document:
    shown = dict(schema)
    description = shown.pop("description", None)
    shown.pop("title", None)
    parameter: Document = {"name": name, "in": place, "required": required, "schema": shown}
    return parameter | ({"description": description} if description else {})


def _without(schema: Document, names: list[str]) -> Document:
    kept = {name: part for name, part in schema.get("properties", {}).items() if name not in names}
    required = [name for name in schema.get("required", []) if name not in names]
    reduced = {key: value for key, value in schema.items() if key not in ("required", "description")}
    if examples := schema.get("examples"):
        reduced["examples"] = [{k: v for k, v in example.items() if k not in names} for example in examples]
    return reduced | {"properties": kept} | ({"required": required} if required else {})
