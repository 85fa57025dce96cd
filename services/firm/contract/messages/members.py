"""Members of the staff: what changes them, and who sees what of them."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.firm.contract.messages.passwords import CommonPassword, PasswordHoldsEmail
from services.firm.contract.needs import Permitted, SignedIn, SystemOnly
from services.firm.contract.rights import MANAGE_MEMBERS, Permission, Role
from services.firm.domain import EmailTaken, LastOwner
from services.firm.values import Language, NewPassword
from shared.messages import GET, POST, PUT, Command, Model, Query
from shared.problems import NotFound
from shared.readstore.cursor import InvalidCursor
from shared.text import EmailAddress, Line, OptionalLine


class MemberProfile(Model):
    """A member, as they and those who manage members see them."""

    id: UUID
    given_name: str
    family_name: str
    email: str
    role: Role
    permissions: list[Permission]
    language: Language


class FoundFirm(Command):
    """Create the first owner; nothing happens where there is a firm already. For the service itself."""

    needs = SystemOnly()

    email: str
    password: str | None


class CreateMember(Command):
    """Create a member of the staff (T-57). Without a password they cannot sign in until one is set."""

    http = POST("/members", creates="/members/{id}")
    needs = Permitted(MANAGE_MEMBERS)
    refusals: ClassVar = (EmailTaken, CommonPassword, PasswordHoldsEmail)
    settles = True

    given_name: Line = Field(examples=["Inès"])
    family_name: OptionalLine = Field("", examples=["Moreau"])
    email: EmailAddress = Field(examples=["ines@cabinet.example"])
    role: Role = "employee"
    permissions: list[Permission] = Field([], max_length=20, examples=[["view-all-accounts", "manage-contacts"]])
    language: Language | None = None
    password: NewPassword | None = None


class ChangeMember(Command):
    """Change a member's names, language or e-mail address: what is given; the rest stays."""

    http = PUT("/members/{member_id}")
    needs = Permitted(MANAGE_MEMBERS)
    refusals: ClassVar = (NotFound, EmailTaken)

    member_id: UUID
    given_name: Line | None = None
    family_name: OptionalLine | None = None
    email: EmailAddress | None = None
    language: Language | None = None


class SetMemberRole(Command):
    """Make a member owner, admin or employee (T-03, T-57)."""

    http = PUT("/members/{member_id}/role")
    needs = Permitted(MANAGE_MEMBERS)
    refusals: ClassVar = (NotFound, LastOwner)
    settles = True

    member_id: UUID
    role: Role


class SetMemberPermissions(Command):
    """Replace what an employee may do (T-03, T-57). Owners and admins may everything, whatever stands here."""

    http = PUT("/members/{member_id}/permissions")
    needs = Permitted(MANAGE_MEMBERS)
    refusals: ClassVar = (NotFound,)
    settles = True

    member_id: UUID
    permissions: list[Permission] = Field(max_length=20, examples=[["view-all-accounts", "manage-contacts"]])


class SetMemberActive(Command):
    """Activate or deactivate a member; deactivating ends all their sessions at once."""

    http = PUT("/members/{member_id}/active")
    needs = Permitted(MANAGE_MEMBERS)
    refusals: ClassVar = (NotFound, LastOwner)
    settles = True

    member_id: UUID
    active: bool


class MemberSummary(Model):
    """A member. E-mail address, permissions and language are shown to themselves and to those who manage members."""

    id: UUID
    given_name: str
    family_name: str
    role: Role
    active: bool
    version: int
    email: str | None = None
    permissions: list[Permission] | None = None
    language: Language | None = None
    can_sign_in: bool | None = Field(None, description="Active and with a password.")


class MemberPage(Model):
    items: list[MemberSummary]
    next: str | None


class ListMembers(Query):
    """The members, by name. Anybody signed in sees names and roles, to choose participants and teams."""

    http = GET("/members")
    needs = SignedIn()
    refusals: ClassVar = (InvalidCursor,)
    answer: ClassVar = MemberPage

    q: Annotated[str, StringConstraints(max_length=200)] | None = Field(None, description="Part of a name.")
    active: Literal["true", "false", "all"] = Field("all", description="Only those who are active, or are not.")
    after: Annotated[str, StringConstraints(max_length=1_000)] | None = None
    limit: int = Field(50, ge=1, le=200)


class GetMember(Query):
    """One member."""

    http = GET("/members/{member_id}")
    needs = SignedIn()
    refusals: ClassVar = (NotFound,)
    answer: ClassVar = MemberSummary

    member_id: UUID
