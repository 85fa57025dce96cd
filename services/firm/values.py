"""How a member is addressed, and what may be a password."""

import unicodedata
from typing import Annotated, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from shared.text import Line

Language = Literal["fr", "en"]


def _address(value: str) -> str:
    try:
        # A firm's own mail server may stand under a name that only its network knows (.local, .lan).
        return validate_email(value, check_deliverability=False, globally_deliverable=False).normalized
    except EmailNotValidError as error:
        raise PydanticCustomError("invalid-email", "not an e-mail address") from error


EmailAddress = Annotated[Line, AfterValidator(_address)]
"""An e-mail address (RFC 5321), normalised; whether it can be delivered to is not asked."""

NewPassword = Annotated[str, StringConstraints(min_length=12, max_length=128)]
"""A password being chosen: 12 to 128 characters of any kind (ASVS 6.2.1)."""

GivenPassword = Annotated[str, StringConstraints(max_length=1_000)]
"""A password being tried."""


def folded(email: str) -> str:
    """The form in which two addresses are the same to us: without regard to case."""
    return unicodedata.normalize("NFKC", email).strip().casefold()
