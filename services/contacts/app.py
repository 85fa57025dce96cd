"""The contacts service: people, companies, and the keys of their personal data."""

from services.contacts import commands
from services.contacts.domain import Contact
from services.firm.contract import Access, RightsCopy
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    """The service, wired; nothing connects before it runs."""
    return Service(
        name="contacts",
        settings=settings,
        aggregates=[Contact],
        rooms=[commands],
        projections=[RightsCopy()],
        access=lambda running: Access(running.read),
        owns_keys=True,
    )
