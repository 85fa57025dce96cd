"""Keys of personal data: made once, kept wrapped, destroyed for good, and never confused with keys out of reach."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from nats.aio.client import Client
from pydantic import SecretStr

from shared.keys import DESTROYED, KeyDatabase, Keys, RemoteKeys, follow_destroyed, serve_keys
from shared.problems import Unavailable
from tests.postgres import Postgres
from tests.waiting import eventually

MASTER = secrets.token_bytes(32)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> SecretStr | None:
    """Where the database is: each test is about both engines."""
    return request.getfixturevalue("postgres_url") if request.param == "postgres" else None


@pytest.fixture
async def database(tmp_path: Path, url: SecretStr | None) -> AsyncIterator[KeyDatabase]:
    opened = KeyDatabase(tmp_path / "keys.db", MASTER, url)
    yield opened
    opened.close()


async def test_a_subject_keeps_the_key_it_got(database: KeyDatabase) -> None:
    first = await database.get(["a", "b"], create=True)
    assert await database.get(["b", "a"], create=True) == first
    assert first["a"] != first["b"]


async def test_a_key_is_not_made_by_asking_for_it(database: KeyDatabase) -> None:
    assert await database.get(["nobody"], create=False) == {}


async def test_a_destroyed_key_never_comes_back(tmp_path: Path, database: KeyDatabase, url: SecretStr | None) -> None:
    await database.get(["a"], create=True)
    for subject in ("a", "never had one"):
        await database.destroy(subject, "2026-01-01T00:00:00Z")
        assert await database.get([subject], create=True) == {subject: None}
    again = KeyDatabase(tmp_path / "keys.db", MASTER, url)
    assert await again.get(["a"], create=True) == {"a": None}
    again.close()


async def test_two_processes_that_make_a_key_at_once_get_the_same(
    tmp_path: Path, database: KeyDatabase, url: SecretStr | None
) -> None:
    with closing(KeyDatabase(tmp_path / "keys.db", MASTER, url)) as other:
        for round in range(20):
            subjects = [f"{round}-{number}" for number in range(10)]
            first, second = await asyncio.gather(
                database.get(subjects, create=True), other.get(reversed(subjects), create=True)
            )
            assert first == second
            assert len(first) == 10


async def test_those_who_open_a_new_database_together_share_it(tmp_path: Path, url: SecretStr | None) -> None:
    def make() -> bytes | None:
        with closing(KeyDatabase(tmp_path / "new" / "keys.db", MASTER, url)) as opened:
            return asyncio.run(opened.get(["a"], create=True))["a"]

    with ThreadPoolExecutor(8) as threads:
        loop = asyncio.get_running_loop()
        assert len(set(await asyncio.gather(*(loop.run_in_executor(threads, make) for _ in range(8))))) == 1


async def test_keys_on_disk_are_useless_without_the_master_key(
    tmp_path: Path, database: KeyDatabase, url: SecretStr | None
) -> None:
    assert (await database.get(["a"], create=True))["a"]
    stranger = KeyDatabase(tmp_path / "keys.db", secrets.token_bytes(32), url)
    with pytest.raises(InvalidTag):
        await stranger.get(["a"], create=False)
    stranger.close()


async def test_keys_are_wrapped_in_the_file(tmp_path: Path) -> None:
    with closing(KeyDatabase(tmp_path / "keys.db", MASTER)) as database:
        key = (await database.get(["a"], create=True))["a"]
        assert key
        assert all(key not in path.read_bytes() for path in tmp_path.glob("keys.db*"))


async def test_a_destroyed_key_is_in_the_table_of_the_server_no_more(
    postgres: Postgres, postgres_url: SecretStr, tmp_path: Path
) -> None:
    with closing(KeyDatabase(tmp_path / "keys.db", MASTER, postgres_url)) as database, postgres.connected() as other:
        await database.get(["a", "b"], create=True)
        gone, kept = (row[0] for row in other.execute("SELECT wrapped FROM keys.keys ORDER BY subject").fetchall())
        await database.destroy("a", "2026-01-01T00:00:00Z")
        other.execute("CHECKPOINT")
        (file,) = other.execute("SELECT pg_relation_filepath('keys.keys')").fetchone()
    content = (postgres.data / file).read_bytes()
    assert (gone in content, kept in content) == (False, True)


async def test_a_server_that_is_away_is_an_error_never_a_placeholder(
    connection: Client, own_postgres: Postgres, tmp_path: Path
) -> None:
    with closing(KeyDatabase(tmp_path / "keys.db", MASTER, own_postgres.url())) as database:
        await serve_keys(connection, database)
        before = await database.get(["a"], create=True)
        own_postgres.kill()
        for source, create in ((database, False), (RemoteKeys(connection), True)):
            with pytest.raises(Unavailable):
                await Keys(source).ensure(["a", "b"], create=create)
        with closing(KeyDatabase(tmp_path / "keys.db", MASTER, own_postgres.url())) as started_first:
            own_postgres.start()
            assert await started_first.get(["a"], create=False) == before
        assert await database.get(["a"], create=False) == before


async def test_a_key_destroyed_on_its_way_here_is_not_held() -> None:
    class Slow:
        """A source whose answers take as long as the test likes."""

        def __init__(self) -> None:
            self.answers: list[bytes | None] = [bytes(32), None]
            self.asked, self.may_answer = asyncio.Event(), asyncio.Event()

        async def get(self, subjects: Iterable[str], *, create: bool) -> dict[str, bytes | None]:
            answer = self.answers.pop(0)
            self.asked.set()
            await self.may_answer.wait()
            return dict.fromkeys(subjects, answer)

    source = Slow()
    keys = Keys(source)  # type: ignore[arg-type]
    waiting = asyncio.create_task(keys.ensure(["a"], create=False))
    await source.asked.wait()
    keys.forget("a")
    source.may_answer.set()
    await waiting
    assert keys.cipher("a") is None


async def test_keys_are_had_over_the_broker_by_many_at_once(connection: Client, database: KeyDatabase) -> None:
    await serve_keys(connection, database)
    keys = Keys(RemoteKeys(connection))
    await asyncio.gather(*(keys.ensure([f"s{n % 7}", f"t{n}"], create=True) for n in range(200)))
    assert all(keys.cipher(f"t{n}") for n in range(200))


async def test_a_key_service_that_is_away_is_an_error_never_a_placeholder(connection: Client) -> None:
    keys = Keys(RemoteKeys(connection))
    with pytest.raises(Unavailable):
        await keys.ensure(["a"], create=False)


async def test_a_key_that_was_never_made_is_an_error(database: KeyDatabase) -> None:
    with pytest.raises(Unavailable):
        await Keys(database).ensure(["lost"], create=False)


async def test_a_destroyed_key_leaves_every_memory(connection: Client, database: KeyDatabase) -> None:
    await serve_keys(connection, database)
    keys = Keys(RemoteKeys(connection))
    await follow_destroyed(connection, keys)
    await keys.ensure(["a"], create=True)
    await database.destroy("a", "2026-01-01T00:00:00Z")
    await connection.publish(DESTROYED, b"a")

    async def erased() -> bool:
        await keys.ensure(["a"], create=False)
        return keys.cipher("a") is None

    await eventually(erased)
