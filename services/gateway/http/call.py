"""What a request says about itself, before anything is done for it."""

import re
from functools import lru_cache
from typing import Any, Self
from uuid import UUID

from shared.context import Context
from shared.ids import new_id
from shared.position import Position
from shared.problems import LANGUAGES, Refusal

_REQUEST_ID = re.compile(rb"[A-Za-z0-9-]{1,64}")
_KEY = re.compile(rb"[\x21-\x7e]{1,255}")
_VERSION = re.compile(rb'"([0-9]{1,18})"')
_SLOT = "dossier.call"
_LONGEST_POSITION = 500


class InvalidIdempotencyKey(Refusal):
    code, status = "invalid-idempotency-key", 400
    fr = "L'en-tête Idempotency-Key doit avoir de 1 à 255 caractères ASCII visibles."
    en = "The header Idempotency-Key must have 1 to 255 visible ASCII characters."


class InvalidIfMatch(Refusal):
    """`If-Match` is a version in quotation marks or `*`; weak and several tags are not understood here."""

    code, status = "invalid-if-match", 400
    fr = "L'en-tête If-Match doit être une version entre guillemets, ou *."
    en = "The header If-Match must be a version in quotation marks, or *."


class Call:
    """The head of one request. Making it never fails; `context` refuses headers that cannot be read."""

    __slots__ = ("address", "default", "headers", "id", "spoken")

    def __init__(self, scope: Any, default: str = "en") -> None:
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        given = self.headers.get(b"x-request-id", b"")
        self.id = given.decode() if _REQUEST_ID.fullmatch(given) else str(new_id())
        client = scope.get("client")
        self.address: str = client[0] if client else ""
        self.default = default
        accepted = self.headers.get(b"accept-language")
        self.spoken = preferred(accepted) if accepted else None

    @classmethod
    def of(cls, scope: Any) -> Self:
        """The one call of this request."""
        call: Self | None = scope.get(_SLOT)
        if call is None:
            call = scope[_SLOT] = cls(scope, getattr(scope["litestar_app"].state, "language", "en"))
        return call

    @property
    def language(self) -> str:
        """What the request asks for, else the signed-in member's language, else the firm's."""
        return self.spoken or self.default

    def context(self, target: str | None = None, **who: Any) -> Context:
        """The caller's context. `target`: the path's first id, of which `If-Match` speaks; `who`: further fields."""
        version = self._if_match()
        return Context(
            **who,
            request=self.id,
            address=self.address,
            language=self.language,
            position=self._position(),
            if_match=version,
            idempotency_key=self._idempotency_key(),
            target=_id(target) if version is not None and target else None,
        )

    def _position(self) -> str:
        given = self.headers.get(b"dossier-position")
        return str(Position.parse(given.decode("latin-1")[:_LONGEST_POSITION])) if given else ""

    def _if_match(self) -> int | None:
        given = self.headers.get(b"if-match")
        if given is None or given == b"*":
            return None
        if not (match := _VERSION.fullmatch(given)):
            raise InvalidIfMatch
        return int(match[1])

    def _idempotency_key(self) -> str | None:
        given = self.headers.get(b"idempotency-key")
        if given is None:
            return None
        if not _KEY.fullmatch(given):
            raise InvalidIdempotencyKey
        return given.decode()


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None  # the service says that this is not an id, with the field's name


@lru_cache(256)
def preferred(accepted: bytes) -> str | None:
    """The language of ours that `Accept-Language` (RFC 9110, 12.5.4) likes best; None if it names none of them."""
    best, weight = None, 0.0
    for part in accepted.decode("latin-1").split(",")[:20]:
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        try:
            q = float(parameter.partition("=")[2] or 1)
        except ValueError:
            q = 0.0
        if language in LANGUAGES and q > weight:
            best, weight = language, q
    return best
