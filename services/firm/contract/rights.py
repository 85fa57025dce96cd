"""The words of ruling 11: roles, permissions, levels on an account, rights on a folder."""

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

Role = Literal["owner", "admin", "employee"]
Permission = Literal["view-all-accounts", "manage-accounts", "manage-contacts", "manage-members"]
Level = Literal["none", "read", "full"]

VIEW_ALL_ACCOUNTS: Permission = "view-all-accounts"
MANAGE_ACCOUNTS: Permission = "manage-accounts"
MANAGE_CONTACTS: Permission = "manage-contacts"
MANAGE_MEMBERS: Permission = "manage-members"
PERMISSIONS: tuple[Permission, ...] = (VIEW_ALL_ACCOUNTS, MANAGE_ACCOUNTS, MANAGE_CONTACTS, MANAGE_MEMBERS)

_ORDER = {"none": 0, "read": 1, "full": 2}


def at_least(level: Level, wanted: Level) -> bool:
    """Whether one level (or right on a folder) includes another."""
    return _ORDER[level] >= _ORDER[wanted]


@dataclass(frozen=True, slots=True)
class MemberRights:
    """What a member may do before any account is looked at. Owners and admins have every permission (T-03, T-57)."""

    id: str
    role: Role
    permissions: frozenset[str]
    active: bool

    @property
    def leads(self) -> bool:
        return self.role in ("owner", "admin")

    def may(self, permission: Permission) -> bool:
        return self.leads or permission in self.permissions

    def level(self, set_level: Level | None) -> Level:
        """Their level on an account on which `set_level` was set for them, or nothing (None) was (M-13..M-15)."""
        if self.leads:
            return "full"
        if set_level is not None:
            return set_level
        return "read" if VIEW_ALL_ACCOUNTS in self.permissions else "none"

    def folder_right(self, set_right: Level | None, level: Level) -> Level:
        """Their right on a folder (M-39, M-45): nothing without a level of read or more on the account.

        Not even for those who lead: they are at none only where the account is deleted, or is none.
        """
        if level == "none":
            return "none"
        if self.leads:
            return "full"
        return level if set_right is None else set_right


@dataclass(frozen=True, slots=True)
class Place:
    """Where a thing stands, as far as rights go: its dossier, its contact, who wrote it, what its folder says."""

    account_id: UUID | None = None
    contact_id: UUID | None = None
    author_id: UUID | None = None
    folder_rights: dict[str, Level] = field(default_factory=dict)  # member id -> right set on the folder
