"""The activity feed: the last 1,000 of an account, five filters, and nothing of folders that one may not see."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dossier.app import projections
from services.dossier.contract import Activity, Audit
from services.dossier.contract.activity import WINDOW
from services.dossier.projections.activity import QUIET, WINDOWS
from services.dossier.projections.audit.trail import Trail
from services.dossier.projections.moments import utc
from shared.problems import NotFound
from shared.readstore.cursor import InvalidCursor
from shared.readstore.sqlite import SqliteReadStore
from tests.dossier.conftest import Read
from tests.dossier.events import History, project
from tests.dossier.lives import Life
from tests.dossier.reading import Reading
from tests.dossier.test_convergence import interleaved

Page = dict[str, Any]


def types(page: Page) -> list[str]:
    return [item["type"].split(".")[-1] for item in page["items"]]


def texts(page: Page) -> list[str]:
    return [item["text"] for item in page["items"]]


async def every(service: Reading, member: str | None, **fields: Any) -> list[Page]:
    """All items, page by page."""
    found: list[Page] = []
    after = None
    while True:
        page = await service.ask(member, Activity, after=after, **fields)
        found += page["items"]
        after = page["next"]
        if after is None:
            assert len(found) == page["total"]
            return found


@pytest.mark.rows("M-48", "U-02")
async def test_the_feed_tells_what_happened_in_the_account_the_latest_first(history: History, read: Read) -> None:
    owner = history.member("Ada", "Byron")
    account = history.account("Boulangerie", history.contact("Zoé Martin"), by=owner)
    history.account("Garage", history.contact(), by=owner)
    note = history.interaction(account, by=owner, subject="TVA de mars")
    history.on_account("contact-linked", account, owner, contact_id=history.contact("Jean Dupont"), description="")
    service = await read(history)
    page = await service.ask(owner, Activity, account_id=account)
    assert texts(page) == [
        "Ada Byron linked Jean Dupont to the account",
        "Ada Byron recorded the note “TVA de mars”",
        "Ada Byron created the account “Boulangerie”",
    ]
    assert (page["total"], page["window"], page["next"]) == (3, WINDOW, None)
    told = page["items"][1]
    assert told["subject"] == {"id": note, "kind": "interaction"}
    assert told["actor"] == {"id": owner, "kind": "member", "name": "Ada Byron"}


@pytest.mark.rows("M-48")
async def test_the_1001st_activity_pushes_the_oldest_out_and_the_audit_log_keeps_it(
    history: History, read: Read
) -> None:
    owner = history.member()
    account = history.account("Un", history.contact())
    other = history.account("Deux", history.contact())
    for _ in range(WINDOW - 1):
        history.interaction(account)
    service = await read(history)
    full = await every(service, owner, account_id=account, limit=200)
    assert (len(full), full[-1]["type"]) == (WINDOW, "accounts.account.created")
    history.interaction(account)
    history.on_account("renamed", account, name="Trois", was="Un")
    await service.take_in(history)
    now = await every(service, owner, account_id=account, limit=200)
    assert [item["id"] for item in now[2:]] == [item["id"] for item in full[:-2]]
    assert len(now) == WINDOW
    created = await service.ask(owner, Activity, account_id=account, type="accounts.account.created")
    assert (created["items"], created["total"]) == ([], 0), "filters search inside the window"
    kept = await service.ask(owner, Audit, account_id=account, type="accounts.account.created")
    assert types(kept) == ["created"]
    assert len(await every(service, owner, account_id=other)) == 1


@pytest.mark.rows("M-48")
async def test_an_old_activity_that_comes_in_late_does_not_push_out_a_younger_one(history: History, read: Read) -> None:
    owner = history.member()
    account = history.account("Un", history.contact())
    early = [history.folder(account, f"{number}") for number in range(3)]
    for _ in range(WINDOW):
        history.interaction(account)
    late = [event for event in history.events if event.service == "files"]
    service = await read(History([event for event in history.events if event.service != "files"]))
    before = await every(service, owner, account_id=account, limit=200)
    await project(service.store, list(projections()), late)
    assert len(early) == 3
    assert await every(service, owner, account_id=account, limit=200) == before


@given(random=st.randoms(use_true_random=False), steps=st.integers(10, 80), size=st.sampled_from((1, 7, 256)))
@settings(max_examples=20, deadline=None)
async def test_the_window_holds_the_last_ones_whatever_the_interleaving(random: Random, steps: int, size: int) -> None:
    events = Life(random).go_on(steps).events
    shown = 5
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.dossier.projections.activity.WINDOW", shown)
        store = SqliteReadStore(Path(folder) / "read.db")
        await project(store, [Trail()], interleaved(events, random), size)
        for window in (await store.find(WINDOWS, limit=1_000)).documents:
            loud = [event for event in events if event.scope == window["id"] and event.topic not in QUIET]
            mine = sorted((utc(event.at), event.key) for event in loud)
            assert (window["count"], (window["at"], window["key"])) == (len(mine), mine[-shown:][0])
        await store.close()


@pytest.fixture
def files(history: History) -> tuple[str, str, dict[str, str]]:
    """An owner, an account, and in it two folders and documents by name."""
    owner = history.member("Ada", "Byron")
    account = history.account("Un", history.contact())
    tva, paie = history.folder(account, "TVA"), history.folder(account, "Paie")
    things = {"TVA": tva, "Paie": paie}
    things["Été 2025.PDF"] = history.document(account, tva, "Été 2025.PDF", owner)
    things["liasse.xlsx"] = history.document(account, paie, "liasse.xlsx", owner)
    history.on_document("renamed", things["liasse.xlsx"], account, owner, name="Bilan.xlsx", was="liasse.xlsx")
    history.on_document("opened", things["Été 2025.PDF"], account, owner, member_id=owner)
    return owner, account, things


@pytest.mark.rows("M-49", "M-50", "M-51", "M-53")
@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"name": "ete"}, ["opened", "published"]),
        ({"name": "LIASSE"}, ["renamed", "published"]),
        ({"name": "bilan"}, ["renamed"]),
        ({"format": "pdf"}, ["opened", "published"]),
        ({"format": ".XLSX"}, ["renamed", "published"]),
        ({"folder": "TVA"}, ["opened", "published", "folder-created"]),
        ({"type": "files.document.opened"}, ["opened"]),
        ({"type": "files.document"}, ["opened", "renamed", "published", "published"]),
        ({"type": "accounts"}, ["created"]),
        ({"type": "files.doc"}, []),
        ({"type": "files", "format": "pdf", "name": "2025", "folder": "TVA"}, ["opened", "published"]),
        ({"format": "pdf", "folder": "Paie"}, []),
    ],
)
async def test_filters_narrow_the_feed_and_combine(
    fields: dict[str, str], wanted: list[str], files: tuple[str, str, dict[str, str]], history: History, read: Read
) -> None:
    owner, account, things = files
    service = await read(history)
    given = {key: things[value] if key == "folder" else value for key, value in fields.items()}
    page = await service.ask(owner, Activity, account_id=account, **given)
    assert types(page) == wanted
    assert page["total"] == len(wanted)


@pytest.mark.rows("M-52")
async def test_a_period_has_both_its_ends_inside(history: History, read: Read) -> None:
    owner, account = history.member(), history.account("Un", history.contact())
    for number in range(5):
        history.interaction(account, subject=str(number))
    service = await read(history)
    first, last = history.events[-4].at, history.events[-2].at
    page = await service.ask(owner, Activity, account_id=account, **{"from": first, "to": last})
    assert texts(page) == [f"The system recorded the note “{number}”" for number in (3, 2, 1)]
    page = await service.ask(owner, Activity, account_id=account, **{"from": last})
    assert page["total"] == 2


@pytest.mark.rows("M-39", "M-45", "M-13")
async def test_folders_that_one_may_not_see_leave_nothing_in_the_feed(
    files: tuple[str, str, dict[str, str]], history: History, read: Read
) -> None:
    owner, account, things = files
    clerk = history.member("Inès", "Moreau", "employee")
    history.on_account("team-set", account, member_id=clerk, access="read", was=None)
    history.on_tree("right-set", account, folder_id=things["Paie"], subject=f"member:{clerk}", right="none", was=None)
    service = await read(history)
    seen = await every(service, clerk, account_id=account, limit=3, type="files")
    assert [item["type"] for item in seen] == [
        "files.document.opened",
        "files.document.published",
        "files.tree.folder-created",
    ]
    assert {item["folder_id"] for item in seen} == {things["TVA"]}
    history.on_document("moved", things["Été 2025.PDF"], account, owner, folder_id=things["Paie"], was=things["TVA"])
    await service.take_in(history)
    left = await every(service, clerk, account_id=account, limit=3, type="files")
    assert [item["type"] for item in left] == ["files.tree.folder-created"]
    assert len(await every(service, owner, account_id=account, type="files")) == 8
    history.on_account("team-set", account, member_id=clerk, access="none", was="read")
    await service.take_in(history)
    with pytest.raises(NotFound):
        await service.ask(clerk, Activity, account_id=account)


async def test_a_cursor_of_another_list_is_refused(history: History, read: Read) -> None:
    account = history.account("Un", history.contact())
    service = await read(history)
    with pytest.raises(InvalidCursor):
        await service.ask(None, Activity, account_id=account, after="nonsense")
