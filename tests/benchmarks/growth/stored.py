"""A firm's history written into its event stores by the services' own aggregates, while the firm is stopped.

Over HTTP a firm of this size would take a quarter of an hour to make; what is stored is the same.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from uuid import UUID

from eventsourcing.domain import Aggregate

from services.accounts.domain.account import Account
from services.accounts.domain.links import Link
from services.contacts.domain import Contact
from services.contacts.values import Email, Phone
from services.interactions.domain import Interaction
from services.interactions.values import Content, Kind
from shared.context import Context, current
from shared.ids import new_id
from shared.keys import KeyDatabase, Keys
from shared.store import EventStore
from tests.benchmarks.firm import FAMILY, GIVEN, TRADES

_TOGETHER = 500  # aggregates saved at once
_KINDS: tuple[Kind, ...] = ("note", "note", "call", "email")


@dataclass
class Made:
    """Ids of what was written, and how many aggregates that was."""

    contacts: list[str]
    accounts: list[str]
    long: str
    aggregates: int


async def write(data: Path, accounts: int, interactions: int, long: int, owner: UUID) -> Made:
    """So many accounts with a contact and a half each, interactions spread over them, and `long` more on one of them.

    The names are drawn from a few hundred, as people's are; `owner` did it all.
    """
    current.set(Context(kind="member", id=owner, request="growth", causation="Growth"))
    rng = Random(11)
    people = [_contact(rng) for _ in range(accounts * 3 // 2)]
    ids = [contact.id for contact in people]
    clients = [_account(rng, number, ids) for number in range(accounts)]
    homes = [rng.choice(clients).id for _ in range(interactions)] + [clients[0].id] * long
    async with _keys(data) as keys:
        await _save(data, "contacts", Contact, keys, iter(people))
        await _save(data, "accounts", Account, keys, iter(clients))
        await _save(data, "interactions", Interaction, keys, (_interaction(rng, home, owner) for home in homes))
    total = len(people) + len(clients) + len(homes)
    return Made([str(id) for id in ids], [str(client.id) for client in clients], str(clients[0].id), total)


def _contact(rng: Random) -> Contact:
    given, family, number = rng.choice(GIVEN), rng.choice(FAMILY), rng.randrange(10**8)
    names = {"given_name": given, "family_name": f"{family}-{number % 997:03d}"}
    email = Email(address=f"{given.lower()[:1]}.{number:08d}@exemple.fr", label="travail")
    phone = Phone(typed=f"06 {number:08d}", number=f"+336{number:08d}")
    return Contact.create(new_id(), "person", names, [email], [phone])


def _account(rng: Random, number: int, contacts: Sequence[UUID]) -> Account:
    name = f"{rng.choice(TRADES)} {rng.choice(FAMILY)} {number:04d}"
    links = [Link(contact) for contact in rng.sample(contacts, rng.randrange(1, 4))]
    return Account.create(new_id(), name=name, type="business", links=links)


def _interaction(rng: Random, account: UUID, author: UUID) -> Interaction:
    happened = datetime.now(UTC) - timedelta(minutes=rng.randrange(500_000))
    body = "<p>Il manque le <strong>relevé de décembre</strong>; le client l'enverra lundi prochain.</p>"
    content = Content(f"Liasse fiscale {rng.randrange(2015, 2027)}", body, happened)
    return Interaction.record(
        new_id(), rng.choice(_KINDS), content,
        account_id=account, contact_id=None, author_id=author, participants=[],
    )  # fmt: skip


@asynccontextmanager
async def _keys(data: Path) -> AsyncIterator[Keys]:
    master = bytes.fromhex(json.loads((data / "secrets.json").read_text())["master_key"])
    database = KeyDatabase(data / "keys" / "keys.db", master)
    try:
        yield Keys(database)
    finally:
        database.close()


async def _save(data: Path, service: str, kind: type[Aggregate], keys: Keys, aggregates: Iterator[Aggregate]) -> None:
    store = EventStore(service, data / service, [kind], keys)
    await store.open()
    try:
        while together := list(islice(aggregates, _TOGETHER)):
            await asyncio.gather(*(store.save(aggregate) for aggregate in together))
    finally:
        await store.close()
