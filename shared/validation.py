"""From bytes to a message, and from pydantic's findings to translated errors with a pointer to the field."""

from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from shared.messages import Message
from shared.problems import InvalidInput, MalformedBody

M = TypeVar("M", bound=Message)

# code, French, English; pydantic's error types that are not listed read as "invalid-value"
TEXTS: dict[str, tuple[str, str, str]] = {
    "missing": ("required", "Ce champ est nécessaire.", "This field is required."),
    "extra_forbidden": ("unknown-field", "Ce champ n'existe pas.", "There is no such field."),
    "string_type": ("not-a-text", "Un texte est attendu.", "A text is expected."),
    "string_too_short": ("too-short", "Au moins {min_length} caractère(s).", "At least {min_length} character(s)."),
    "string_too_long": ("too-long", "Au plus {max_length} caractères.", "At most {max_length} characters."),
    "string_unicode": ("not-unicode", "Ce texte n'est pas de l'Unicode valable.", "This text is not valid Unicode."),
    "string_pattern_mismatch": ("invalid-form", "La forme n'est pas la bonne.", "The form is not right."),
    "too_short": ("too-few", "Au moins {min_length} élément(s).", "At least {min_length} item(s)."),
    "too_long": ("too-many", "Au plus {max_length} éléments.", "At most {max_length} items."),
    "uuid_parsing": ("not-an-id", "Ce n'est pas un identifiant.", "This is not an id."),
    "uuid_type": ("not-an-id", "Ce n'est pas un identifiant.", "This is not an id."),
    "bool_type": ("not-true-or-false", "Vrai ou faux est attendu.", "True or false is expected."),
    "bool_parsing": ("not-true-or-false", "Vrai ou faux est attendu.", "True or false is expected."),
    "int_type": ("not-a-number", "Un nombre entier est attendu.", "A whole number is expected."),
    "int_parsing": ("not-a-number", "Un nombre entier est attendu.", "A whole number is expected."),
    "int_parsing_size": ("too-large", "Ce nombre est trop grand.", "This number is too large."),
    "less_than_equal": ("too-large", "Au plus {le}.", "At most {le}."),
    "greater_than_equal": ("too-small", "Au moins {ge}.", "At least {ge}."),
    "literal_error": ("not-among", "Une de ces valeurs: {expected}.", "One of: {expected}."),
    "enum": ("not-among", "Une de ces valeurs: {expected}.", "One of: {expected}."),
    "list_type": ("not-a-list", "Une liste est attendue.", "A list is expected."),
    "tuple_type": ("not-a-list", "Une liste est attendue.", "A list is expected."),
    "dict_type": ("not-an-object", "Un objet est attendu.", "An object is expected."),
    "model_type": ("not-an-object", "Un objet est attendu.", "An object is expected."),
    "datetime_type": ("not-a-moment", "Une date avec l'heure est attendue.", "A date and time is expected."),
    "datetime_parsing": ("not-a-moment", "Une date avec l'heure est attendue.", "A date and time is expected."),
    "datetime_from_date_parsing": (
        "not-a-moment",
        "Une date avec l'heure est attendue.",
        "A date and time is expected.",
    ),
    "timezone_aware": ("zone-required", "Le fuseau horaire manque.", "The time zone is missing."),
    "date-out-of-range": (
        "date-out-of-range",
        "Une date entre 1900 et 2199 est attendue.",
        "A date between 1900 and 2199 is expected.",
    ),
    "line-break": ("line-break", "Pas de saut de ligne ici.", "No line breaks here."),
    "control-character": (
        "control-character",
        "Un caractère de commande n'est pas admis.",
        "Control characters are not accepted.",
    ),
    "invalid-email": (
        "invalid-email",
        "Ce n'est pas une adresse e-mail valable.",
        "This is not a valid e-mail address.",
    ),
    "invalid-phone": (
        "invalid-phone",
        "Ce n'est pas un numéro de téléphone valable.",
        "This is not a valid phone number.",
    ),
}
OTHER = ("invalid-value", "Cette valeur n'est pas valable.", "This value is not valid.")


def register(kind: str, french: str, english: str) -> None:
    """Give a service's own `PydanticCustomError` its two texts."""
    TEXTS[kind] = (kind, french, english)


def read(kind: type[M], params: str, body: bytes, language: str) -> M:
    """The message that path, query and body make together. Raises `MalformedBody` or `InvalidInput`."""
    fields = _fields(params, body)
    try:
        return kind.model_validate_json(orjson.dumps(fields), strict=None)
    except ValidationError as error:
        raise InvalidInput(_errors(error, language)) from None


def _fields(params: str, body: bytes) -> dict[str, Any]:
    try:
        fields = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        raise MalformedBody from None
    if not isinstance(fields, dict):
        raise MalformedBody
    given: dict[str, Any] = orjson.loads(params) if params else {}
    if twice := fields.keys() & given.keys():
        raise MalformedBody(field=min(twice))
    return fields | given


def _errors(error: ValidationError, language: str) -> list[dict[str, str]]:
    return [_translated(found, language) for found in error.errors(include_url=False, include_input=False)]


def _translated(found: Any, language: str) -> dict[str, str]:
    kind = found["type"]
    if kind in ("too_long", "too_short") and found["ctx"]["field_type"] == "Value":
        kind = f"string_{kind}"  # a narrower bound put on one of our text types: pydantic calls its characters items
    code, french, english = TEXTS.get(kind, OTHER)
    text = (french if language == "fr" else english).format(**found.get("ctx", {}))
    pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in found["loc"])
    return {"pointer": pointer, "code": code, "detail": text}
