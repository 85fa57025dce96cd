"""`dossier restore`: the firm comes back whole, its erased people do not."""

import asyncio
import hashlib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from pymongo import MongoClient

from services.cli.restore.staging import Staging
from services.cli.stores.rows import Key
from shared.keys import KeyDatabase
from shared.relay.wire import Mark
from shared.settings import Settings
from tests.broker import NatsServer
from tests.run.stores.commands import dossier, ended, started
from tests.run.stores.conftest import Backup
from tests.run.stores.office import CONTENT, Office
from tests.run.stores.restoring import events, keys, refused, restore


def test_everything_is_as_it_was_and_a_firm_that_has_a_life_gets_no_demonstration(
    office: Office, backup: Backup, target: Path
) -> None:
    done = restore(backup, target, "--json").json
    assert events(target) == events(office.data)
    assert keys(target) == keys(office.data)
    assert (target / "blobs" / office.blob).read_bytes() == CONTENT
    assert (done["erased"], done["blobs"]) == (0, 1)
    assert (target / "demo.done").exists()
    assert not list(target.glob("*/read.db")), "what can be computed is not restored"
    checked = dossier("verify-stores", "--bytes", "--json", **office.environment | {"DOSSIER_DATA": str(target)}).json
    assert (checked["sound"], checked["opened"]) == (True, True)


def test_who_was_erased_after_the_backup_stays_erased(office: Office, backup: Backup, target: Path) -> None:
    gone = office.contacts[0]
    ledger = target.with_name("ledger")
    ledger.write_text(f"2026-11-24T09:00:00+00:00 {gone}\n2026-11-24T09:00:00+00:00 {office.erased}\n")
    assert restore(backup, target, "--erasures", ledger, "--json").json["erased"] == 1
    assert keys(target)[str(gone)] == Key(str(gone), None, "2026-11-24T09:00:00+00:00")
    was = keys(office.data)[str(gone)].wrapped
    assert was
    stored = b"".join(path.read_bytes() for path in target.rglob("*") if path.is_file())
    assert was not in stored, "the key never reached the disk"
    assert keys(office.data)[str(office.contacts[1])].wrapped in {key.wrapped for key in keys(target).values()}


def test_keys_of_a_later_backup_open_an_older_one_and_know_who_was_erased_since(
    office: Office, backup: Backup, target: Path, tmp_path: Path
) -> None:
    with closing(KeyDatabase(office.data / "keys" / "keys.db", bytes(32))) as database:
        asyncio.run(database.destroy(str(office.contacts[1]), datetime.now(UTC).isoformat()))
    later = tmp_path / "later"
    assert dossier("backup", later, *backup.safe.locks, **office.environment).code == 0
    assert restore(backup, target, "--keys", f"{later}.keys").code == 0
    assert keys(target)[str(office.contacts[1])].wrapped is None
    other = target.with_name("other")
    assert restore(backup, other, "--erasures", later).code == 0
    assert keys(other)[str(office.contacts[1])].wrapped is None


def test_the_bytes_of_an_erased_client_do_not_come_back(office: Office, backup: Backup, target: Path) -> None:
    [account] = {event.aggregate for event in events(office.data)["accounts"]}
    ledger = target.with_name("ledger")
    ledger.write_text(f"2026-11-24T09:00:00+00:00 {account}\n")
    assert restore(backup, target, "--erasures", ledger).code == 0
    assert not (target / "blobs" / office.blob).exists()


def test_half_a_ledger_is_no_ledger(backup: Backup, target: Path, office: Office) -> None:
    ledger = target.with_name("ledger")
    ledger.write_text(f"2026-11-24T09:00:00+00:00 {str(office.erased)[:20]}")
    refused(restore(backup, target, "--erasures", ledger), target, "line 1")


def test_a_folder_that_holds_something_is_left_as_it_is(backup: Backup, office: Office) -> None:
    before = content(office.data)
    done = restore(backup, office.data)
    assert (done.code, "is not empty" in done.err) == (1, True)
    assert content(office.data) == before


def content(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal")))
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_an_interrupted_restore_goes_on(
    backup: Backup, target: Path, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off before everything is together, and between two of the names that it then gets."""

    def cut_off(staging: Staging, *_: str) -> None:
        raise KeyboardInterrupt

    (target / "restoring" / "firm" / "events.db").mkdir(parents=True)  # as if by kill -9
    for name in ("seal", "settle"):
        with monkeypatch.context() as patched:
            patched.setattr(Staging, name, cut_off)
            assert restore(backup, target).code == 1
        assert not (target / "firm").exists()
    (target / "restoring" / "firm").rename(target / "firm")
    assert restore(backup, target).code == 0
    assert events(target) == events(office.data)
    assert not (target / "restoring").exists()


async def test_a_broker_or_read_models_that_remember_another_life_are_refused(
    backup: Backup, target: Path, own_broker: NatsServer, own_connection: Client, mongo_settings: Settings
) -> None:
    command = ["restore", backup.data, *backup.safe.opens, "--yes"]
    here = {"DOSSIER_DATA": str(target)}
    await own_connection.publish("relay.contacts", Mark(0, 99, "an event").encode())
    await own_connection.flush()
    broker = {"DOSSIER_NATS_URL": own_broker.url, "DOSSIER_NATS_USER": "admin", "DOSSIER_NATS_PASSWORD": "any"}
    refused(ended(started(*command, **here, **broker)), target, "EVENTS")
    assert mongo_settings.read_url
    url = mongo_settings.read_url.get_secret_value()
    with MongoClient[dict[str, Any]](url) as client:
        client["dossier_firm"]["members"].insert_one({"_id": "x"})
        refused(ended(started(*command, **here, DOSSIER_READ_URL=url)), target, "drop dossier_firm.")
        client.drop_database("dossier_firm")


def test_it_asks_before_people_who_were_erased_come_back(backup: Backup, target: Path) -> None:
    done = dossier("restore", backup.data, *backup.safe.opens, DOSSIER_DATA=str(target))
    assert (done.code, "ledger of erasures" in done.err, target.exists()) == (1, True, False)
