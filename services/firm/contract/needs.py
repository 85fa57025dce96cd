"""What a message can ask of its caller's rights: `needs = see_account()`. Ruling 11 of the features, row by row."""

from dataclasses import dataclass
from uuid import UUID

from services.firm.contract.access import Access
from services.firm.contract.rights import Level, Permission
from shared.messages import Message, Need
from shared.problems import NotAllowed, NotFound, Refusal, SignInRequired


def _id(message: Message, field: str) -> UUID | None:
    value = getattr(message, field)
    assert value is None or isinstance(value, UUID)
    return value


@dataclass(frozen=True, slots=True)
class Anyone:
    """No right at all: signing in."""

    async def check(self, message: Message, access: Access) -> None:
        return

    def codes(self) -> list[type[Refusal]]:
        return []


@dataclass(frozen=True, slots=True)
class SystemOnly:
    """Only our own services: never reachable over HTTP."""

    async def check(self, message: Message, access: Access) -> None:
        if not access.system:
            raise NotFound

    def codes(self) -> list[type[Refusal]]:
        return [NotFound]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Any active member."""

    async def check(self, message: Message, access: Access) -> None:
        if not access.system:
            await access.member()

    def codes(self) -> list[type[Refusal]]:
        return [SignInRequired]


@dataclass(frozen=True, slots=True)
class Permitted:
    """Owner, admin, or an employee with this permission."""

    permission: Permission

    async def check(self, message: Message, access: Access) -> None:
        await access.permitted(self.permission)

    def codes(self) -> list[type[Refusal]]:
        return [SignInRequired, NotAllowed]


@dataclass(frozen=True, slots=True)
class Leads:
    """Owners, and admins unless `owner_only`. With `hidden`, others are told that there is nothing."""

    owner_only: bool = False
    hidden: bool = False

    async def check(self, message: Message, access: Access) -> None:
        if access.system:
            return
        member = await access.member()
        if not member.leads or (self.owner_only and member.role != "owner"):
            raise NotFound if self.hidden else NotAllowed

    def codes(self) -> list[type[Refusal]]:
        return [SignInRequired, NotFound if self.hidden else NotAllowed]


@dataclass(frozen=True, slots=True)
class OnAccount:
    """To see the account named by `field`; with `manage`, to manage accounts besides. An absent id asks nothing."""

    manage: bool = False
    field: str = "account_id"

    async def check(self, message: Message, access: Access) -> None:
        id = _id(message, self.field)
        if id is not None:
            await (access.manage_account(id) if self.manage else access.see_account(id))

    def codes(self) -> list[type[Refusal]]:
        return [SignInRequired, NotFound, *([NotAllowed] if self.manage else [])]


@dataclass(frozen=True, slots=True)
class OnContact:
    """To see the contact named by `field`; with `permission`, to hold that besides. An absent id asks nothing."""

    permission: Permission | None = None
    field: str = "contact_id"

    async def check(self, message: Message, access: Access) -> None:
        id = _id(message, self.field)
        if id is not None:
            await access.see_contact(id)
        if self.permission is not None:
            await access.permitted(self.permission)

    def codes(self) -> list[type[Refusal]]:
        return [SignInRequired, NotFound, *([NotAllowed] if self.permission else [])]


@dataclass(frozen=True, slots=True)
class OnDeletedAccount:
    """To have managed the account named by `field` before it was deleted; everyone else is told that there is none."""

    field: str = "account_id"

    async def check(self, message: Message, access: Access) -> None:
        id = _id(message, self.field)
        assert id is not None
        await access.manage_deleted_account(id)

    def codes(self) -> list[type[Refusal]]:
        return [SignInRequired, NotFound]


@dataclass(frozen=True, slots=True)
class OnThing:
    """To see a thing of an account or a contact; with `change`, to be its author or to manage accounts."""

    kind: str
    field: str
    change: bool = False

    async def check(self, message: Message, access: Access) -> None:
        id = _id(message, self.field)
        assert id is not None
        place = await access.place(self.kind, id)
        await (access.change_place(place) if self.change else access.see_place(place))

    def codes(self) -> list[type[Refusal]]:
        return [SignInRequired, NotFound, *([NotAllowed] if self.change else [])]


@dataclass(frozen=True, slots=True)
class OnFolder:
    """A right on the folder of the thing named by `field`; with `manage`, to manage its account (rights, view as)."""

    kind: str
    field: str
    right: Level = "read"
    manage: bool = False

    async def check(self, message: Message, access: Access) -> None:
        id = _id(message, self.field)
        assert id is not None
        place = await access.place(self.kind, id)
        if self.manage and place.account_id is not None:
            await access.manage_account(place.account_id)
        else:
            await access.folder_right(place, self.right)

    def codes(self) -> list[type[Refusal]]:
        return [SignInRequired, NotFound, NotAllowed]


class Every:
    """All of several needs."""

    def __init__(self, *needs: Need) -> None:
        self._needs = needs

    async def check(self, message: Message, access: Access) -> None:
        if not access.system:
            await access.member()
        for need in self._needs:
            await need.check(message, access)

    def codes(self) -> list[type[Refusal]]:
        return list(dict.fromkeys(code for need in self._needs for code in need.codes()))
