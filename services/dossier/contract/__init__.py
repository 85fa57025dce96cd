"""What can be asked of the read side."""

from services.dossier.contract.accounts import GetAccount, ListAccounts
from services.dossier.contract.contacts import GetContact, ListContacts
from services.dossier.contract.events import EVENTS
from services.dossier.contract.overview import Overview
from services.dossier.contract.recents import ListRecents, OpenDossier
from services.dossier.contract.search import Search

__all__ = [
    "EVENTS",
    "GetAccount",
    "GetContact",
    "ListAccounts",
    "ListContacts",
    "ListRecents",
    "OpenDossier",
    "Overview",
    "Search",
]
