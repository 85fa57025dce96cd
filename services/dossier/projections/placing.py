"""Lines of an overview put in their places, as entries appear, change and go."""

from collections.abc import Iterable
from typing import Any

from services.dossier.projections.entries import ENTRIES
from services.dossier.projections.overviews import (
    INTERACTIONS,
    LATEST,
    OVERVIEWS,
    blank,
    finished,
    inserted,
    line,
    people_of,
    renamed,
    section_of,
    without,
)
from services.dossier.projections.people import PEOPLE, unknown
from shared.readstore.conditions import Condition, Eq, Has, In, Range
from shared.readstore.interface import Batch, Document, Order

_ALL = 1_000_000


async def names_of(batch: Batch, ids: Iterable[str]) -> dict[str, Any]:
    """People's names. One not yet heard of is noted, so that what names them is found when they are."""
    names = {}
    for id in ids:
        person = await batch.get(PEOPLE, id)
        if person is None:
            person = unknown(id)
            batch.put(PEOPLE, id, person)
        names[id] = person["name"]
    return names


async def overview_of(batch: Batch, account_id: str) -> Document:
    return await batch.get(OVERVIEWS, account_id) or blank(account_id)


async def place(batch: Batch, before: Document | None, after: Document) -> None:
    """Store an entry, and put its line where it belongs in the overview of its account."""
    batch.put(ENTRIES, after["id"], after)
    overview = await overview_of(batch, after["account_id"])
    overview = _counted(overview, before, -1)
    overview = _counted(overview, after, +1)
    reached = overview["last_activity_at"]
    missing = set()
    if before and not before["gone"]:
        section = section_of(before, reached)
        if _leaves_gap(overview[section], before, after, reached):
            missing.add(section)
        overview = overview | {section: without(overview[section], before["id"])}
    if not after["gone"]:
        section = section_of(after, reached)
        shown = line(after, await names_of(batch, sorted(people_of([after]))))
        overview = overview | {section: inserted(overview[section], shown, section)}
    for section in sorted(missing):
        overview = await filled(batch, overview, section)
    batch.put(OVERVIEWS, after["account_id"], finished(overview))


def _leaves_gap(lines: list[Document], before: Document, after: Document, reached: str) -> bool:
    """Whether a line beyond those shown may have to move up."""
    if len(lines) < LATEST or all(shown["id"] != before["id"] for shown in lines):
        return False
    stays = section_of(after, reached) == section_of(before, reached) and after["at"] == before["at"]
    return after["gone"] or not stays


def _counted(overview: Document, entry: Document | None, sign: int) -> Document:
    if entry is None or entry["gone"] or entry["section"] != "documents":
        return overview
    return overview | {
        "documents_count": overview["documents_count"] + sign,
        "new_documents_count": overview["new_documents_count"] + sign * entry["new"],
    }


async def filled(batch: Batch, overview: Document, section: str) -> Document:
    """An overview with a section read afresh from the entries."""
    found = await batch.find(
        ENTRIES,
        *within(overview["id"], section, overview["last_activity_at"]),
        order=[in_order(section)],
        limit=LATEST,
    )
    names = await names_of(batch, sorted(people_of(found.documents)))
    return overview | {section: [line(entry, names) for entry in found.documents]}


def within(account_id: str, section: str, now: str) -> list[Condition]:
    """Which entries a section is made of at a moment."""
    if section == "documents":
        return [Eq("account_id", account_id), Eq("section", section), Eq("gone", False)]
    if section == "upcoming":
        kinds: Condition = In("section", INTERACTIONS)
        return [Eq("account_id", account_id), kinds, Eq("gone", False), Range("at", gt=now)]
    return [Eq("account_id", account_id), Eq("section", section), Eq("gone", False), Range("at", le=now)]


def in_order(section: str) -> Order:
    """Upcoming ones soonest first, all others latest first."""
    return Order("at", descending=section != "upcoming")


async def reach(batch: Batch, account_id: str, at: str) -> None:
    """Something happened in the dossier at this moment: planned interactions may have come due."""
    overview = await overview_of(batch, account_id)
    overview = overview | {"activity_count": overview["activity_count"] + 1}
    if at > overview["last_activity_at"]:
        overview = overview | {"last_activity_at": at}
        if overview["valid_until"] and overview["valid_until"] <= at:
            for section in ("upcoming", *INTERACTIONS):
                overview = await filled(batch, overview, section)
            overview = finished(overview)
    batch.put(OVERVIEWS, account_id, overview)


async def rename(batch: Batch, id: str, name: str | None) -> None:
    """Somebody's name where overviews show it."""
    found = await batch.find(OVERVIEWS, Has("people", id), limit=_ALL)
    for overview in found.documents:
        batch.put(OVERVIEWS, overview["id"], renamed(overview, {id: name}))
