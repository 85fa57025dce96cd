"""Every problem code of an operation, grouped by status."""

from typing import Any

from services.gateway.http.call import InvalidIdempotencyKey, InvalidIfMatch
from services.gateway.http.history import UnknownPosition
from services.gateway.http.problems import (
    Csrf,
    IncompleteBody,
    MalformedRequest,
    TooLarge,
    UnsupportedMediaType,
)
from shared.messages import Command, Message
from shared.position import InvalidPosition
from shared.problems import (
    ChangedMeanwhile,
    Conflict,
    InternalError,
    InvalidInput,
    KeyReused,
    MalformedBody,
    NotCaughtUp,
    NotFound,
    OutOfSpace,
    Refusal,
    SignInRequired,
    Unavailable,
)

Refusals = list[type[Refusal]]

ALWAYS: Refusals = [
    *(MalformedRequest, InvalidPosition, UnknownPosition, SignInRequired),
    *(Unavailable, NotCaughtUp, InternalError),
]
BODY: Refusals = [MalformedBody, IncompleteBody, TooLarge, UnsupportedMediaType]
COMMAND: Refusals = [
    *(Csrf, Conflict, ChangedMeanwhile, KeyReused, InvalidIdempotencyKey, InvalidIfMatch, OutOfSpace, InvalidInput),
    *BODY,
]


def general(message: type[Message]) -> Refusals:
    """What any message of this kind can be refused for, beside what it declares."""
    named: Refusals = [NotFound] if message.http and message.http.parameters else []
    return [*ALWAYS, *named, *(COMMAND if issubclass(message, Command) else [InvalidInput])]


def answers_for(refusals: Refusals) -> dict[str, Any]:
    """OpenAPI's `responses` for refusals: one entry per status, with its codes and what they mean."""
    by_status: dict[int, Refusals] = {}
    for refusal in sorted(set(refusals), key=lambda found: (found.status, found.code)):
        by_status.setdefault(refusal.status, []).append(refusal)
    return {str(status): _answer(found) for status, found in by_status.items()}


def _answer(refusals: Refusals) -> dict[str, Any]:
    codes = {"properties": {"code": {"enum": [refusal.code for refusal in refusals]}}}
    return {
        "description": "\n".join(f"- `{refusal.code}`: {refusal.en}" for refusal in refusals),
        "content": {
            "application/problem+json": {"schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, codes]}}
        },
    }
