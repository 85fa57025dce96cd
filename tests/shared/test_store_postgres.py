"""PostgreSQL going wrong under an event store: cut, killed, silent, full, locked, or set up by somebody careful."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest
from pydantic import SecretStr

from shared.ids import new_id
from shared.keys import KeyDatabase, Keys
from shared.messages import Accepted
from shared.problems import OutOfSpace, Refusal, Unavailable
from shared.store import EventStore
from tests.postgres import Postgres
from tests.shared.between import Between
from tests.shared.sample import Card
from tests.waiting import eventually


@pytest.fixture
def between(postgres: Postgres, postgres_url: SecretStr) -> Iterator[Between]:
    with closing(Between(postgres)) as proxy:
        yield proxy


@asynccontextmanager
async def opened(folder: Path, url: SecretStr) -> AsyncIterator[EventStore]:
    keys = KeyDatabase(folder / "keys.db", secrets.token_bytes(32))
    store = EventStore("tests", folder, [Card], Keys(keys), url)
    await store.open()
    yield store
    await store.close()
    keys.close()


def card(name: str = "Zoé") -> Card:
    return Card(id=new_id(), holder=new_id(), box=None, name=name, lines=[], colour="red")


async def topics(store: EventStore) -> list[str]:
    return [row.topic for row in await store.notifications(0, 1_000)]


async def refused(commands: Iterable[asyncio.Future[Accepted]]) -> set[type]:
    return {type(answer) for answer in await asyncio.gather(*commands, return_exceptions=True)}


@pytest.mark.parametrize("commands", [1, 20])
async def test_a_commit_whose_reply_was_lost_is_told_as_done(
    tmp_path: Path, postgres: Postgres, between: Between, commands: int
) -> None:
    async with opened(tmp_path, postgres.url(between.port)) as store:
        await store.save(card())
        between.swallows_commit = True
        cards = [card(f"n{number}") for number in range(commands)]
        accepted = await asyncio.gather(*(store.save(c) for c in cards))
        assert not between.swallows_commit
        rows = {str(row.originator_id): row.id for row in await store.notifications(1, 1_000)}
        assert [answer.position for answer in accepted] == [f"tests={rows[str(c.id)]}" for c in cards]
        assert len(rows) == commands


async def test_the_conflict_of_another_is_still_one_when_a_reply_was_lost(
    tmp_path: Path, postgres: Postgres, between: Between
) -> None:
    async with opened(tmp_path, postgres.url(between.port)) as store:
        saved = card()
        await store.save(saved)
        first, second = await store.load(Card, saved.id), await store.load(Card, saved.id)
        first.rename("same")
        second.rename("same")
        between.swallows_commit = True
        answers = await asyncio.gather(store.save(first), store.save(second), return_exceptions=True)
        assert [type(answer).__name__ for answer in answers] == ["Accepted", "IntegrityError"]


async def test_a_killed_server_is_said_to_be_away_and_used_as_soon_as_it_is_back(
    tmp_path: Path, own_postgres: Postgres
) -> None:
    async with opened(tmp_path, own_postgres.url()) as store:
        saved = card()
        await asyncio.gather(store.save(saved), *(store.notifications(0, 1) for _ in range(5)))
        own_postgres.kill()
        own_postgres.start()
        changed = await store.load(Card, saved.id)
        changed.rename("Anaïs")
        assert (await store.save(changed)).version == 2  # nobody noticed
        own_postgres.kill()
        assert await refused(asyncio.ensure_future(store.save(card())) for _ in range(200)) == {Unavailable}
        with pytest.raises(Unavailable):
            await store.load(Card, saved.id)
        with pytest.raises(Unavailable):
            await store.notifications(0, 10)
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(own_postgres.start))
            async with opened(tmp_path, own_postgres.url()) as started_first:  # waits for the server
                assert len(await topics(started_first)) == 2
        assert (await store.save(card())).version == 1
        assert (await store.load(Card, saved.id)).name == "Anaïs"
        assert len(await topics(store)) == 3


async def test_a_server_that_falls_silent_keeps_nobody_waiting_for_ever(
    tmp_path: Path, postgres: Postgres, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.postgres.SILENCE", 0.2)
    monkeypatch.setattr("shared.postgres.PATIENCE", 0.1)
    async with opened(tmp_path, postgres.url(between.port)) as store:
        await store.save(card())
        between.silent = True
        with pytest.raises(Unavailable):
            await store.save(card())
        with pytest.raises(Unavailable):
            await store.notifications(0, 10)
        between.silent = False

        async def well() -> bool:
            with suppress(Unavailable):
                return (await store.save(card())).version == 1
            return False

        await eventually(well)


async def test_a_table_that_somebody_holds_is_waited_for_a_while_and_then_refused(
    tmp_path: Path, postgres: Postgres, postgres_url: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(_tuning(), "POSTGRES_LOCK_TIMEOUT", "1")
    async with opened(tmp_path, postgres_url) as store:
        with postgres.connected() as other, other.transaction():
            other.execute("LOCK TABLE tests.tests_events IN SHARE MODE")
            assert await refused(asyncio.ensure_future(store.save(card())) for _ in range(3)) == {Unavailable}
            assert await topics(store) == []
        await store.save(card())
        assert len(await topics(store)) == 1


def _tuning() -> dict[str, str]:
    from shared.store import postgres_recorder

    return postgres_recorder._TUNING


@pytest.mark.parametrize(("state", "refusal"), [("53100", OutOfSpace), ("40P01", Unavailable), ("58030", Unavailable)])
async def test_what_the_server_cannot_do_now_is_refused_and_nothing_is_stored(
    tmp_path: Path, postgres: Postgres, postgres_url: SecretStr, state: str, refusal: type[Refusal]
) -> None:
    async with opened(tmp_path, postgres_url) as store:
        with postgres.connected() as other:
            raising = f"BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END"
            other.execute(f"CREATE FUNCTION tests.fails() RETURNS trigger LANGUAGE plpgsql AS $${raising}$$")
            other.execute("CREATE TRIGGER t AFTER INSERT ON tests.tests_events EXECUTE FUNCTION tests.fails()")
            assert await refused(asyncio.ensure_future(store.save(card())) for _ in range(9)) == {refusal}
            assert await topics(store) == []
            other.execute("DROP FUNCTION tests.fails CASCADE")
        await store.save(card())
        assert len(await topics(store)) == 1


async def test_a_role_that_may_only_read_and_write_is_enough_once_the_schema_is_there(
    tmp_path: Path, postgres: Postgres, postgres_url: SecretStr
) -> None:
    async with opened(tmp_path, postgres_url) as store:
        await store.save(card())
    with postgres.connected() as other:
        other.execute("CREATE ROLE modest LOGIN")
        other.execute("GRANT USAGE ON SCHEMA tests TO modest; GRANT ALL ON ALL SEQUENCES IN SCHEMA tests TO modest")
        other.execute("GRANT SELECT, INSERT, UPDATE ON tests.tests_events TO modest")
    async with opened(tmp_path, SecretStr(postgres_url.get_secret_value().replace("dossier:", "modest:"))) as store:
        assert (await store.save(card())).position == "tests=2"
    with postgres.connected() as other:
        other.execute("DROP OWNED BY modest; DROP ROLE modest")


async def test_all_that_the_url_says_counts(
    tmp_path: Path, postgres: Postgres, postgres_url: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psycopg import OperationalError

    monkeypatch.setattr("shared.postgres.STARTING", 0)
    named = SecretStr(f"{postgres_url.get_secret_value()}?application_name=chosen&options=-c%20work_mem%3D1234kB")
    async with opened(tmp_path, named) as store:
        await store.save(card())
        with postgres.connected() as other:
            seen = other.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'chosen'").fetchone()
            assert seen[0] >= 1
    with pytest.raises(OperationalError, match="SSL"):
        async with opened(tmp_path, SecretStr(f"{postgres_url.get_secret_value()}?sslmode=require")):
            pass


async def test_the_url_of_something_else_is_refused_without_telling_its_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", exc_type=ImportError)
    from shared.postgres import NotPostgres

    with pytest.raises(NotPostgres) as refusal:
        async with opened(tmp_path, SecretStr("mysql://me:s3cret@db/x")):
            pass
    assert "s3cret" not in str(refusal.value)
    assert refusal.value.__suppress_context__  # libpq repeats what it could not read
