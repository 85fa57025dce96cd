"""The operations that are more than one message passed on: sessions, files, live updates, health, these descriptions."""

from typing import Any

from services.gateway.http.names import FileNameRequired, FileNameTooLong
from services.gateway.http.parts import DigestMismatch, EmptyFile, FileRequired, MalformedMultipart, OneFileOnly
from services.gateway.http.problems import ContentMissing, InvalidHeader, RangeNotSatisfiable, TooManyStreams
from services.gateway.http.schema.problems import ALWAYS, COMMAND, Refusals, answers_for
from services.gateway.http.schema.shapes import Shapes
from shared.messages import Message, declared
from shared.problems import NotAllowed, NotFound, SignInRequired

Document = dict[str, Any]
_BYTES: Document = {"type": "string", "format": "binary"}
_PUBLIC: list[Document] = []


def special(shapes: Shapes) -> Document:
    """Paths with their operations; `{base}` stands for the base path."""
    known = {message.nats_subject(): message for message in declared()}
    return _session(shapes, known) | _files(shapes, known) | _gateway()


def _session(shapes: Shapes, known: dict[str, type[Message]]) -> Document:
    sign_in = known.get("cmd.firm.SignIn")
    me = known.get("qry.firm.Me")
    body = shapes.whole(sign_in) if sign_in else {"type": "object"}
    answer = {"type": "object", "properties": {"token": {"type": "string"}, "member": {"type": "object"}}}
    refused = [code for code in [*COMMAND, *_refusals(sign_in)] if code.code not in ("changed-meanwhile", "idempotency-key-reused")]
    return {
        "{base}/session": {
            "post": _operation("signIn", "session", "Sign in", refused, "201", _json(answer))
            | {"security": _PUBLIC, "requestBody": {"required": True, "content": {"application/json": {"schema": body}}}},
            "delete": _operation("signOut", "session", "Sign out", COMMAND, "200", _json({})),
            "get": _operation("whoAmI", "session", "Who is signed in", [], "200", _json(shapes.answer(me) if me else {})),
        }
    }


def _files(shapes: Shapes, known: dict[str, type[Message]]) -> Document:
    publish = known.get("cmd.files.PublishDocument")
    content = known.get("cmd.files.OpenDocument")
    form = {"type": "object", "required": ["file"], "properties": {"file": _BYTES}}
    upload: Refusals = [
        *(*COMMAND, NotFound, NotAllowed, MalformedMultipart, FileRequired, OneFileOnly, EmptyFile),
        *(DigestMismatch, FileNameRequired, FileNameTooLong, InvalidHeader, *_refusals(publish)),
    ]
    download: Refusals = [NotFound, NotAllowed, RangeNotSatisfiable, ContentMissing, *_refusals(content)]
    octets = {"application/octet-stream": {"schema": _BYTES}}
    read = _operation("openDocument", "files", "Download a document; opening it is recorded", download, "200", octets)
    read["responses"]["206"] = {"description": "The range asked for.", "content": octets}
    read["responses"]["304"] = {"description": "You have it already (`If-None-Match`)."}
    return {
        "{base}/folders/{folder_id}/documents": {
            "post": _operation(
                "publishDocument", "files", "Upload a file", upload, "201", _json(shapes.answer(publish) if publish else {})
            )
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
        "/health/live": {"get": _operation("alive", "gateway", "Whether it runs", None, "200", _json({"type": "object"}))},
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


def _json(schema: Document) -> Document:
    return {"application/json": {"schema": schema}}


def _path(name: str) -> Document:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
