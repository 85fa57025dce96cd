"""What can be asked of contacts: people and companies, with or without an account (D-23)."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.contacts.values import Email, Kind, Language, PostalAddress
from services.firm.contract import MANAGE_CONTACTS, Leads, OnContact, Permitted
from shared.messages import DELETE, POST, PUT, Command, Model
from shared.problems import Refusal
from shared.text import Line, OptionalLine
from shared.validation import register

Emails = Annotated[tuple[Email, ...], Field(max_length=20)]
Phones = Annotated[tuple["NewPhone", ...], Field(max_length=20)]
Addresses = Annotated[tuple[PostalAddress, ...], Field(max_length=20)]

register("name-required", "Un nom est nécessaire.", "A name is required.")


class InvalidPhone(Refusal):
    """No phone answers to this number."""

    code, status = "invalid-phone", 422
    fr, en = "Ce n'est pas un numéro de téléphone valable.", "This is not a valid phone number."


class NewPhone(Model):
    """A phone number as somebody types it; a number without `+` is read as one of the firm's country."""

    number: Line = Field(examples=["01 42 68 53 00"])
    label: OptionalLine = ""
    primary: bool = False


class CreateContact(Command):
    """Create a contact, a person or a company (U-10, D-25)."""

    http = POST("/contacts", creates="/contacts/{id}")
    needs = Permitted(MANAGE_CONTACTS)
    refusals: ClassVar = (InvalidPhone,)

    kind: Kind = "person"
    name: Line | None = Field(None, examples=["Boulangerie Lefèvre"])
    given_name: OptionalLine = Field("", examples=["Zoé"])
    family_name: OptionalLine = Field("", examples=["Lefèvre"])
    emails: Emails = ()
    phones: Phones = ()
    addresses: Addresses = ()
    language: Language | None = None

    @model_validator(mode="after")
    def _named(self) -> "CreateContact":
        if not (self.name or self.given_name or self.family_name):
            raise PydanticCustomError("name-required", "a name is required")
        return self


class ChangeContact(Command):
    """Change what is given; the rest stays (D-25, T-54). A list replaces the whole list."""

    http = PUT("/contacts/{contact_id}")
    needs = OnContact(MANAGE_CONTACTS)
    refusals: ClassVar = (InvalidPhone,)

    contact_id: UUID
    name: Line | None = None
    given_name: OptionalLine | None = None
    family_name: OptionalLine | None = None
    emails: Emails | None = None
    phones: Phones | None = None
    addresses: Addresses | None = None
    language: Language | None = None


class SetContactActive(Command):
    """Activate or deactivate a contact (U-13)."""

    http = PUT("/contacts/{contact_id}/active")
    needs = OnContact(MANAGE_CONTACTS)

    contact_id: UUID
    active: bool


class DeleteContact(Command):
    """Delete a contact: it is hidden everywhere, and owners and admins can bring it back (D-25, ruling 3)."""

    http = DELETE("/contacts/{contact_id}")
    needs = Leads()
    contact_id: UUID


class RestoreContact(Command):
    """Bring a deleted contact back."""

    http = POST("/contacts/{contact_id}/restoration")
    needs = Leads(hidden=True)
    contact_id: UUID
