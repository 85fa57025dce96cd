"""What can be asked of accounts: clients, their links to contacts, who of the team may see them (A-01, T-23)."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.accounts.domain.links import AlreadyLinked, ContactRequired, LastContact
from services.accounts.values import AccountType, BusinessAddress, Tags
from services.contacts.contract import CreateContact
from services.firm.contract import MANAGE_ACCOUNTS, Level, OnAccount, OnDeletedAccount, Permitted
from shared.messages import DELETE, POST, PUT, Command, Model
from shared.problems import NotFound, Refusal
from shared.text import Line, OptionalLine
from shared.validation import register

register("contact-id-or-new", "Soit `contact_id`, soit `new`.", "Either `contact_id` or `new`.")


class UnknownMember(Refusal):
    """A team is made of members of the firm."""

    code, status = "unknown-member", 422
    fr, en = "Ce membre n'existe pas.", "There is no such member."


class NewLink(Model):
    """A contact of a new account: one that exists, or one to be created with it (M-08)."""

    contact_id: UUID | None = None
    new: CreateContact | None = Field(None, description="What `POST /contacts` takes; needs the same right.")
    description: OptionalLine = Field("", examples=["Gérante"])

    @model_validator(mode="after")
    def _one(self) -> "NewLink":
        if (self.contact_id is None) == (self.new is None):
            raise PydanticCustomError("contact-id-or-new", "either an id or a new contact")
        return self


class CreateAccount(Command):
    """Create an account with its contacts (M-03, M-08, M-11, M-12, T-26). Without a name it takes the first contact's.

    An employee who creates an account gets level full on it.
    """

    http = POST("/accounts", creates="/accounts/{id}")
    needs = Permitted(MANAGE_ACCOUNTS)
    refusals: ClassVar = (ContactRequired, AlreadyLinked, UnknownMember, NotFound, *CreateContact.refusals)

    name: Line | None = Field(None, examples=["Boulangerie Lefèvre"])
    type: AccountType = Field(examples=["business"])
    contacts: Annotated[list[NewLink], Field(max_length=50)] = Field([], description="At least one.")
    tags: Tags = Field([], examples=[["TVA mensuelle"]])
    team: Annotated[dict[UUID, Level], Field(max_length=500)] = Field({}, description="Levels by member id.")
    address: BusinessAddress | None = None


class RenameAccount(Command):
    """Give an account a name by hand (T-26, T-53)."""

    http = PUT("/accounts/{account_id}/name")
    needs = OnAccount(manage=True)

    account_id: UUID
    name: Line = Field(examples=["Famille Tremblay"])


class ChangeAccount(Command):
    """Change what is given; the rest stays (T-58). An `address` of null takes the address away."""

    http = PUT("/accounts/{account_id}")
    needs = OnAccount(manage=True)

    account_id: UUID
    name: Line | None = None
    type: AccountType | None = None
    address: BusinessAddress | None = None


class SetAccountTags(Command):
    """Replace an account's tags; each is kept once, whatever its accents and capitals (T-30)."""

    http = PUT("/accounts/{account_id}/tags")
    needs = OnAccount(manage=True)

    account_id: UUID
    tags: Tags = Field(examples=[["TVA mensuelle", "Paie"]])


class LinkContact(Command):
    """Link a contact to an account (M-11, T-38)."""

    http = POST("/accounts/{account_id}/contacts")
    needs = OnAccount(manage=True)
    refusals: ClassVar = (AlreadyLinked,)

    account_id: UUID
    contact_id: UUID
    description: OptionalLine = Field("", examples=["Expert-comptable précédent"])


class UnlinkContact(Command):
    """Unlink a contact; never the last one (T-38, T-52)."""

    http = DELETE("/accounts/{account_id}/contacts/{contact_id}")
    needs = OnAccount(manage=True)
    refusals: ClassVar = (LastContact,)

    account_id: UUID
    contact_id: UUID


class DescribeLink(Command):
    """Say what a contact is for this account alone (T-41)."""

    http = PUT("/accounts/{account_id}/contacts/{contact_id}")
    needs = OnAccount(manage=True)

    account_id: UUID
    contact_id: UUID
    description: OptionalLine = Field(examples=["Contact principal"])


class SetTeamAccess(Command):
    """Set a member's level on an account; `none` hides it from them altogether (M-12, M-13, T-31)."""

    http = PUT("/accounts/{account_id}/team/{member_id}")
    needs = OnAccount(manage=True)

    account_id: UUID
    member_id: UUID
    access: Level


class ClearTeamAccess(Command):
    """Take a member's level back: their permissions decide again."""

    http = DELETE("/accounts/{account_id}/team/{member_id}")
    needs = OnAccount(manage=True)

    account_id: UUID
    member_id: UUID


class DeleteAccount(Command):
    """Delete an account: it is hidden everywhere, and its contacts stay (M-27, ruling 3)."""

    http = DELETE("/accounts/{account_id}")
    needs = OnAccount(manage=True)
    account_id: UUID


class RestoreAccount(Command):
    """Bring a deleted account back (ruling 3)."""

    http = POST("/accounts/{account_id}/restoration")
    needs = OnDeletedAccount()
    account_id: UUID
