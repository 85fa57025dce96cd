"""What can be asked of the firm service: signing in and out, and the members of the staff."""

from services.firm.contract.messages.members import (
    ChangeMember,
    CreateMember,
    FoundFirm,
    GetMember,
    ListMembers,
    MemberPage,
    MemberProfile,
    MemberSummary,
    SetMemberActive,
    SetMemberPermissions,
    SetMemberRole,
)
from services.firm.contract.messages.passwords import (
    ChangeOwnPassword,
    CommonPassword,
    PasswordHoldsEmail,
    SetMemberPassword,
    WrongPassword,
)
from services.firm.contract.messages.sessions import (
    FindSession,
    Me,
    Myself,
    SessionFound,
    SessionOpened,
    SignIn,
    SignOut,
    WrongCredentials,
)

__all__ = [
    "ChangeMember",
    "ChangeOwnPassword",
    "CommonPassword",
    "CreateMember",
    "FindSession",
    "FoundFirm",
    "GetMember",
    "ListMembers",
    "Me",
    "MemberPage",
    "MemberProfile",
    "MemberSummary",
    "Myself",
    "PasswordHoldsEmail",
    "SessionFound",
    "SessionOpened",
    "SetMemberActive",
    "SetMemberPassword",
    "SetMemberPermissions",
    "SetMemberRole",
    "SignIn",
    "SignOut",
    "WrongCredentials",
    "WrongPassword",
]
