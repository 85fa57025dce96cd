"""A copy holds what there was when it was begun, however long it takes and whatever is written meanwhile."""

from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from pydantic import SecretStr

from services.cli.stores.places import Places
from services.cli.stores.rows import Event
from shared.settings import Settings
from shared.store.engine import open_engine


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> SecretStr | None:
    return request.getfixturevalue("postgres_url") if request.param == "postgres" else None


async def test_what_is_written_meanwhile_is_not_in_it(url: SecretStr | None, tmp_path: Path) -> None:
    table = Places(Settings(data=tmp_path, events_url=url)).events("files")
    with table.reading() as nothing:
        assert list(nothing) == []
    with closing(await open_engine("files", tmp_path / "files", url)) as engine:
        for _ in range(3):
            await engine.insert([StoredEvent(uuid4(), 1, "a.topic", b"{}")], alone=True)
        with table.reading() as events:
            first = next(events)
            await engine.insert([StoredEvent(uuid4(), 1, "a.topic", b"{}")], alone=True)
            assert [first.number, *(event.number for event in events)] == [1, 2, 3]


async def test_numbers_with_holes_are_kept_and_go_on_after_the_last(url: SecretStr | None, tmp_path: Path) -> None:
    """Transactions that were undone leave holes on PostgreSQL."""
    table = Places(Settings(data=tmp_path, events_url=url)).events("files")
    written = [Event(number, uuid4(), 1, "a.topic", '{"é": 1}'.encode()) for number in (2, 3, 40)]
    table.write(written)
    with table.reading() as events:
        assert list(events) == written
    with closing(await open_engine("files", tmp_path / "files", url)) as engine:
        assert await engine.insert([StoredEvent(uuid4(), 1, "a.topic", b"{}")], alone=True) == [41]


def test_a_write_that_fails_leaves_an_empty_store(url: SecretStr | None, tmp_path: Path) -> None:
    table = Places(Settings(data=tmp_path, events_url=url)).events("files")
    twice = Event(1, uuid4(), 1, "a.topic", b"{}")
    with pytest.raises(Exception, match=r"(?i)unique"):
        table.write([twice, twice._replace(number=2)])
    with table.reading() as events:
        assert list(events) == []
