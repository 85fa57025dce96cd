"""The audit log: everything, with who, when, from where, and what changed from what to what."""

from typing import Any

import pytest

from services.dossier.contract import Audit, FirmAudit
from services.dossier.queries import fitting
from shared.problems import NotAllowed, NotFound
from tests.dossier.conftest import Read
from tests.dossier.events import History
from tests.dossier.reading import Reading


async def every(service: Reading, member: str | None, message: Any, **fields: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = await service.ask(member, message, after=after, **fields)
        found += page["items"]
        after = page["next"]
        if after is None:
            return found


def changed(entry: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {change["field"]: (change["from"], change["to"]) for change in entry["changes"]}


@pytest.mark.rows("X-06", "A-14")
async def test_no_event_is_missing_from_the_log_of_the_firm(history: History, read: Read) -> None:
    owner = history.member()
    account = history.account("Un", history.contact())
    history.interaction(None, history.contact("Seul"))
    history.document(account, history.folder(account, "2026"))
    history.record("dossier.recents.opened", history.id("r"), by=owner, member_id=owner, account_id=account)
    history.on_account("younger-than-this-log", account, owner, amount=3)
    service = await read(history)
    found = await every(service, owner, FirmAudit, limit=2)
    assert [entry["id"] for entry in found] == [event.key for event in history.events[::-1]]
    mine = await every(service, owner, Audit, account_id=account, limit=2)
    assert [entry["id"] for entry in mine] == [e.key for e in history.events[::-1] if e.scope == account]


@pytest.mark.rows("A-14", "T-33")
async def test_an_entry_says_who_from_where_and_what_changed(history: History, read: Read) -> None:
    owner = history.member("Ada", "Byron")
    account = history.account("Un", history.contact("Zoé Martin"), by=owner)
    history.on_account("tags-changed", account, owner, tags=["VIP"], was=["TVA"])
    note = history.interaction(account, by=owner)
    said = {"subject": "Point", "body": "<p>Revu.</p>", "occurred_at": history.now.isoformat(), "direction": None}
    history.on_interaction("changed", note, account, owner, **said, was=said | {"body": "<p>Vu.</p>"})
    history.record("firm.member.password-changed", owner, by=owner, hash="$argon2id$secret")
    service = await read(history)
    password, edited, recorded, tags, *_ = await every(service, owner, FirmAudit)
    assert (password["text"], password["changes"], password["account"]) == (
        "Ada Byron changed the password of Ada Byron", [], None,
    )  # fmt: skip
    assert changed(edited) == {"body": ("<p>Vu.</p>", "<p>Revu.</p>")}
    assert changed(recorded)["subject"] == (None, "Point")
    assert changed(tags) == {"tags": (["TVA"], ["VIP"])}
    assert (tags["address"], tags["account"]) == ("203.0.113.7", {"id": account, "name": "Un"})
    assert tags["actor"] == {"id": owner, "kind": "member", "name": "Ada Byron"}


async def test_the_log_is_filtered_by_actor_period_and_type(history: History, read: Read) -> None:
    owner, clerk = history.member(), history.member("Inès", "Moreau", "employee", "view-all-accounts")
    account = history.account("Un", history.contact(), by=owner)
    first = history.on_account("renamed", account, clerk, name="Deux", was="Un")
    history.on_account("renamed", account, owner, name="Trois", was="Deux")
    service = await read(history)

    async def keys(**fields: Any) -> list[str]:
        return [entry["id"] for entry in (await service.ask(clerk, Audit, account_id=account, **fields))["items"]]

    assert await keys(actor=clerk) == [first.key]
    assert await keys(**{"from": first.at, "to": first.at}) == [first.key]
    assert await keys(type="accounts.account.renamed", actor=owner) == ["accounts:3"]
    assert await keys(type="files") == []


@pytest.mark.rows("M-13", "M-39")
async def test_the_log_hides_what_one_may_not_see(history: History, read: Read) -> None:
    owner, clerk = history.member(), history.member("Inès", "Moreau", "employee")
    account = history.account("Un", history.contact(), team={clerk: "read"})
    top, rest = history.folder(account, "Ouvert"), history.folder(account, "Autre")
    secret = history.folder(account, "Secret", top, rights={f"member:{clerk}": "none"})
    history.document(account, secret, "caché.pdf")
    history.on_tree("rights-cascaded", account, folder_id=top, subjects={}, folders=[secret])
    moved = history.on_tree("folder-moved", account, folder_id=rest, parent_id=secret, was=top)
    service = await read(history)
    entries = await every(service, clerk, Audit, account_id=account)
    assert not [entry for entry in entries if secret in str(entry) or "caché" in str(entry)]
    assert changed(entries[0]) == {"parent_id": (top, None)}
    assert entries[0]["id"] == moved.key
    assert changed(entries[1]) == {"subjects": (None, {}), "folders": (None, [])}
    assert changed((await every(service, owner, Audit, account_id=account))[1])["folders"] == (None, [secret])
    with pytest.raises(NotAllowed):
        await service.ask(clerk, FirmAudit)
    hidden = history.account("Caché", history.contact())
    await service.take_in(history)
    with pytest.raises(NotFound):
        await service.ask(clerk, Audit, account_id=hidden)


async def test_a_page_of_large_entries_ends_early_and_goes_on(
    history: History, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "ROOM", 2_000)
    owner, account = history.member(), history.account("Un", history.contact())
    for number in range(10):
        history.interaction(account, subject=str(number), body="x" * 400)
    service = await read(history)
    page = await service.ask(owner, Audit, account_id=account)
    assert 1 <= len(page["items"]) < 5
    assert len(await every(service, owner, Audit, account_id=account)) == 11
