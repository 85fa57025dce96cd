"""What the services have stored, for tests to look at."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from services.accounts.domain.account import Account
from tests.running import System

Make = Callable[..., Awaitable[UUID]]
"""Makes a contact or an account, and returns its id."""


async def kept(system: System, id: UUID) -> Account:
    """The account as the service would load it."""
    return await system.services["accounts"].store.peek(Account, id)


async def recorded(system: System, service: str, topic: str) -> int:
    """How many events of this topic a service has recorded."""
    rows = await system.services[service].store.notifications(0, 10_000)
    return sum(row.topic == topic for row in rows)
