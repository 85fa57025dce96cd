"""The interactions service: notes, calls, phone messages, e-mails, who takes part in them, and comments."""

from uuid import UUID

from services.firm.contract import Access, Place, RightsCopy
from services.interactions import commands
from services.interactions.domain import Interaction
from shared.problems import NotFound
from shared.repository import Repository
from shared.service import Running, Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    """The service, wired; nothing connects before it runs."""
    return Service(
        name="interactions",
        settings=settings,
        aggregates=[Interaction],
        rooms=[commands],
        projections=[RightsCopy()],
        access=_access,
    )


def _access(running: Running) -> Access:
    interactions = Repository(running.store, Interaction)

    async def place(id: UUID) -> Place:
        """Where an interaction stands, by its own events: no copy that could lag behind."""
        interaction = await interactions.peek(id)
        if interaction.deleted:
            raise NotFound
        return Place(interaction.account_id, interaction.contact_id, interaction.author_id)

    return Access(running.read, locate={"interaction": place})
