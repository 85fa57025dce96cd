"""The right to put something into a folder, or at the top of an account's tree (ruling 11)."""

from dataclasses import dataclass
from uuid import UUID

from services.firm.contract import Access, Place
from shared.messages import Message
from shared.problems import NotAllowed, NotFound, Refusal, SignInRequired


@dataclass(frozen=True, slots=True)
class Into:
    """Right full on the folder that `field` names; where it names none, level full on the account.

    The account is that of the message, or that of the folder or document which is to be moved. What may not be seen is
    told apart from what does not exist by nothing: `NotFound`, pointing at the field.
    """

    field: str
    moved: str | None = None

    async def check(self, message: Message, access: Access) -> None:
        target: UUID | None = getattr(message, self.field)
        if target is None:
            await access.folder_right(await self._top(message, access), "full")
            return
        try:
            await access.folder_right(await access.place("folder", target), "full")
        except NotFound:
            raise NotFound(field=self.field) from None

    async def _top(self, message: Message, access: Access) -> Place:
        """The top of the tree: nothing is set there, so that the level itself counts."""
        if self.moved is None:
            return Place(account_id=getattr(message, "account_id"))  # noqa: B009
        moved = await access.place("folder", getattr(message, self.moved))
        return Place(account_id=moved.account_id)

    def codes(self) -> list[type[Refusal]]:
        return [SignInRequired, NotFound, NotAllowed]
