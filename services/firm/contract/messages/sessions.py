"""Signing in and out."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StringConstraints

from services.firm.contract.messages.members import MemberProfile
from services.firm.contract.needs import Anyone, SignedIn, SystemOnly
from services.firm.domain import TooManyAttempts
from services.firm.values import GivenPassword, Language
from shared.messages import GET, Command, Model, Query
from shared.problems import NotFound, Refusal
from shared.text import Moment

TokenHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class WrongCredentials(Refusal):
    """Unknown address, wrong password, deactivated member, member without a password: the answer is the same."""

    code, status = "wrong-credentials", 401
    fr, en = "Adresse e-mail ou mot de passe incorrect.", "Wrong e-mail address or password."


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
    version: int


class Me(Query):
    """Who am I? (U-04)"""

    http = GET("/session")
    needs = SignedIn()
    answer: ClassVar = Myself
