"""How somebody is reached: e-mail addresses, phones, postal addresses, one primary of each (D-15, T-42)."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar

import phonenumbers
from pydantic import BaseModel, ConfigDict, StringConstraints

from shared.text import EmailAddress, Line, OptionalLine

Language = Literal["fr", "en"]
Kind = Literal["person", "company"]


class Reach(BaseModel):
    """One way to reach somebody; the first is the primary one unless another is marked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: OptionalLine = ""
    primary: bool = False


class Email(Reach):
    address: EmailAddress


class Phone(Reach):
    """A phone as typed. `number` is the same in E.164, filled in by the service; None if it cannot be dialled."""

    typed: Line
    number: str | None = None


class PostalAddress(Reach):
    """A postal address; `country` by ISO 3166-1 alpha-2."""

    street: OptionalLine = ""
    postal_code: Annotated[OptionalLine, StringConstraints(max_length=20)] = ""
    city: OptionalLine = ""
    region: OptionalLine = ""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "FR"


R = TypeVar("R", bound=Reach)


def with_one_primary(items: Sequence[R]) -> list[R]:
    """Exactly one primary: the one marked (the first of several), else the first of all."""
    chosen = next((index for index, item in enumerate(items) if item.primary), 0)
    return [item.model_copy(update={"primary": index == chosen}) for index, item in enumerate(items)]


def e164(typed: str, region: str) -> str:
    """The number in E.164 (`+33123456789`), as dialled from `region`; ValueError for what no phone answers to."""
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError(typed) from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError(typed)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def plain(items: Sequence[BaseModel]) -> list[dict[str, Any]]:
    """As JSON values, the form in which events carry them."""
    return [item.model_dump(mode="json") for item in items]
