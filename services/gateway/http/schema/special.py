"""The operations that are more than a message passed on: sessions, files, live updates, health, descriptions."""

from typing import Any

from services.gateway.http.names import FileNameRequired, FileNameTooLong
from services.gateway.http.parts import DigestMismatch, EmptyFile, FileRequired, MalformedMultipart, OneFileOnly
from services.gateway.http.problems import ContentMissing, Csrf, InvalidHeader, RangeNotSatisfiable, TooManyStreams
from services.gateway.http.schema.problems import ALWAYS, BODY, COMMAND, Refusals, answers_for
from services.gateway.http.schema.shapes import Shapes
from shared.messages import Message
from shared.problems import InvalidInput, NotAllowed, NotFound, SignInRequired

Document = dict[str, Any]
_BYTES: Document = {"type": "string", "format": "binary"}
_UPLOAD: Refusals = [
    *(MalformedMultipart, FileRequired, OneFileOnly, EmptyFile, DigestMismatch),
    *(FileNameRequired, FileNameTooLong, InvalidHeader),
]
_PUBLIC: list[Document] = []


def special(shapes: Shapes, messages: list[type[Message]]) -> Document:
    """Paths with their operations; `{base}` stands for the base path."""
    known = {message.nats_subject(): message for message in messages}
    return _session(shapes, known) | _files(shapes, known) | _gateway()


def _session(shapes: Shapes, known: dict[str, type[Message]]) -> Document:
    sign_in = known.get("cmd.firm.SignIn")
    body = shapes.whole(sign_in) if sign_in else {"type": "object"}
    answer = {"type": "object", "properties": {"token": {"type": "string"}, "member": {"type": "object"}}}
    refused = [*BODY, Csrf, InvalidInput, *_refusals(sign_in)]
    request = {"required": True, "content": {"application/json": {"schema": body}}}
    return {
        "{base}/session": {
            "post": _operation("signIn", "session", "Sign in", refused, "201", _json(answer))
            | {"security": _PUBLIC, "requestBody": request},
            "delete": _operation("signOut", "session", "Sign out", COMMAND, "200", _json({})),
        }
    }


def _files(shapes: Shapes, known: dict[str, type[Message]]) -> Document:
    publish = known.get("cmd.files.PublishDocument")
    content = known.get("cmd.files.OpenDocument")
    form = {"type": "object", "required": ["file"], "properties": {"file": _BYTES}}
    upload: Refusals = [*COMMAND, NotFound, NotAllowed, *_UPLOAD, *_refusals(publish)]
    download: Refusals = [InvalidInput, NotFound, NotAllowed, RangeNotSatisfiable, ContentMissing, *_refusals(content)]
    octets = {"*/*": {"schema": _BYTES}}  # each document has a type of its own
    read = _operation("openDocument", "files", "Download a document; opening it is recorded", download, "200", octets)
    read["responses"]["206"] = {"description": "The range asked for.", "content": octets}
    read["responses"]["304"] = {"description": "You have it already (`If-None-Match`)."}
    return {
        "{base}/folders/{folder_id}/documents": {
            "post": _operation("publishDocument", "files", "Upload a file", upload, "201", _answer(shapes, publish))
            | {
                "parameters": [_path("folder_id")],
                "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
            }
        },
        "{base}/documents/{document_id}/content": {"get": read | {"parameters": [_path("document_id")]}},
    }


def _gateway() -> Document:
    events = {"text/event-stream": {"schema": {"type": "string"}}}
    page = {"text/html": {"schema": {"type": "string"}}}
    health = _operation("ready", "gateway", "Whether every service answers", None, "200", _json({"type": "object"}))
    health["responses"]["503"] = {"description": "Not yet; `missing` says who.", "content": _json({"type": "object"})}
    return {
        "{base}/live": {
            "get": _operation("live", "gateway", "What changes, as it happens", [TooManyStreams], "200", events)
        },
        "{base}/schema/openapi.json": {
            "get": _operation("openapi", "gateway", "This description", None, "200", _json({"type": "object"}))
        },
        "{base}/schema/asyncapi.json": {
            "get": _operation("asyncapi", "gateway", "The messages behind it", None, "200", _json({"type": "object"}))
        },
        "{base}/schema": {"get": _operation("schema", "gateway", "This description, to read", None, "200", page)},
        "/health/live": {
            "get": _operation("alive", "gateway", "Whether it runs", None, "200", _json({"type": "object"}))
        },
        "/health/ready": {"get": health},
    }


def _operation(id: str, tag: str, summary: str, refusals: Refusals | None, status: str, content: Document) -> Document:
    """`refusals` beside those of every operation; None for one that is open to anyone and refuses nothing."""
    operation: Document = {
        "operationId": id,
        "tags": [tag],
        "summary": summary,
        "responses": {status: {"description": f"{summary}.", "content": content}},
    }
    if refusals is None:
        return operation | {"security": _PUBLIC}
    operation["responses"] |= answers_for([*ALWAYS, SignInRequired, *refusals])
    return operation


def _refusals(message: type[Message] | None) -> Refusals:
    return [*message.refusals, *message.needs.codes()] if message else []


def _answer(shapes: Shapes, message: type[Message] | None) -> Document:
    return _json(shapes.answer(message) if message else {})


def _json(schema: Document) -> Document:
    return {"application/json": {"schema": schema}}


def _path(name: str) -> Document:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
