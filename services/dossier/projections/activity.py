"""Where the feed of each account begins: its last 1,000 activities, however the services' events interleave (M-48)."""

from services.dossier.contract.activity import WINDOW
from services.dossier.projections.audit.entries import AUDIT
from shared.readstore.conditions import Eq, NotIn, Range
from shared.readstore.interface import Batch, Collection, Document, Order

WINDOWS = Collection("feed_windows")
"""By account: `count` of its activities, and `at` and `key` of the oldest one that its feed still shows."""

QUIET = frozenset({
    "files.tree.planted",
    "files.folder.placed",
    "notifications.message.queued",
    "notifications.message.attempt-failed",
    "notifications.message.requeued",
})  # fmt: skip
"""Bookkeeping that comes with other events: in the audit log, which has everything, but no activity of its own."""

LOUD = NotIn("type", sorted(QUIET))


async def moved(batch: Batch, account_id: str, entry: Document) -> None:
    """One more activity: beyond 1,000 it pushes the oldest out, unless it is older itself."""
    here = entry["at"], entry["key"]
    window = await batch.get(WINDOWS, account_id)
    if window is None:
        window = {"id": account_id, "count": 0, "at": here[0], "key": here[1]}
    oldest = window["at"], window["key"]
    count = window["count"] + 1
    if count <= WINDOW:
        oldest = min(oldest, here)
    elif here > oldest:
        oldest = await _next(batch, account_id, oldest)
    batch.put(WINDOWS, account_id, {"id": account_id, "count": count, "at": oldest[0], "key": oldest[1]})


async def _next(batch: Batch, account_id: str, oldest: tuple[str, str]) -> tuple[str, str]:
    """The activity that follows one."""
    later = (Eq("account_id", account_id), Range("at", ge=oldest[0]), LOUD)
    page = await batch.find(AUDIT, *later, order=[Order("at")], after=oldest, limit=1)
    [entry] = page.documents
    return entry["at"], entry["key"]
