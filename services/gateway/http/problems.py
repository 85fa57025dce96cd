"""What the door itself refuses, and the one place where a refusal becomes an answer."""

import logging
from typing import Any

import orjson
from litestar import Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.exceptions import NotFoundException as NoRoute

from services.gateway.http.answers import API, PROBLEM
from services.gateway.http.call import Call
from shared.problems import InternalError, NotFound, Refusal, SignInRequired

log = logging.getLogger(__name__)


class MalformedRequest(Refusal):
    """The path, the query or a header cannot be read: not UTF-8, or not in its form."""

    code, status = "malformed-request", 400
    fr, en = "L'adresse ou un en-tête est illisible.", "The address or a header cannot be read."


class InvalidHeader(Refusal):
    """A header that this interface defines has another form than the one it must have."""

    code, status = "invalid-header", 400
    fr, en = "L'en-tête {name} n'a pas la forme voulue.", "The header {name} does not have the right form."


class IncompleteBody(Refusal):
    """The body ended before its announced length, or came too slowly."""

    code, status = "incomplete-body", 400
    fr, en = "Le corps de la demande n'est pas arrivé en entier.", "The body did not arrive in full."


class MethodNotAllowed(Refusal):
    code, status = "method-not-allowed", 405
    fr, en = "Cette méthode n'existe pas à cette adresse.", "This address does not know that method."


class TooLarge(Refusal):
    """More bytes than the setting `body_limit` or `upload_limit` allows."""

    code, status = "too-large", 413
    fr, en = "Au plus {limit} octets sont acceptés.", "At most {limit} bytes are accepted."


class UnsupportedMediaType(Refusal):
    """The body is announced as something else than the operation reads."""

    code, status = "unsupported-media-type", 415
    fr, en = "Le corps doit être de type {wanted}.", "The body must be of type {wanted}."


class Csrf(Refusal):
    """A request with the cookie that does not prove that it comes from our own pages (ASVS 3.5.1 to 3.5.3)."""

    code, status = "csrf", 403
    fr = "Cette demande ne vient pas des pages du cabinet: l'en-tête X-Dossier-CSRF manque, ou l'origine est étrangère."
    en = "This request does not come from the firm's own pages: X-Dossier-CSRF is missing, or the origin is foreign."


class RangeNotSatisfiable(Refusal):
    """The range begins after the end of the content (RFC 9110, 14.4)."""

    code, status = "range-not-satisfiable", 416
    fr, en = "Le contenu n'a que {size} octets.", "The content has only {size} bytes."


class ContentMissing(Refusal):
    """The document is recorded but its bytes are not to be found: an operator must look."""

    code, status, retry_after = "content-unavailable", 503, 30
    fr, en = "Le contenu de ce document n'est pas accessible.", "The content of this document is out of reach."


class TooManyStreams(Refusal):
    code, status, retry_after = "too-many-streams", 429, 15
    fr, en = "Cette session a déjà {limit} flux ouverts.", "This session already has {limit} streams open."


def as_problem(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The problem document (RFC 9457) for whatever went wrong, in the caller's language."""
    call = Call.of(request.scope)
    refusal = _refusal(error)
    document = refusal.document(call.language)
    if isinstance(refusal, InternalError):
        log.error("a request failed", exc_info=error, extra={"request": call.id, "path": request.scope["path"]})
        document["instance"] = f"urn:dossier:request:{call.id}"
    headers = {name.decode(): value.decode() for name, value in API} | _headers(refusal, error)
    headers["x-request-id"] = call.id
    media_type = PROBLEM.decode()
    return Response(orjson.dumps(document), status_code=refusal.status, media_type=media_type, headers=headers)


def _refusal(error: Exception) -> Refusal:
    match error:
        case Refusal():
            return error
        case NoRoute():
            return NotFound()
        case MethodNotAllowedException():
            return MethodNotAllowed()
        case HTTPException() if error.status_code < 500:
            return MalformedRequest()
        case _:
            return InternalError()


def _headers(refusal: Refusal, error: Exception) -> dict[str, str]:
    headers = {}
    if refusal.retry_after:
        headers["retry-after"] = str(refusal.retry_after)
    if isinstance(refusal, SignInRequired):
        headers["www-authenticate"] = "Bearer"
    if isinstance(refusal, RangeNotSatisfiable):
        headers["content-range"] = f"bytes */{refusal.values['size']}"
    if isinstance(error, MethodNotAllowedException) and error.headers:
        headers["allow"] = error.headers.get("allow", "")
    return headers
