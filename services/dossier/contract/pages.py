"""What all lists have in common: words to filter by, a cursor, a limit; and small parts of their answers."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.messages import Model

Words = Annotated[str, StringConstraints(max_length=200)]
"""What somebody types to find something; accents and capitals do not matter."""

Cursor = Annotated[str, StringConstraints(max_length=1_000)]
"""`next` of the page before."""

Limit = Annotated[int, Field(ge=1, le=200)]
"""How many items at most."""


class Named(Model):
    """Somebody or something with a name; the name is null while it is not known yet."""

    id: UUID
    name: str | None


class Dialled(Model):
    """A phone number as typed, and in E.164 where it can be dialled from anywhere."""

    typed: str
    number: str | None
    label: str
    primary: bool


class Address(Model):
    """An e-mail address; one of several is primary."""

    address: str
    label: str
    primary: bool
