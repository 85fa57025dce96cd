"""What an account is made of besides its links: its type, its tags, its business address (T-28, T-30, T-56)."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from shared.folding import fold
from shared.text import Line, OptionalLine

AccountType = Literal["individual", "business", "other"]
"""`individual` covers a person and a family (T-28, T-29)."""


def distinct(tags: Sequence[str]) -> list[str]:
    """In alphabetical order, each once whatever its accents and capitals: the first spelling stays."""
    spelt: dict[str, str] = {}
    for tag in tags:
        spelt.setdefault(fold(tag), tag)
    return [spelt[folded] for folded in sorted(spelt)]


Tag = Annotated[Line, StringConstraints(max_length=60)]
Tags = Annotated[list[Tag], Field(max_length=50), AfterValidator(distinct)]


class BusinessAddress(BaseModel):
    """The address of an organisation, kept on its account (T-56); `country` by ISO 3166-1 alpha-2."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    street: OptionalLine = ""
    postal_code: Annotated[OptionalLine, StringConstraints(max_length=20)] = ""
    city: OptionalLine = ""
    region: OptionalLine = ""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "FR"


def plain(address: BusinessAddress | None) -> dict[str, Any] | None:
    """As JSON values, the form in which events carry it."""
    return None if address is None else address.model_dump(mode="json")
