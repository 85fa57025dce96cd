"""The dossier service: everything that is shown of more than one service at once."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from services.dossier import commands
from services.dossier.domain import Recents
from services.dossier.projections.dossiers import Dossiers
from services.dossier.projections.recents import RecentDossiers
from services.dossier.queries import accounts, contacts, overview, recents, search
from services.dossier.queries.visibility import Sight
from services.firm.contract import Access, RightsCopy
from shared.runner import Projection
from shared.service import Running, Service
from shared.settings import Settings

ROOMS: tuple[ModuleType, ...] = (commands, accounts, contacts, overview, recents, search)
"""The modules whose handlers answer; a new one is added here."""


def projections() -> Sequence[Projection]:
    """The read models; a new one is added here, and the test of convergence finds it."""
    return [RightsCopy(), Dossiers(), RecentDossiers()]


def build(settings: Settings) -> Service:
    """The service, wired; nothing connects before it runs."""
    return Service(
        name="dossier",
        settings=settings,
        aggregates=[Recents],
        rooms=ROOMS,
        projections=projections(),
        access=lambda running: Access(running.read),
        provide=_provided,
    )


def _provided(running: Running) -> Mapping[Any, Any]:
    return {Sight: Sight(running.read, Access(running.read))}
