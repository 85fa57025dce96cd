"""Refusals and the problem documents (RFC 9457) that callers get for them, in French and English."""

from typing import Any, ClassVar

LANGUAGES = ("fr", "en")


class Refusal(Exception):
    """A reason for which something is not done. A subclass per reason: `code` and `status` are promises to callers.

    `fr` and `en` may name values given to the constructor in braces: `Refused(limit=3)`.
    """

    code: ClassVar[str]
    status: ClassVar[int] = 409
    fr: ClassVar[str]
    en: ClassVar[str]
    retry_after: int | None = None  # seconds; an instance may know better than its class

    def __init__(self, *, field: str | None = None, **values: Any) -> None:
        super().__init__(self.code)
        self.field = field
        self.values = values

    def detail(self, language: str) -> str:
        """The sentence for a person, in their language."""
        text = self.fr if language == "fr" else self.en
        return text.format(**self.values) if self.values else text

    def document(self, language: str) -> dict[str, Any]:
        """The problem document; `errors` points at the field at fault, if one is."""
        detail = self.detail(language)
        document: dict[str, Any] = {
            "type": f"urn:dossier:problem:{self.code}",
            "title": TITLES[self.status][0 if language == "fr" else 1],
            "status": self.status,
            "detail": detail,
            "code": self.code,
        }
        if self.field is not None:
            document["errors"] = [{"pointer": f"/{self.field}", "code": self.code, "detail": detail}]
        return document


TITLES: dict[int, tuple[str, str]] = {
    400: ("Demande illisible", "Unreadable request"),
    401: ("Connexion nécessaire", "Sign-in required"),
    403: ("Action non permise", "Not allowed"),
    404: ("Introuvable", "Not found"),
    405: ("Méthode non permise", "Method not allowed"),
    406: ("Format non disponible", "Format not available"),
    409: ("Refusé dans l'état actuel", "Refused in the present state"),
    410: ("Effacé", "Erased"),
    411: ("Longueur manquante", "Length required"),
    412: ("Modifié entre-temps", "Changed in the meantime"),
    413: ("Trop volumineux", "Too large"),
    415: ("Format non accepté", "Format not accepted"),
    416: ("Plage impossible", "Range not satisfiable"),
    422: ("Données non valables", "Invalid data"),
    429: ("Trop de tentatives", "Too many attempts"),
    500: ("Erreur interne", "Internal error"),
    503: ("Momentanément indisponible", "Temporarily unavailable"),
    507: ("Espace épuisé", "Out of space"),
}


class NotFound(Refusal):
    """There is no such thing, or none that the caller may know of: the two answers are the same."""

    code, status = "not-found", 404
    fr, en = "Il n'y a rien à cette adresse.", "There is nothing here."


class NotAllowed(Refusal):
    """The caller sees the thing but may not do this to it."""

    code, status = "not-allowed", 403
    fr, en = "Vos droits ne permettent pas cette action.", "Your rights do not allow this."


class SignInRequired(Refusal):
    code, status = "sign-in-required", 401
    fr, en = "Connectez-vous d'abord.", "Sign in first."


class MalformedBody(Refusal):
    code, status = "malformed-body", 400
    fr, en = "Le corps de la demande n'est pas un objet JSON lisible.", "The body is not a readable JSON object."


class InvalidInput(Refusal):
    """Fields that break their rules; `errors` holds one entry per field, already translated."""

    code, status = "invalid-input", 422
    fr, en = "Certaines données ne sont pas valables.", "Some of the data is not valid."

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__()
        self.errors = errors

    def document(self, language: str) -> dict[str, Any]:
        return super().document(language) | {"errors": self.errors}


class Conflict(Refusal):
    code = "conflict"
    fr = "Quelqu'un d'autre modifie la même chose; réessayez."
    en = "Somebody else is changing the same thing; try again."


class ChangedMeanwhile(Refusal):
    """`If-Match` names another version than the present one (RFC 9110, 13.1.1)."""

    code, status = "changed-meanwhile", 412
    fr, en = "Cette version n'est plus la dernière.", "This version is no longer the latest."


class KeyReused(Refusal):
    """One idempotency key, two different bodies."""

    code, status = "idempotency-key-reused", 422
    fr = "Cette clé d'idempotence a déjà servi à une autre demande."
    en = "This idempotency key was already used for another request."


class Unavailable(Refusal):
    code, status, retry_after = "unavailable", 503, 1
    fr, en = "Le service ne répond pas; réessayez dans un instant.", "The service does not answer; try again shortly."


class NotCaughtUp(Refusal):
    """What is read has not reached the position that the caller named within two seconds."""

    code, status, retry_after = "not-caught-up", 503, 1
    fr = "Les dernières modifications ne sont pas encore visibles; réessayez dans un instant."
    en = "The latest changes are not visible yet; try again shortly."


class OutOfSpace(Refusal):
    code, status, retry_after = "out-of-space", 507, 30
    fr, en = "Il n'y a plus de place pour enregistrer.", "There is no room left to record this."


class Erased(Refusal):
    """The person was erased: nothing more is recorded about them."""

    code, status = "erased", 410
    fr, en = "Cette personne a été effacée.", "This person was erased."


class InternalError(Refusal):
    """A fault of ours. It is logged with the request's id, which the document repeats."""

    code, status = "internal-error", 500
    fr, en = "Une erreur de notre côté; elle est consignée.", "A fault on our side; it is logged."


def refusals() -> list[type[Refusal]]:
    """Every refusal declared by the modules imported so far."""
    found: list[type[Refusal]] = []
    waiting = [Refusal]
    while waiting:
        for child in waiting.pop().__subclasses__():
            found.append(child)
            waiting.append(child)
    return sorted(found, key=lambda refusal: refusal.code)
