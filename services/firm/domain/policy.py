"""Who may manage whom: the last rows of ruling 11."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.firm.domain.member import Member
from shared.problems import NotAllowed

_MANAGE_MEMBERS = "manage-members"


@dataclass(frozen=True, slots=True)
class Manager:
    """Who manages members: an owner, an admin, or an employee who may; each within bounds."""

    role: str
    permissions: frozenset[str] = frozenset()

    @classmethod
    def of(cls, member: Member) -> "Manager":
        """Raises `NotAllowed` for a member who may not manage any other."""
        manager = cls(member.role, frozenset(member.permissions))
        if not member.active or (member.role == "employee" and _MANAGE_MEMBERS not in manager.permissions):
            raise NotAllowed
        return manager

    def manage(self, *roles: str) -> None:
        """Raise `NotAllowed` unless members of all these roles (as they are, as they will be) are within reach."""
        reach = {"owner": {"owner", "admin", "employee"}, "admin": {"admin", "employee"}}.get(self.role, {"employee"})
        if not reach.issuperset(roles):
            raise NotAllowed

    def give(self, permissions: Iterable[str]) -> None:
        """Raise `NotAllowed` if one of them is not theirs to give."""
        if self.role == "employee" and not self.permissions.issuperset(permissions):
            raise NotAllowed

    def take_over(self, member: Member) -> None:
        """May they change what the member signs in with? That gives them all that the member may."""
        self.manage(member.role)
        self.give(member.permissions)


SYSTEM = Manager("owner")
"""What the service does by itself."""
