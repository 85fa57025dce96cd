"""The files service: the trees of folders, the rights on them, documents and their bytes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.files import commands, queries
from services.files.commands.places import Places
from services.files.domain import Document, Folder, Tree
from services.files.projections import PublishedBlobs
from services.files.reactions import Sweeper
from services.files.values import Contents
from services.firm.contract import Access, RightsCopy
from shared.blobs import Blobs
from shared.service import Running, Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    """The service, wired; nothing connects before it runs."""
    return Service(
        name="files",
        settings=settings,
        aggregates=[Tree, Folder, Document],
        rooms=[commands, queries],
        projections=[RightsCopy()],
        access=lambda running: Access(running.read, locate=Places(running.store).locators()),
        provide=_provide,
        background=_background,
    )


def _provide(running: Running) -> Mapping[Any, Any]:
    places = Places(running.store)
    return {Places: places, Contents: places}


def _background(running: Running) -> Sequence[Callable[[], Any]]:
    published = PublishedBlobs(running.store, running.read)
    age = timedelta(hours=running.settings.orphan_hours)
    return [Sweeper(Blobs.of(running.settings), published, age, running.works).run]
