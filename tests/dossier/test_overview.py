"""The overview: one answer that is right for whoever asks, at the moment they ask."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dossier.contract import Activity, Overview
from services.dossier.projections.moments import utc
from services.dossier.projections.overviews import OVERVIEWS
from services.dossier.queries.overview import come_due
from shared.problems import NotFound
from tests.dossier.conftest import Read
from tests.dossier.events import History
from tests.dossier.lives import Life
from tests.dossier.oracle import Oracle
from tests.dossier.reading import reading


def subjects(lines: list[dict[str, Any]]) -> list[str]:
    return [line["subject"] for line in lines]


@pytest.mark.rows("T-01", "T-07", "T-20", "T-12", "A-01")
async def test_the_five_latest_of_each_kind_are_shown_latest_first(history: History, read: Read) -> None:
    owner = history.member("Ada", "Byron")
    account = history.account("Un", history.contact("Zoé Martin"))
    for number in range(7):
        history.interaction(account, by=owner, subject=f"Note {number}")
    history.interaction(account, kind="call", subject="Appel")
    history.interaction(account, kind="phone_message", subject="Message")
    history.interaction(account, kind="email", direction="incoming", subject="Reçu")
    history.interaction(account, kind="email", direction="outgoing", subject="Envoyé")
    service = await read(history)
    shown = await service.ask(owner, Overview, account_id=account)
    assert subjects(shown["notes"]) == ["Note 6", "Note 5", "Note 4", "Note 3", "Note 2"]
    assert shown["notes"][0]["author"] == {"id": owner, "name": "Ada Byron"}
    assert subjects(shown["calls"]) == ["Message", "Appel"]
    assert [(mail["subject"], mail["status"]) for mail in shown["emails"]] == [("Envoyé", "sent"), ("Reçu", "received")]
    assert shown["activity_count"] == 12
    assert shown["account"]["name"] == "Un"
    assert (shown["members_count"], shown["folders_count"], shown["related_accounts"]) == (1, 0, [])


async def test_a_deleted_note_makes_room_for_the_sixth_and_comes_back(history: History, read: Read) -> None:
    account = history.account("Un", history.contact())
    notes = [history.interaction(account, subject=f"Note {number}") for number in range(6)]
    history.on_interaction("deleted", notes[5], account)
    service = await read(history)
    shown = await service.ask(None, Overview, account_id=account)
    assert subjects(shown["notes"]) == [f"Note {number}" for number in (4, 3, 2, 1, 0)]
    history.on_interaction("restored", notes[5], account)
    history.on_interaction("commented", notes[4], account, comment_id=history.id("comment"), body="<p>Oui</p>")
    await service.take_in(history)
    shown = await service.ask(None, Overview, account_id=account)
    assert subjects(shown["notes"]) == [f"Note {number}" for number in (5, 4, 3, 2, 1)]
    assert [note["comments_count"] for note in shown["notes"]] == [0, 1, 0, 0, 0]


@pytest.mark.rows("U-03")
async def test_what_is_planned_is_upcoming_until_it_happens(history: History, read: Read) -> None:
    account = history.account("Un", history.contact())
    soon = history.now + timedelta(minutes=3)
    far = datetime.now(UTC) + timedelta(days=10)
    history.interaction(account, subject="Lointain", at=far)
    history.interaction(account, subject="Proche", at=soon)
    history.interaction(account, subject="Passé")
    service = await read(history)
    stored = await service.store.get_raw(OVERVIEWS, account)
    assert stored is not None
    assert stored.startswith(b'{"valid_until":"%b"' % utc(soon).encode())
    assert come_due(stored, utc(datetime.now(UTC)))
    shown = await service.ask(None, Overview, account_id=account)
    assert (subjects(shown["upcoming"]), subjects(shown["notes"])) == (["Lointain"], ["Proche", "Passé"])
    assert shown["valid_until"] == utc(far)
    history.interaction(account, subject="Après")
    await service.take_in(history)
    stored = await service.store.get_raw(OVERVIEWS, account)
    assert stored is not None
    assert not come_due(stored, utc(datetime.now(UTC)))
    shown = await service.ask(None, Overview, account_id=account)
    assert (subjects(shown["upcoming"]), subjects(shown["notes"])) == (["Lointain"], ["Après", "Proche", "Passé"])


@pytest.mark.rows("T-09", "T-10")
async def test_a_document_is_new_until_a_member_opens_it(history: History, read: Read) -> None:
    owner = history.member()
    account = history.account("Un", history.contact())
    folder = history.folder(account, "2026")
    documents = [history.document(account, folder, f"{number}.pdf", owner) for number in range(6)]
    service = await read(history)
    shown = await service.ask(owner, Overview, account_id=account)
    assert [line["name"] for line in shown["documents"]] == ["5.pdf", "4.pdf", "3.pdf", "2.pdf", "1.pdf"]
    assert (shown["documents_count"], shown["new_documents_count"], shown["folders_count"]) == (6, 6, 1)
    history.on_document("opened", documents[5], account, owner, member_id=owner)
    history.on_document("deleted", documents[4], account, owner)
    await service.take_in(history)
    shown = await service.ask(owner, Overview, account_id=account)
    assert [line["new"] for line in shown["documents"]] == [False, True, True, True, True]
    assert (shown["documents_count"], shown["new_documents_count"]) == (5, 4)
    history.on_tree("folder-deleted", account, folder_id=folder, folders=[folder])
    await service.take_in(history)
    shown = await service.ask(owner, Overview, account_id=account)
    assert (shown["documents"], shown["documents_count"], shown["new_documents_count"]) == ([], 0, 0)
    history.on_tree("folder-restored", account, folder_id=folder, folders=[folder])
    await service.take_in(history)
    shown = await service.ask(owner, Overview, account_id=account)
    assert (shown["documents_count"], shown["new_documents_count"], shown["folders_count"]) == (5, 4, 1)


@pytest.mark.rows("M-39", "M-45", "M-13")
async def test_documents_in_hidden_folders_are_neither_shown_nor_counted(history: History, read: Read) -> None:
    clerk = history.member("Inès", "Moreau", "employee")
    account = history.account("Un", history.contact(), team={clerk: "read"})
    shown_folder = history.folder(account, "Ouvert")
    secret = history.folder(account, "Secret", rights={f"member:{clerk}": "none"})
    history.document(account, shown_folder, "visible.pdf")
    for number in range(5):
        history.document(account, secret, f"secret {number}.pdf")
    service = await read(history)
    shown = await service.ask(clerk, Overview, account_id=account)
    assert [line["name"] for line in shown["documents"]] == ["visible.pdf"]
    assert (shown["documents_count"], shown["new_documents_count"], shown["folders_count"]) == (1, 1, 1)
    feed = await service.ask(clerk, Activity, account_id=account)
    assert shown["activity_count"] == feed["total"]
    history.on_account("team-set", account, member_id=clerk, access="none", was="read")
    await service.take_in(history)
    with pytest.raises(NotFound):
        await service.ask(clerk, Overview, account_id=account)


@pytest.mark.rows("T-34", "T-40")
async def test_contacts_team_and_names_follow_what_they_are_called_now(history: History, read: Read) -> None:
    owner, clerk = history.member("Ada", "Byron"), history.member("Inès", "Moreau", "employee")
    zoe, elise = history.contact("Zoé Martin"), history.contact("Élise Lefèvre")
    account = history.account("Un", zoe, elise, team={clerk: "read"})
    other = history.account("Deux", zoe)
    history.interaction(account, zoe, by=clerk)
    was = {"name": "Zoé Martin", "given_name": "Zoé", "family_name": "Martin"}
    history.record(
        "contacts.contact.renamed", zoe, name="Anne Martin", given_name="Anne", family_name="Martin", was=was
    )
    was = {"given_name": "Inès", "family_name": "Moreau"}
    history.record("firm.member.renamed", clerk, given_name="Inès", family_name="Petit", was=was)
    service = await read(history)
    shown = await service.ask(owner, Overview, account_id=account)
    assert [contact["name"] for contact in shown["contacts"]] == ["Anne Martin", "Élise Lefèvre"]
    assert shown["team"] == [{"id": clerk, "name": "Inès Petit", "access": "read"}]
    assert shown["notes"][0]["author"]["name"] == "Inès Petit"
    assert shown["notes"][0]["contact"] == {"id": zoe, "name": "Anne Martin"}
    assert shown["related_accounts"] == [{"id": other, "name": "Deux"}]
    assert (await service.ask(clerk, Overview, account_id=account))["related_accounts"] == []
    assert shown["people"] == sorted([clerk, zoe, elise])


async def test_what_can_no_longer_be_read_is_a_placeholder(history: History, read: Read) -> None:
    zoe = history.id("contact")
    history.record(
        "contacts.contact.created", zoe, erased=True, kind="person", name="␡", given_name="␡", family_name="␡",
        emails=[], phones=[], addresses=[], language=None,
    )  # fmt: skip
    account = history.account("Un", zoe)
    id = history.id("interaction")
    history.record(
        "interactions.interaction.recorded", id, scope=account, erased=True, kind="note", account_id=account,
        contact_id=zoe, subject="␡", body="␡", participants=[], occurred_at=history.now.isoformat(), direction=None,
    )  # fmt: skip
    service = await read(history)
    shown = await service.ask(None, Overview, account_id=account)
    assert (shown["contacts"][0]["name"], shown["notes"][0]["subject"]) == ("␡", "␡")


@given(random=st.randoms(use_true_random=False), steps=st.integers(1, 300))
@settings(max_examples=25, deadline=None)
async def test_every_overview_says_what_the_whole_history_says(random: Random, steps: int) -> None:
    history = Life(random).go_on(steps)
    with TemporaryDirectory() as folder:
        async with reading(history, Path(folder)) as service:
            for account, wanted in Oracle(history.events).overviews().items():
                stored = await service.store.get(OVERVIEWS, account)
                assert stored is not None
                shown = {name: [line["id"] for line in stored[name]] for name in wanted if not name.endswith("count")}
                assert shown | {name: stored[name] for name in wanted if name.endswith("count")} == wanted
