"""What can be asked of the firm service: signing in and out, and the members of the staff."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.firm.contract.needs import Anyone, Permitted, SignedIn, SystemOnly
from services.firm.contract.rights import MANAGE_MEMBERS, Permission, Role
from services.firm.domain import EmailTaken, LastOwner, TooManyAttempts
from services.firm.values import EmailAddress, GivenPassword, Language, NewPassword
from shared.messages import GET, POST, PUT, Command, Model, Query
from shared.problems import NotFound, Refusal
from shared.readstore.cursor import InvalidCursor
from shared.text import Line, Moment, OptionalLine

TokenHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class WrongCredentials(Refusal):
    """Unknown address, wrong password, deactivated member, member without a password: the answer is the same."""

    code, status = "wrong-credentials", 401
    fr, en = "Adresse e-mail ou mot de passe incorrect.", "Wrong e-mail address or password."


class WrongPassword(Refusal):
    """The present password is asked for again before it is changed."""

    code, status = "wrong-password", 422
    fr, en = "Ce n'est pas votre mot de passe actuel.", "This is not your present password."


class CommonPassword(Refusal):
    """Among the passwords that are tried first (ASVS 6.2.4)."""

    code, status = "common-password", 422
    fr, en = "Ce mot de passe est trop répandu.", "This password is too common."


class PasswordHoldsEmail(Refusal):
    code, status = "password-holds-email", 422
    fr = "Le mot de passe ne doit pas contenir l'adresse e-mail."
    en = "The password must not contain the e-mail address."


class MemberProfile(Model):
    """A member, as they and those who manage members see them."""

    id: UUID
    given_name: str
    family_name: str
    email: str
    role: Role
    permissions: list[Permission]
    language: Language


class SessionOpened(Model):
    """`token` is the proof to send as `Authorization: Bearer`; it is shown this once."""

    token: str
    session_id: UUID
    expires_at: Moment
    member: MemberProfile


class SignIn(Command):
    """Open a session with e-mail address and password (U-04)."""

    needs = Anyone()
    refusals: ClassVar = (WrongCredentials, TooManyAttempts)
    answer: ClassVar = SessionOpened

    email: Annotated[str, StringConstraints(max_length=320)] = Field(examples=["ada@cabinet.example"])
    password: GivenPassword


class SignOut(Command):
    """End the session of this request."""

    needs = SignedIn()
    refusals: ClassVar = (NotFound,)
    settles = True


class SessionFound(Model):
    """An open session."""

    session_id: UUID
    member_id: UUID
    expires_at: Moment
    language: Language
    active: bool = Field(description="Always true: of a session that is over, nothing is told.")


class FindSession(Query):
    """The open session of a token, by the SHA-256 of the token in hexadecimal. For the door alone."""

    needs = SystemOnly()
    answer: ClassVar = SessionFound

    token_hash: TokenHash


class Myself(Model):
    """Who is signed in."""

    session_id: UUID | None
    member: MemberProfile


class Me(Query):
    """Who am I? (U-04)"""

    http = GET("/session")
    needs = SignedIn()
    answer: ClassVar = Myself


class ChangeOwnPassword(Command):
    """Change one's own password; one's other sessions end."""

    http = PUT("/session/password")
    needs = SignedIn()
    refusals: ClassVar = (WrongPassword, CommonPassword, PasswordHoldsEmail, TooManyAttempts)
    settles = True

    current: GivenPassword
    new: NewPassword = Field(examples=["a lovely long password"])


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


class SetMemberPassword(Command):
    """Give a member a password; all their sessions end."""

    http = PUT("/members/{member_id}/password")
    needs = Permitted(MANAGE_MEMBERS)
    refusals: ClassVar = (NotFound, CommonPassword, PasswordHoldsEmail)
    settles = True

    member_id: UUID
    password: NewPassword


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
