"""Events whose shape changed: a newer version reads what an older one stored; an older one knows what it cannot."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.ids import new_id
from shared.keys import KeyDatabase, Keys
from shared.problems import Unavailable
from shared.store import EventStore
from tests.shared.sample import Card


@pytest.fixture
async def keys(tmp_path: Path) -> AsyncIterator[Keys]:
    database = KeyDatabase(tmp_path / "keys.db", secrets.token_bytes(32))
    yield Keys(database)
    database.close()


async def opened(folder: Path, keys: Keys) -> EventStore:
    """The store as a process that has just started sees it."""
    store = EventStore("tests", folder, [Card], keys)
    await store.open()
    return store


def shouting(data: dict[str, Any]) -> None:
    """The second shape of a name: in capitals."""
    data["name"] = data["name"].upper()


async def test_a_newer_version_reads_what_an_older_one_stored(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = Card(id=new_id(), holder=new_id(), box=None, name="Zoé", lines=[], colour="red")
    card.rename("Anaïs")
    older = await opened(tmp_path, keys)
    await older.save(card)
    await older.close()
    monkeypatch.setattr(Card.Renamed, "class_version", 2, raising=False)
    monkeypatch.setattr(Card.Renamed, "upcast_v1_v2", shouting, raising=False)
    newer = await opened(tmp_path, keys)
    loaded = await newer.load(Card, card.id)
    assert loaded.name == "ANAÏS"
    loaded.rename("CHLOÉ")
    await newer.save(loaded)
    await newer.close()
    again = await opened(tmp_path, keys)
    assert (await again.load(Card, card.id)).name == "CHLOÉ"
    await again.close()


async def test_an_older_version_leaves_alone_what_a_newer_one_stored(
    tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = Card(id=new_id(), holder=new_id(), box=None, name="Zoé", lines=[], colour="red")
    with monkeypatch.context() as upgraded:
        upgraded.setattr(Card.Renamed, "class_version", 2, raising=False)
        newer = await opened(tmp_path, keys)
        card.rename("ANAÏS")
        await newer.save(card)
        await newer.close()
    older = await opened(tmp_path, keys)
    with pytest.raises(Unavailable):
        await older.load(Card, card.id)
    await older.close()
