"""The projection that writes the audit log and moves the windows of the feeds."""

from collections.abc import Sequence

from services.dossier.projections import SERVICES
from services.dossier.projections.activity import QUIET, WINDOWS, moved
from services.dossier.projections.audit.changes import changes
from services.dossier.projections.audit.entries import AUDIT, CHANGES, FIRST, LABELLED, LABELS, entry, labelled
from shared.events import Recorded
from shared.readstore.interface import Batch, Document


class Trail:
    """The trail that every event leaves: no write can be missing from it, because the event is the write (X-06)."""

    name = "audit-1"
    services = SERVICES
    collections = (AUDIT, CHANGES, LABELS, WINDOWS)

    async def prepare(self, events: Sequence[Recorded], batch: Batch) -> None:
        await batch.get_many(WINDOWS, {event.scope for event in events if event.scope})
        await batch.get_many(LABELS, {event.id for event in events if _keeps_label(event)})

    async def apply(self, event: Recorded, batch: Batch) -> None:
        document = entry(event, await self._label(event, batch))
        batch.put(AUDIT, event.key, document)
        if changed := changes(event):
            batch.put(CHANGES, event.key, {"id": event.key, "changes": changed})
        if event.scope is not None and event.topic not in QUIET:
            await moved(batch, event.scope, document)

    async def _label(self, event: Recorded, batch: Batch) -> Document:
        """What its subject is called once this has happened."""
        if not event.topic.startswith(LABELLED):
            return {}
        before = await batch.get(LABELS, event.id) if _keeps_label(event) else None
        label = labelled(before or {"id": event.id}, event)
        if label != before:
            batch.put(LABELS, event.id, label)
        return label


def _keeps_label(event: Recorded) -> bool:
    """Whether its subject may have a label from earlier events."""
    return event.topic.startswith(LABELLED) and event.topic not in FIRST
