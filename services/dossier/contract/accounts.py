"""What can be asked about client accounts: the list, one of them, and its overview."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.dossier.contract.pages import Address, Cursor, Dialled, Limit, Named, Words
from services.firm.contract import Level, OnAccount, SignedIn
from shared.messages import GET, Model, Query
from shared.readstore.cursor import InvalidCursor
from shared.text import Moment

Type = Literal["individual", "business", "other"]
AccountSort = Literal["name", "-name", "created", "-created", "activity", "-activity"]


class AccountLine(Model):
    """An account in the list. The phone and e-mail are the primary ones of its first contact that has one."""

    id: UUID
    name: str
    type: Type
    tags: list[str]
    contacts: list[str] = Field(description="Names of its contacts, in alphabetical order.")
    members_count: int = Field(description="Contacts, and collaborators with level read or full (M-24).")
    folders_count: int = Field(description="Sub-folders in its tree that the caller may see (M-25).")
    email: str | None
    phone: Dialled | None
    created_at: Moment
    last_activity_at: Moment
    version: int


class AccountPage(Model):
    items: list[AccountLine]
    next: str | None


class ListAccounts(Query):
    """The accounts, filtered, sorted and in pages (A-02, D-07, D-11, M-24, M-25, T-04)."""

    http = GET("/accounts")
    needs = SignedIn()
    refusals: ClassVar = (InvalidCursor,)
    answer: ClassVar = AccountPage

    q: Words = Field("", description="Part of its name, of a contact's name or of any e-mail address (T-04).")
    tag: Words = Field("", description="Only those that carry this tag.", examples=["TVA"])
    type: Type | None = None
    group: UUID | None = Field(None, description="Only those of this group.")
    sort: AccountSort = Field("name", description="By name, by creation or by last activity; `-` turns it round.")
    after: Cursor | None = None
    limit: Limit = 50


class LinkedContact(Model):
    """A contact of an account. `description` holds for this account only (T-41)."""

    id: UUID
    kind: Literal["person", "company"]
    name: str
    description: str
    active: bool
    email: str | None
    phone: Dialled | None
    emails: list[Address] = Field(description="All of its e-mail addresses (T-42).")
    version: int


class TeamMember(Model):
    """A collaborator for whom a level is set on the account (T-31)."""

    id: UUID
    name: str | None
    access: Level


class AccountDetail(Model):
    """An account with its contacts in alphabetical order (T-40)."""

    id: UUID
    name: str
    type: Type
    tags: list[str]
    address: dict[str, Any] | None
    contacts: list[LinkedContact]
    team: list[TeamMember]
    related_accounts: list[Named] = Field(description="Accounts that share a contact and that the caller sees (T-34).")
    members_count: int
    folders_count: int
    created_at: Moment
    last_activity_at: Moment
    version: int


class GetAccount(Query):
    """One account: its own facts, its links, its team, related accounts (A-01, T-31, T-34, T-40..T-42)."""

    http = GET("/accounts/{account_id}")
    needs = OnAccount()
    answer: ClassVar = AccountDetail

    account_id: UUID
