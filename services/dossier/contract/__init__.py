"""What can be asked of the read side."""

from services.dossier.contract.accounts import GetAccount, ListAccounts
from services.dossier.contract.activity import Activity, Audit, FirmAudit
from services.dossier.contract.contacts import GetContact, ListContacts
from services.dossier.contract.events import EVENTS
from services.dossier.contract.files import GetDocument, GetFolder, ListAccountDocuments, ListDocuments, ListFolders
from services.dossier.contract.interactions import GetComment, GetInteraction, ListComments, ListInteractions
from services.dossier.contract.overview import Overview
from services.dossier.contract.recents import ListRecents, OpenDossier
from services.dossier.contract.search import Search

__all__ = [
    "EVENTS",
    "Activity",
    "Audit",
    "FirmAudit",
    "GetAccount",
    "GetComment",
    "GetContact",
    "GetDocument",
    "GetFolder",
    "GetInteraction",
    "ListAccountDocuments",
    "ListAccounts",
    "ListComments",
    "ListContacts",
    "ListDocuments",
    "ListFolders",
    "ListInteractions",
    "ListRecents",
    "OpenDossier",
    "Overview",
    "Search",
]
