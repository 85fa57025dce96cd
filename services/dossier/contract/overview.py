"""The overview: everything about a client on one page (T-01, T-07)."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.dossier.contract.accounts import TeamMember, Type
from services.dossier.contract.pages import Dialled, Named
from services.firm.contract import OnAccount
from shared.messages import GET, Model, Query
from shared.text import Moment


class OverviewAccount(Model):
    """The account itself."""

    id: UUID
    name: str
    type: Type
    tags: list[str]
    address: dict[str, Any] | None
    email: str | None
    phone: Dialled | None
    created_at: Moment
    version: int


class OverviewContact(Model):
    """A contact of the account, with its main phone number and e-mail address (D-15)."""

    id: UUID
    kind: Literal["person", "company"]
    name: str
    active: bool
    email: str | None
    phone: Dialled | None
    description: str


class OverviewInteraction(Model):
    """A note, call, phone message or e-mail. `status` is told of e-mails (T-12)."""

    id: UUID
    kind: Literal["note", "call", "phone_message", "email"]
    recorded_at: Moment
    comments_count: int
    subject: str
    excerpt: str
    occurred_at: Moment
    direction: Literal["incoming", "outgoing"] | None
    status: Literal["received", "sent", "recorded"] | None = None
    author: Named | None
    contact: Named | None
    version: int


class OverviewDocument(Model):
    """A document; `new` until somebody of the firm has opened it (T-10)."""

    id: UUID
    name: str
    format: str
    folder_id: UUID
    media_type: str
    size: int
    published_at: Moment
    new: bool
    author: Named | None
    version: int


class AccountOverview(Model):
    """Five lines of each kind, the latest first; of what is planned, the next."""

    valid_until: Moment | None = Field(description="When the next planned interaction happens.")
    id: UUID
    account: OverviewAccount
    contacts: list[OverviewContact]
    team: list[TeamMember]
    upcoming: list[OverviewInteraction]
    notes: list[OverviewInteraction]
    emails: list[OverviewInteraction]
    calls: list[OverviewInteraction] = Field(description="Calls and phone messages.")
    documents: list[OverviewDocument]
    activity_count: int = Field(description="Everything that has ever happened in the dossier.")
    members_count: int
    folders_count: int
    documents_count: int
    new_documents_count: int
    last_activity_at: Moment
    people: list[UUID] = Field(description="Everybody who is named here: a change of theirs changes this page.")
    related_accounts: list[Named]


class Overview(Query):
    """The overview of an account in one answer (A-01, T-01, T-07, T-09, T-10, T-12, T-20, T-34, U-03)."""

    http = GET("/accounts/{account_id}/overview")
    needs = OnAccount()
    answer: ClassVar = AccountOverview

    account_id: UUID
