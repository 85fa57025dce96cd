"""A made-up history of a firm: recorded events of every service, as projections get them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.events import Meta, Recorded
from shared.ids import derived_id
from shared.readstore.interface import Batch, ReadStore
from shared.runner import Committing, Projection
from shared.runner.followers import Preparing

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SYSTEM = Meta("system", None, "Setup", "req-0", "")


@dataclass
class History:
    """Events in the order in which they were recorded, a minute apart. Ids are the same in every run."""

    events: list[Recorded] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _versions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _made: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def id(self, kind: str) -> str:
        """The next id of a kind."""
        self._made[kind] += 1
        return str(derived_id(kind, self._made[kind]))

    @property
    def now(self) -> datetime:
        """When the next event is recorded."""
        return START + len(self.events) * MINUTE

    def record(
        self, topic: str, id: str, *, scope: str | None = None, by: str | None = None, erased: bool = False, **data: Any
    ) -> Recorded:
        """One more event; `by` is the member who caused it, nobody the system."""
        service = topic.partition(".")[0]
        self._numbers[service] += 1
        self._versions[id] += 1
        meta = Meta("member", by, "Test", f"req-{len(self.events)}", "203.0.113.7") if by else SYSTEM
        event = Recorded(
            service, self._numbers[service], topic, id, self._versions[id], scope, self.now, data, meta, erased
        )
        self.events.append(event)
        return event

    def member(self, given: str = "Zoé", family: str = "Martin", role: str = "owner", *permissions: str) -> str:
        id = self.id("member")
        email = f"{given}.{family}@cabinet.example".lower()
        self.record(
            "firm.member.created", id, given_name=given, family_name=family, email=email, role=role,
            permissions=list(permissions), language="fr",
        )  # fmt: skip
        return id

    def contact(
        self,
        name: str = "Élise Lefèvre",
        *,
        emails: Sequence[str] = (),
        phones: Sequence[str] = (),
        kind: str = "person",
    ) -> str:
        id = self.id("contact")
        given, _, family = name.partition(" ")
        self.record(
            "contacts.contact.created", id, kind=kind, name=name, given_name=given, family_name=family,
            emails=addresses(*emails), phones=numbers(*phones), addresses=[], language=None,
        )  # fmt: skip
        return id

    def account(
        self, name: str, *contacts: str, by: str | None = None, team: dict[str, str] | None = None,
        type: str = "business", tags: Sequence[str] = (),
    ) -> str:  # fmt: skip
        id = self.id("account")
        self.record(
            "accounts.account.created", id, scope=id, by=by, name=name, type=type, generated=False, tags=list(tags),
            contacts=[{"contact_id": contact} for contact in contacts], team=team or {},
        )  # fmt: skip
        return id

    def on_account(self, change: str, id: str, by: str | None = None, **data: Any) -> Recorded:
        """`on_account("renamed", id, name=..., was=...)`."""
        return self.record(f"accounts.account.{change}", id, scope=id, by=by, **data)

    def interaction(
        self, account: str | None = None, contact: str | None = None, *, kind: str = "note", by: str | None = None,
        subject: str = "Point", body: str = "<p>Vu.</p>", at: datetime | None = None, direction: str | None = None,
        participants: Sequence[dict[str, str]] = (),
    ) -> str:  # fmt: skip
        id = self.id("interaction")
        self.record(
            "interactions.interaction.recorded", id, scope=account, by=by, kind=kind, account_id=account,
            contact_id=contact, subject=subject, body=body, participants=list(participants),
            occurred_at=(at or self.now).isoformat(), direction=direction,
        )  # fmt: skip
        return id

    def on_interaction(self, change: str, id: str, account: str | None, by: str | None = None, **data: Any) -> Recorded:
        return self.record(f"interactions.interaction.{change}", id, scope=account, by=by, **data)

    def folder(
        self,
        account: str,
        name: str,
        parent: str | None = None,
        by: str | None = None,
        rights: dict[str, str] | None = None,
    ) -> str:
        id = self.id("folder")
        self.on_tree("folder-created", account, by, folder_id=id, parent_id=parent, name=name, rights=rights or {})
        self.record("files.folder.placed", id, scope=account, by=by, account_id=account)
        return id

    def on_tree(self, change: str, account: str, by: str | None = None, **data: Any) -> Recorded:
        return self.record(f"files.tree.{change}", str(derived_id("tree", account)), scope=account, by=by, **data)

    def document(self, account: str, folder: str, name: str = "Bilan 2025.pdf", by: str | None = None) -> str:
        id = self.id("document")
        self.record(
            "files.document.published", id, scope=account, by=by, folder_id=folder, account_id=account, name=name,
            media_type="application/pdf", size=1234, sha256="0" * 64, blob=f"uploads/00/{id}",
        )  # fmt: skip
        return id

    def on_document(self, change: str, id: str, account: str, by: str | None = None, **data: Any) -> Recorded:
        return self.record(f"files.document.{change}", id, scope=account, by=by, **data)


def addresses(*emails: str) -> list[dict[str, Any]]:
    """E-mail addresses as events carry them, the first one primary."""
    return [{"address": email, "label": "", "primary": index == 0} for index, email in enumerate(emails)]


def numbers(*phones: str) -> list[dict[str, Any]]:
    """Phone numbers as events carry them, the first one primary."""
    return [
        {"typed": phone, "number": "+33" + phone.replace(" ", "")[1:], "label": "", "primary": index == 0}
        for index, phone in enumerate(phones)
    ]


async def project(
    store: ReadStore,
    projections: Sequence[Projection],
    events: Iterable[Recorded],
    size: int = 256,
    *,
    prepared: bool = True,
) -> None:
    """Apply events as the runner does: in batches, each projection what it follows and has not taken in yet."""
    waiting = list(events)
    for part in projections:
        await store.declare(*part.collections)
    while waiting:
        now, waiting = waiting[:size], waiting[size:]
        reached = {part.name: await store.checkpoint(part.name) for part in projections}
        taken: dict[str, list[Recorded]] = defaultdict(list)
        async with store.batch() as batch:
            await _prepare(projections if prepared else [], now, batch)
            for event in now:
                for part in projections:
                    known = reached[part.name]
                    if event.service in part.services and event.number > known.get(event.service, 0):
                        await part.apply(event, batch)
                        known[event.service] = event.number
                        taken[part.name].append(event)
            for name, known in reached.items():
                batch.checkpoint(name, known)
        for part in projections:
            if taken[part.name] and isinstance(part, Committing):
                await part.committed(taken[part.name])


async def _prepare(projections: Sequence[Projection], events: Sequence[Recorded], batch: Batch) -> None:
    for part in projections:
        if isinstance(part, Preparing):
            await part.prepare([event for event in events if event.service in part.services], batch)
