"""The dossier service: everything that is shown of more than one service at once."""

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from services.dossier import commands
from services.dossier.domain import Recents
from services.dossier.projections.audit.trail import Trail
from services.dossier.projections.dossiers import Dossiers
from services.dossier.projections.files import Documents
from services.dossier.projections.interactions import Interactions
from services.dossier.projections.live import Live
from services.dossier.projections.recents import RecentDossiers
from services.dossier.queries import accounts, activity, audit, contacts, files, interactions, overview, recents, search
from services.dossier.queries.places import access
from services.dossier.queries.visibility import Sight
from services.firm.contract import RightsCopy
from shared.runner import Projection
from shared.service import Running, Service
from shared.settings import Settings

ROOMS: tuple[ModuleType, ...] = (
    commands, accounts, activity, audit, contacts, files, interactions, overview, recents, search,
)  # fmt: skip
"""The modules whose handlers answer; a new one is added here."""


def projections() -> Sequence[Projection]:
    """The read models; a new one is added here, and the test of convergence finds it."""
    return [RightsCopy(), Dossiers(), RecentDossiers(), Interactions(), Documents(), Trail()]


def build(settings: Settings) -> Service:
    """The service, wired; nothing connects before it runs."""
    live = Live()
    return Service(
        name="dossier",
        settings=settings,
        aggregates=[Recents],
        rooms=ROOMS,
        projections=[*projections(), live],
        access=lambda running: access(running.read),
        provide=lambda running: _provided(running, live),
    )


def _provided(running: Running, live: Live) -> Mapping[Any, Any]:
    live.wire(running.connection, running.read)
    return {Sight: Sight(running.read, access(running.read))}
