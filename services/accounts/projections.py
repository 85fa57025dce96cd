"""What accounts must know of contacts: how each is called, for accounts that nobody names (T-26)."""

from shared.events import Recorded
from shared.readstore.interface import Batch, Collection

NAMES = Collection("contact_names")


class ContactNames:
    """The displayed name of each contact."""

    name = "contact-names-1"
    services = frozenset({"contacts"})
    collections = (NAMES,)

    async def apply(self, event: Recorded, batch: Batch) -> None:
        if event.topic in ("contacts.contact.created", "contacts.contact.renamed"):
            batch.put(NAMES, event.id, {"name": event.data["name"]})
