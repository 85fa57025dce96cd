"""`dossier migrate`: a firm of files moves to PostgreSQL and S3 with its past, whatever comes in between."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.accounts import app as accounts
from services.cli.layout import Layout
from services.cli.stores.places import Places
from services.contacts.contract import ChangeContact, CreateContact
from shared.context import Context
from shared.permissions import SERVICES
from shared.settings import Settings
from tests.postgres import Postgres
from tests.run.machine import until
from tests.run.stores.commands import dossier, ended, started
from tests.run.stores.conftest import Backup
from tests.run.stores.office import CONTENT, Office
from tests.running import running
from tests.s3 import S3, s3


@pytest.fixture
def engines(postgres_url: SecretStr) -> dict[str, str]:
    """Settings that name the engines."""
    url = postgres_url.get_secret_value()
    return {"DOSSIER_EVENTS_URL": url, "DOSSIER_KEYS_URL": url}


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[tuple[S3, dict[str, str]]]:
    """An S3 server, and settings that name it."""
    (tmp_path / "s3").mkdir()
    with s3(tmp_path / "s3") as server:
        yield server, {f"DOSSIER_{name.upper()}": value for name, value in server.settings().items()}


def stored(**settings: Any) -> dict[str, list[Any]]:
    """Every event and key of a firm, wherever they lie."""
    places = Places(Settings(**settings))
    found: dict[str, list[Any]] = {}
    for name in SERVICES:
        with places.events(name).reading() as events:
            found[name] = list(events)
    with places.keys.reading() as keys:
        found["keys"] = list(keys)
    return found


async def test_a_firm_goes_on_where_it_was(
    office: Office, engines: dict[str, str], postgres_url: SecretStr, tmp_path: Path
) -> None:
    process = started("migrate", "--yes", "--json", **office.environment | engines)
    done = ended(process).json
    assert (sum(done["events"].values()), done["keys"], done["missing"]) == (15, 5, [])
    named = {"data": office.data, "events_url": postgres_url, "keys_url": postgres_url}
    assert stored(**named) == stored(data=office.data)
    named["master_key"] = office.environment["DOSSIER_MASTER_KEY"]
    async with running(accounts, tmp_path=tmp_path / "running", found=False, **named) as system:
        owner = Context(kind="member", id=office.owner, address="192.0.2.1")
        made = await system.tell(CreateContact, owner, name="Chloé")
        assert (made.status, made.json["position"]) == (201, "contacts=4"), "its numbers go on"
        changed = await system.tell(ChangeContact, owner, contact_id=office.contacts[0], name="Ada Lovelace")
        assert (changed.status, changed.json["version"]) == (200, 2), "what was sealed before the move opens after it"


def test_documents_move_to_s3(office: Office, bucket: tuple[S3, dict[str, str]], tmp_path: Path) -> None:
    server, settings = bucket
    file = tmp_path / "engines.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    for _ in range(2):  # the second time there is nothing left to do
        assert dossier("migrate", "--to", file, "--yes", "--json", **office.environment).json["blobs"] == 1
    [moved] = [path for path in server.files() if path.name == Path(office.blob).name]
    assert moved.read_bytes() == CONTENT
    assert dossier("verify-stores", "--bytes", **office.environment | settings).code == 0


def test_a_backup_does_not_care_which_engines_it_comes_from_and_goes_to(
    office: Office, backup: Backup, engines: dict[str, str], bucket: tuple[S3, dict[str, str]], tmp_path: Path
) -> None:
    everywhere = engines | bucket[1]
    new = office.environment | everywhere | {"DOSSIER_DATA": str(tmp_path / "new")}
    assert dossier("restore", backup.data, *backup.safe.opens, "--yes", **new).code == 0
    assert dossier("verify-stores", "--bytes", "--json", **new).json["sound"]
    assert dossier("backup", tmp_path / "again", *backup.safe.locks, **new).code == 0
    back = {"DOSSIER_DATA": str(tmp_path / "back")}
    assert dossier("restore", tmp_path / "again", *backup.safe.opens, "--yes", **back).code == 0
    assert stored(data=tmp_path / "back") == stored(data=office.data)
    assert (tmp_path / "back" / "blobs" / office.blob).read_bytes() == CONTENT
    third = new | {"DOSSIER_DATA": str(tmp_path / "third")}
    over = dossier(
        "restore", backup.data, *backup.safe.opens, "--yes", "--erasures", _all_of(office, tmp_path), **third
    )
    assert (over.code, "holds something else" in over.err) == (1, True)
    assert stored(data=tmp_path / "third", events_url=engines["DOSSIER_EVENTS_URL"])["firm"]
    assert not list((tmp_path / "third").glob("*.db"))


def _all_of(office: Office, tmp_path: Path) -> Path:
    """A ledger that makes another key database of the same backup."""
    ledger = tmp_path / "ledger"
    ledger.write_text(f"2026-11-24T09:00:00+00:00 {office.contacts[0]}\n")
    return ledger


@pytest.mark.parametrize("reached", ["keys", "files", "firm"])
def test_a_move_that_is_killed_is_done_again(
    office: Office, engines: dict[str, str], postgres: Postgres, postgres_url: SecretStr, reached: str
) -> None:
    """Held up where the engine is about to make this store, then killed with SIGKILL."""
    with postgres.connected() as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [f"dossier.{reached}"])
        process = started("migrate", "--yes", **office.environment | engines)
        waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        until(lambda: connection.execute(waiting).fetchone(), what="the move at this store")
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert not (office.data / "moved.json").exists()
    assert dossier("migrate", "--yes", **office.environment | engines).code == 0
    assert stored(data=office.data, events_url=postgres_url, keys_url=postgres_url) == stored(data=office.data)


def test_a_store_that_holds_something_else_is_left_as_it_is(
    office: Office, backup: Backup, engines: dict[str, str], postgres_url: SecretStr, tmp_path: Path
) -> None:
    assert dossier("migrate", "--yes", **office.environment | engines).code == 0
    before = stored(data=office.data, events_url=postgres_url, keys_url=postgres_url)
    ledger, other = _all_of(office, tmp_path), {"DOSSIER_DATA": str(tmp_path / "other")}
    assert dossier("restore", backup.data, *backup.safe.opens, "--yes", "--erasures", ledger, **other).code == 0
    refused = dossier("migrate", "--yes", **office.environment | engines | other)
    assert (refused.code, "holds something else" in refused.err) == (1, True)
    assert stored(data=office.data, events_url=postgres_url, keys_url=postgres_url) == before


def test_a_firm_that_has_moved_is_not_started_with_its_past(office: Office, engines: dict[str, str]) -> None:
    assert dossier("migrate", "--yes", **office.environment | engines).code == 0
    run = ended(started("run", **office.environment))
    assert (run.code, "set DOSSIER_EVENTS_URL, DOSSIER_KEYS_URL" in run.err) == (1, True)


def test_a_firm_that_runs_is_not_moved(office: Office, engines: dict[str, str]) -> None:
    layout = Layout(office.data)
    layout.make()
    with layout.locked():
        held = dossier("migrate", "--yes", **office.environment | engines)
    assert (held.code, "Another `dossier run`" in held.err) == (1, True)
    (layout.run / "files.pid").write_text("1")
    outlived = dossier("migrate", "--yes", **office.environment | engines)
    assert (outlived.code, "files still runs" in outlived.err) == (1, True)


@pytest.mark.parametrize(
    ("url", "said"),
    [("postgresql://someone:secret@127.0.0.1:1/none", "PostgreSQL"), ("http://someone:secret@host", "does not read")],
)
def test_engines_that_cannot_be_reached(office: Office, url: str, said: str) -> None:
    pytest.importorskip("psycopg", exc_type=ImportError)
    done = dossier("migrate", "--yes", **office.environment | {"DOSSIER_EVENTS_URL": url})
    assert (done.code, said in done.err, "secret" in done.err) == (1, True, False)
    for command in (["verify-stores"], ["erasures", office.data.parent / "ledger"]):
        away = dossier(*command, **office.environment | {"DOSSIER_EVENTS_URL": url, "DOSSIER_KEYS_URL": url})
        assert (away.code, said in away.err, "secret" in away.err) == (1, True, False)


def test_no_engine_and_no_firm(office: Office, tmp_path: Path) -> None:
    nowhere = dossier("migrate", "--yes", **office.environment)
    assert (nowhere.code, "No engine is named" in nowhere.err) == (1, True)
    url = {"DOSSIER_BLOBS_URL": "s3://bucket", "DOSSIER_DATA": str(tmp_path / "empty")}
    nobody = dossier("migrate", "--yes", **url)
    assert (nobody.code, "no firm" in nobody.err, (tmp_path / "empty").exists()) == (1, True, False)
    unasked = dossier("migrate", **office.environment | {"DOSSIER_BLOBS_URL": "s3://bucket"})
    assert unasked.code == 1
