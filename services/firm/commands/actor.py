"""Who manages members in the message being handled."""

from services.firm.domain import SYSTEM, Manager, Member
from shared.context import current
from shared.problems import SignInRequired
from shared.repository import Repository


class Actor:
    """The caller as a manager, read from their own aggregate: a right just taken away is gone at once."""

    def __init__(self, members: Repository[Member]) -> None:
        self._members = members

    async def manager(self) -> Manager:
        """Raises `NotAllowed` for a member who manages nobody."""
        context = current.get()
        if context.kind == "system":
            return SYSTEM
        if context.kind != "member" or context.id is None:
            raise SignInRequired
        return Manager.of(await self._members.peek(context.id))
