"""The dossier service: everything that is shown of more than one service at once."""

from collections.abc import Sequence
from types import ModuleType

from services.dossier.projections.folders import Folders
from services.firm.contract import Access, RightsCopy
from shared.runner import Projection
from shared.service import Service
from shared.settings import Settings

ROOMS: tuple[ModuleType, ...] = ()
"""The modules whose handlers answer; a new one is added here."""


def projections() -> Sequence[Projection]:
    """The read models; a new one is added here, and the test of convergence finds it."""
    return [RightsCopy(), Folders()]


def build(settings: Settings) -> Service:
    """The service, wired; nothing connects before it runs."""
    return Service(
        name="dossier",
        settings=settings,
        aggregates=[],
        rooms=ROOMS,
        projections=projections(),
        access=lambda running: Access(running.read),
    )
