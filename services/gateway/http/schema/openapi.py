"""OpenAPI 3.1 of all that is behind the door: paths, parameters, bodies, answers, every problem code per operation."""

from typing import Any

from services.gateway.http.schema import parts
from services.gateway.http.schema.problems import answers_for, general
from services.gateway.http.schema.shapes import Shapes
from services.gateway.http.schema.special import special
from shared.messages import Command, Message

Document = dict[str, Any]


def openapi(base: str, messages: list[type[Message]]) -> Document:
    """The whole document. `base` stands before every path of a contract."""
    served = [message for message in messages if message.http]
    shapes = Shapes(messages)
    paths: Document = {}
    for message in served:
        assert message.http is not None
        paths.setdefault(base + message.http.path, {})[message.http.method.lower()] = _operation(message, shapes)
    for path, operations in special(shapes, messages).items():
        paths.setdefault(path.replace("{base}", base), {}).update(operations)
    services = sorted({message.service() for message in served})
    return {
        "openapi": "3.1.0",
        "info": parts.INFO,
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in ["session", *services, "gateway"]],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": parts.SCHEMAS | shapes.named(served, paths),
            "parameters": parts.PARAMETERS,
            "headers": parts.HEADERS,
            "securitySchemes": parts.SECURITY,
        },
        "security": [{"bearer": []}, {"cookie": []}],
    }


def _operation(message: type[Message], shapes: Shapes) -> Document:
    summary, description = described(message)
    refusals = [*message.refusals, *message.needs.codes(), *general(message)]
    operation: Document = {
        "operationId": operation_id(message),
        "tags": [message.service()],
        "summary": summary,
        "parameters": [*shapes.parameters(message), *_headers(message)],
        "responses": _success(message, shapes) | answers_for(refusals),
    }
    if description:
        operation["description"] = description
    if body := shapes.body(message):
        operation["requestBody"] = body
    return operation


def _headers(message: type[Message]) -> list[Document]:
    names = ["Position", "RequestId", "Language"]
    if issubclass(message, Command):
        names += ["IdempotencyKey", "IfMatch", "Csrf"]
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _success(message: type[Message], shapes: Shapes) -> Document:
    assert message.http is not None
    creates = message.http.creates is not None
    names = ["Dossier-Position", "ETag", "X-Request-Id", *(["Location"] if creates else [])]
    answer: Document = {
        "description": "Created." if creates else "Done." if issubclass(message, Command) else "The answer.",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {"application/json": {"schema": shapes.answer(message)}},
    }
    return {"201" if creates else "200": answer}


def operation_id(message: type[Message]) -> str:
    """`RenameContact` is `renameContact` to generated clients."""
    name = message.__name__
    return name[0].lower() + name[1:]


def described(message: type[Message]) -> tuple[str, str]:
    """The first line of the docstring, and the rest."""
    text = (message.__doc__ or message.__name__).strip()
    first, _, rest = text.partition("\n")
    return first.strip().rstrip("."), "\n".join(line.strip() for line in rest.strip().splitlines())
