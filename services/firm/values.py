"""How a member is addressed, and what may be a password."""

import unicodedata
from typing import Annotated, Literal

from pydantic import StringConstraints

Language = Literal["fr", "en"]


NewPassword = Annotated[str, StringConstraints(min_length=12, max_length=128)]
"""A password being chosen: 12 to 128 characters of any kind (ASVS 6.2.1)."""

GivenPassword = Annotated[str, StringConstraints(max_length=1_000)]
"""A password being tried."""


def folded(email: str) -> str:
    """The form in which two addresses are the same to us: without regard to case."""
    return unicodedata.normalize("NFKC", email).strip().casefold()
