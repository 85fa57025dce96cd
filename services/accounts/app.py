"""The accounts service: client accounts, their links, their team."""

from services.accounts import commands
from services.accounts.commands.access import AccountAccess
from services.accounts.commands.contacts import Contacts
from services.accounts.domain.account import Account
from services.accounts.projections import ContactNames
from services.firm.contract import RightsCopy
from shared.repository import Repository
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    """The service, wired; nothing connects before it runs."""
    return Service(
        name="accounts",
        settings=settings,
        aggregates=[Account],
        rooms=[commands],
        projections=[RightsCopy(), ContactNames()],
        access=lambda running: AccountAccess(running.read, Repository(running.store, Account)),
        provide=lambda running: {Contacts: Contacts(running)},
    )
