"""What the events of a batch will ask for, looked up together: a question for each costs more than the answer."""

from collections.abc import Sequence

from services.dossier.projections.accounts import ACCOUNTS
from services.dossier.projections.contacts import CONTACTS
from services.dossier.projections.entries import ENTRIES
from services.dossier.projections.overviews import OVERVIEWS
from services.dossier.projections.people import PEOPLE
from shared.events import Recorded
from shared.readstore.interface import Batch

NAMING = ("interactions.interaction.recorded", "files.document.published")


async def look_up(events: Sequence[Recorded], batch: Batch) -> None:
    """Accounts and overviews in which something happens, people who are named, what is linked to those who changed."""
    by_kind: dict[str, set[str]] = {}
    for event in events:
        by_kind.setdefault(event.topic.rpartition(".")[0], set()).add(event.id)
    members, changed = by_kind.get("firm.member", set()), by_kind.get("contacts.contact", set())
    entries = by_kind.get("interactions.interaction", set()) | by_kind.get("files.document", set())
    contacts = await batch.get_many(CONTACTS, changed | _linked(events))
    described = {account for id in changed & contacts.keys() for account in contacts[id]["scopes"]}
    accounts = await batch.get_many(ACCOUNTS, described | {event.scope for event in events if event.scope})
    described |= by_kind.get("accounts.account", set())
    await batch.get_many(CONTACTS, {id for account in described & accounts.keys() for id in accounts[account]["links"]})
    await batch.get_many(OVERVIEWS, described | {event.scope for event in events if event.scope})
    await batch.get_many(ENTRIES, entries)
    await batch.get_many(PEOPLE, members | changed | _named(events))


def _linked(events: Sequence[Recorded]) -> set[str]:
    """Contacts that a new account begins with."""
    created = [event.data["contacts"] for event in events if event.topic == "accounts.account.created"]
    return {link["contact_id"] for links in created for link in links}


def _named(events: Sequence[Recorded]) -> set[str]:
    """Who stands in the lines of interactions and documents."""
    said = [event for event in events if event.topic in NAMING]
    return {id for event in said for id in (event.meta.actor_id, event.data.get("contact_id")) if id}
