"""Dossiers opened recently (A-04)."""

from typing import ClassVar
from uuid import UUID

from services.dossier.contract.accounts import Type
from services.firm.contract import OnAccount, SignedIn
from shared.messages import GET, POST, Command, Model, Query
from shared.text import Moment


class OpenDossier(Command):
    """Say that a dossier was opened, so that it stands among the recent ones (A-04)."""

    http = POST("/accounts/{account_id}/opened")
    needs = OnAccount()
    account_id: UUID


class RecentAccount(Model):
    """An account and when the caller last opened it."""

    id: UUID
    name: str
    type: Type
    opened_at: Moment


class Recents(Model):
    items: list[RecentAccount]
    next: None = None


class ListRecents(Query):
    """The dossiers that the caller opened last and still sees, the latest first; 20 at most (A-04)."""

    http = GET("/recents")
    needs = SignedIn()
    answer: ClassVar = Recents
