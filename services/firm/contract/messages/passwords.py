"""Choosing a password, for oneself or for somebody else."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from services.firm.contract.needs import Permitted, SignedIn
from services.firm.contract.rights import MANAGE_MEMBERS
from services.firm.domain import TooManyAttempts
from services.firm.values import GivenPassword, NewPassword
from shared.messages import PUT, Command
from shared.problems import NotFound, Refusal


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


class ChangeOwnPassword(Command):
    """Change one's own password; one's other sessions end."""

    http = PUT("/session/password")
    needs = SignedIn()
    refusals: ClassVar = (WrongPassword, CommonPassword, PasswordHoldsEmail, TooManyAttempts)
    settles = True

    current: GivenPassword
    new: NewPassword = Field(examples=["a lovely long password"])


class SetMemberPassword(Command):
    """Give a member a password; all their sessions end."""

    http = PUT("/members/{member_id}/password")
    needs = Permitted(MANAGE_MEMBERS)
    refusals: ClassVar = (NotFound, CommonPassword, PasswordHoldsEmail)
    settles = True

    member_id: UUID
    password: NewPassword
