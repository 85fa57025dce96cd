"""Search: one field, the best match first, and only what the caller may see."""

from typing import Any

import pytest

from services.dossier.contract import Search
from services.dossier.contract.search import NothingToSearch
from tests.dossier.conftest import Read
from tests.dossier.events import History


def found(page: dict[str, Any]) -> list[tuple[str, str]]:
    return [(item["kind"], item["title"]) for item in page["items"]]


@pytest.mark.rows("A-03", "D-12", "T-04")
async def test_accounts_and_contacts_are_found_best_match_first(history: History, read: Read) -> None:
    owner = history.member()
    zoe = history.contact("Zoé Lefèvre", emails=["zoe@pain.example"])
    history.contact("Lefèvre")
    history.account("Boulangerie Lefèvre", zoe)
    history.account("Au Prélefèvre", history.contact("Jean Dupont"))
    service = await read(history)
    page = await service.ask(owner, Search, q="LEFEVRE")
    assert found(page) == [
        ("contact", "Lefèvre"),
        ("account", "Boulangerie Lefèvre"),
        ("contact", "Zoé Lefèvre"),
        ("account", "Au Prélefèvre"),
    ]
    assert [item["rank"] for item in page["items"]] == [0, 2, 2, 4]
    assert found(await service.ask(owner, Search, q="e@pain.ex")) == [
        ("account", "Boulangerie Lefèvre"),
        ("contact", "Zoé Lefèvre"),
    ]
    assert found(await service.ask(owner, Search, q="lefevre", kind="account", limit=1)) == [
        ("account", "Boulangerie Lefèvre")
    ]


@pytest.mark.rows("M-13")
async def test_what_one_may_not_see_is_not_found(history: History, read: Read) -> None:
    clerk = history.member("Sans", "Droit", "employee")
    behind = history.contact("Derrière Lefèvre")
    history.account("Lefèvre caché", behind)
    service = await read(history)
    assert found(await service.ask(clerk, Search, q="lefevre")) == []


async def test_a_search_without_words_is_refused(history: History, read: Read) -> None:
    owner = history.member()
    service = await read(history)
    with pytest.raises(NothingToSearch):
        await service.ask(owner, Search, q=" \u0301 ")
