"""A member of the firm's staff: who they are, what they may do, how they prove it."""

from typing import Any
from uuid import UUID

from eventsourcing.domain import Aggregate, event

from shared.events import Personal


class Member(Aggregate):
    """Owner, admin, or employee with permissions (ruling 11). Without a password nobody can sign in as them."""

    TOPIC = "firm.member"
    SUBJECT = "id"

    class Created(Aggregate.Created):
        TOPIC = "firm.member.created"
        given_name: Personal[str]
        family_name: Personal[str]
        email: Personal[str]
        role: str
        permissions: list[str]
        language: str

    class Renamed(Aggregate.Event):
        TOPIC = "firm.member.renamed"
        given_name: Personal[str]
        family_name: Personal[str]
        was: Personal[dict[str, str]]

    class EmailChanged(Aggregate.Event):
        TOPIC = "firm.member.email-changed"
        email: Personal[str]
        was: Personal[str]

    class LanguageChanged(Aggregate.Event):
        TOPIC = "firm.member.language-changed"
        language: str
        was: str

    class RoleChanged(Aggregate.Event):
        TOPIC = "firm.member.role-changed"
        role: str
        was: str

    class PermissionsChanged(Aggregate.Event):
        TOPIC = "firm.member.permissions-changed"
        permissions: list[str]
        was: list[str]

    class PasswordChanged(Aggregate.Event):
        TOPIC = "firm.member.password-changed"
        hash: Personal[str]  # sealed like what is personal: nobody who only holds a store or a backup can try passwords

    class Activated(Aggregate.Event):
        TOPIC = "firm.member.activated"

    class Deactivated(Aggregate.Event):
        TOPIC = "firm.member.deactivated"

    @event(Created)
    def __init__(
        self,
        *,
        id: UUID,
        given_name: str,
        family_name: str,
        email: str,
        role: str,
        permissions: list[str],
        language: str,
    ) -> None:
        self.given_name = given_name
        self.family_name = family_name
        self.email = email
        self.role = role
        self.permissions = permissions
        self.language = language
        self.password: str | None = None
        self.active = True

    @property
    def profile(self) -> dict[str, Any]:
        """The member as shown to themselves and to those who manage members."""
        return {
            "id": str(self.id),
            "given_name": self.given_name,
            "family_name": self.family_name,
            "email": self.email,
            "role": self.role,
            "permissions": self.permissions,
            "language": self.language,
        }

    def rename(self, given_name: str | None, family_name: str | None) -> None:
        """Take the parts of the name that are given."""
        was = {"given_name": self.given_name, "family_name": self.family_name}
        given = {"given_name": given_name, "family_name": family_name}
        wanted = was | {part: name for part, name in given.items() if name is not None}
        if wanted != was:
            self._renamed(**wanted, was=was)

    @event(Renamed)
    def _renamed(self, given_name: str, family_name: str, was: dict[str, str]) -> None:
        self.given_name, self.family_name = given_name, family_name

    def change_email(self, email: str) -> None:
        if email != self.email:
            self._email_changed(email=email, was=self.email)

    @event(EmailChanged)
    def _email_changed(self, email: str, was: str) -> None:
        self.email = email

    def speak(self, language: str) -> None:
        if language != self.language:
            self._language_changed(language=language, was=self.language)

    @event(LanguageChanged)
    def _language_changed(self, language: str, was: str) -> None:
        self.language = language

    def take_role(self, role: str) -> None:
        if role != self.role:
            self._role_changed(role=role, was=self.role)

    @event(RoleChanged)
    def _role_changed(self, role: str, was: str) -> None:
        self.role = role

    def set_permissions(self, permissions: list[str]) -> None:
        """Replace all of them."""
        if permissions != self.permissions:
            self._permissions_changed(permissions=permissions, was=self.permissions)

    @event(PermissionsChanged)
    def _permissions_changed(self, permissions: list[str], was: list[str]) -> None:
        self.permissions = permissions

    @event(PasswordChanged)
    def set_password(self, hash: str) -> None:
        """`hash` is argon2id's encoded form."""
        self.password = hash

    def set_active(self, active: bool) -> None:
        """Doing so twice records nothing."""
        if active != self.active:
            self._activated() if active else self._deactivated()

    @event(Activated)
    def _activated(self) -> None:
        self.active = True

    @event(Deactivated)
    def _deactivated(self) -> None:
        self.active = False
