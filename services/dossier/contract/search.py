"""One field that finds everything (A-03, D-12, D-31, T-04)."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.dossier.contract.pages import Limit, Words
from services.firm.contract import SignedIn
from shared.messages import GET, Model, Query
from shared.problems import Refusal

Kind = Literal["account", "contact", "interaction", "document"]


class NothingToSearch(Refusal):
    """No word to look for."""

    code, status = "nothing-to-search", 422
    fr, en = "Indiquez au moins un mot à chercher.", "Give at least one word to search for."


class Found(Model):
    """Something found."""

    kind: Kind
    id: UUID
    title: str
    subtitle: str
    account_id: UUID | None
    rank: int = Field(
        description="0: is the query; 1: begins with it; 2: has its words; 3: words that begin so; 4: else."
    )


class FoundPage(Model):
    items: list[Found]
    next: None = None


class Search(Query):
    """Search accounts, contacts, interactions and documents at once, best match first (A-03, D-12, D-31, T-04).

    Accents and capitals do not matter; every word must occur. Accounts are found by their name, by names of their
    contacts and by any e-mail address of theirs; contacts by name, e-mail address and phone number; interactions by
    their words; documents by their name. Only what the caller may see is found.
    """

    http = GET("/search")
    needs = SignedIn()
    refusals: ClassVar = (NothingToSearch,)
    answer: ClassVar = FoundPage

    q: Words = Field(examples=["lefevre"])
    kind: Annotated[Kind | None, Field(description="Only things of this kind.")] = None
    limit: Limit = 20
