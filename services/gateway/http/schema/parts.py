"""What operations share: headers, the problem document, the ways to prove who one is."""

from typing import Any

Document = dict[str, Any]

INFO: Document = {
    "title": "Dossier",
    "version": "1",
    "description": (
        "Everything that an accounting firm knows and does about each of its clients.\n\n"
        "Names are in snake_case, times in RFC 3339 UTC, ids are UUIDs. Errors are problem documents (RFC 9457) with a "
        "stable `code`, in French or English by `Accept-Language`. A command answers with the position it has reached "
        "in the history (`Dossier-Position`): send the header back to read at least that. Lists answer `items` and "
        "`next`, the cursor for `after`. A body sent with GET is ignored."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}


def _header(name: str, description: str, **schema: Any) -> Document:
    shown = {"type": "string"} | schema
    return {"name": name, "in": "header", "required": False, "description": description, "schema": shown}


PARAMETERS: Document = {
    "Position": _header(
        "Dossier-Position",
        "Answer only once this much of the history can be seen; at most two seconds, then 503.",
        examples=["accounts=17;contacts=4"],
    ),
    "RequestId": _header(
        "X-Request-Id",
        "Your name for this request, repeated in the answer and in our logs: up to 64 letters, digits and hyphens. "
        "Any other is replaced.",
    ),
    "Language": _header("Accept-Language", "Language of texts in answers: `fr` or `en`.", examples=["fr"]),
    "IdempotencyKey": _header(
        "Idempotency-Key",
        "Makes a repetition harmless: the same key and body get the same answer for 24 hours, and are done once.",
        pattern="^[!-~]{1,255}$",
    ),
    "IfMatch": _header(
        "If-Match",
        "Do it only if this is still the version (412 if not); `*` for any.",
        pattern='^(\\*|"[0-9]{1,18}")$',
        examples=['"3"'],
    ),
    "Csrf": _header("X-Dossier-CSRF", "`1`; required with the cookie, needless with a bearer token.", examples=["1"]),
}

HEADERS: Document = {
    "Dossier-Position": {
        "description": "How far the history that this answer speaks of reaches.",
        "schema": {"type": "string", "examples": ["accounts=17"]},
    },
    "ETag": {
        "description": "The version of the thing, for `If-Match`.",
        "schema": {"type": "string", "examples": ['"3"']},
    },
    "Location": {"description": "Where the thing made is found.", "schema": {"type": "string"}},
    "X-Request-Id": {"description": "The request's name in our logs.", "schema": {"type": "string"}},
}

SECURITY: Document = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "The token of `POST /session`."},
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "dossier_session",
        "description": "Set by `POST /session`; what changes something needs the header `X-Dossier-CSRF: 1` with it.",
    },
}

_FIELD_ERROR: Document = {
    "type": "object",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON Pointer (RFC 6901) to the field.", "examples": ["/name"]},
        "code": {"type": "string", "examples": ["too-long"]},
        "detail": {"type": "string"},
    },
}

SCHEMAS: Document = {
    "Problem": {
        "type": "object",
        "description": "Why something was not done (RFC 9457).",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": {"type": "string", "format": "uri", "examples": ["urn:dossier:problem:not-found"]},
            "title": {"type": "string", "description": "The kind of problem, in the caller's language."},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "The reason, in the caller's language."},
            "code": {"type": "string", "description": "The reason, for programs: it never changes."},
            "instance": {"type": "string", "description": "The request, where the fault is ours."},
            "errors": {"type": "array", "items": _FIELD_ERROR, "description": "The fields at fault."},
        },
    }
}
