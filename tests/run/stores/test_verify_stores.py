"""`dossier verify-stores`: what it finds, and that it only looks."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from nats.aio.client import Client

from shared.relay.wire import Mark
from tests.broker import NatsServer
from tests.run.stores.commands import Outcome, dossier, ended, started
from tests.run.stores.office import Office


def sql(office: Office, service: str, statement: str) -> None:
    with closing(sqlite3.connect(office.data / service / "events.db")) as db, db:
        db.execute(statement)


def bent(office: Office) -> None:
    """A page of the file is not what SQLite wrote."""
    sql(office, "contacts", "PRAGMA wal_checkpoint(TRUNCATE)")
    path = office.data / "contacts" / "events.db"
    content = bytearray(path.read_bytes())
    content[4_096:4_196] = b"\xff" * 100
    path.write_bytes(content)


def blob(office: Office, change: Callable[[Path], object]) -> None:
    change(office.data / "blobs" / office.blob)


HARM: dict[str, tuple[Callable[[Office], None], str]] = {
    "an event is gone": (
        lambda o: sql(o, "files", "DELETE FROM stored_events WHERE originator_version = 1 AND rowid < 4"),
        "stands where 1 is due",
    ),
    "a byte of a sealed part": (
        lambda o: sql(
            o,
            "contacts",
            'UPDATE stored_events SET state = replace(state, \'"text":"\', \'"text":"A\') WHERE rowid = 1',
        ),
        "event 1: its personal part does not open",
    ),
    "a topic that nobody knows": (
        lambda o: sql(o, "accounts", "UPDATE stored_events SET topic = 'accounts.account.sold'"),
        "event 1: no event of this version of Dossier is named accounts.account.sold",
    ),
    "no content": (
        lambda o: sql(o, "firm", "UPDATE stored_events SET state = 'x' WHERE rowid = 2"),
        "event 2: its content cannot be read",
    ),
    "a damaged file": (bent, "damaged"),
    "a lost document": (lambda o: blob(o, Path.unlink), "it is missing"),
    "a document cut off": (lambda o: blob(o, lambda path: path.write_bytes(b"%PDF")), "4 bytes"),
    "other bytes of a document": (lambda o: blob(o, lambda p: p.write_bytes(b"?" * p.stat().st_size)), "not those"),
}


def verify(office: Office, *words: str) -> Outcome:
    return dossier("verify-stores", *words, **office.environment)


@pytest.mark.parametrize("harm", HARM)
def test_the_first_thing_that_is_wrong_is_named(office: Office, harm: str) -> None:
    assert verify(office, "--bytes").code == 0
    do, said = HARM[harm]
    do(office)
    found = verify(office, "--bytes")
    assert (found.code, said in found.out) == (1, True), found


def test_keys_that_do_not_fit_or_are_missing(office: Office) -> None:
    other = dossier("verify-stores", **office.environment | {"DOSSIER_MASTER_KEY": "ab" * 32})
    assert (other.code, "not the one that wrapped the keys" in other.out) == (1, True)
    with closing(sqlite3.connect(office.data / "keys" / "keys.db")) as db, db:
        db.execute("DELETE FROM keys WHERE subject = ?", (str(office.contacts[1]),))
    lost = verify(office)
    assert (lost.code, f"the key of {office.contacts[1]} is missing" in lost.out) == (1, True)


async def test_a_stream_that_knows_more_than_the_store(
    office: Office, own_broker: NatsServer, own_connection: Client
) -> None:
    """The store was put back to an earlier state, and the broker's was not."""
    broker = {"DOSSIER_NATS_URL": own_broker.url, "DOSSIER_NATS_USER": "admin", "DOSSIER_NATS_PASSWORD": "any"}
    for number, said in ((99, "goes on to event 99"), (2, "event 2: the broker's stream has another event")):
        await own_connection.publish("relay.contacts", Mark(0, number, "another/1").encode())
        await own_connection.flush()
        found = ended(started("verify-stores", **office.environment, **broker))
        assert (found.code, said in found.out) == (1, True), found


def test_erased_people_are_counted_and_are_no_fault(office: Office) -> None:
    found = dossier("verify-stores", "--json", **office.environment).json
    assert (found["sound"], found["destroyed"], found["stores"]["contacts"]["erased"]) == (True, 1, 1)


def test_without_the_master_key_it_says_what_it_did_not_check(office: Office) -> None:
    found = dossier("verify-stores", DOSSIER_DATA=str(office.data))
    assert (found.code, "was not checked" in found.out) == (0, True)


def test_no_firm_is_no_sound_firm(tmp_path: Path) -> None:
    found = dossier("verify-stores", DOSSIER_DATA=str(tmp_path / "nothing"))
    assert (found.code, "no firm" in found.err, list(tmp_path.iterdir())) == (1, True, [])


def test_settings_that_are_none(office: Office) -> None:
    wrong = dossier("verify-stores", **office.environment | {"DOSSIER_PORT": "many"})
    assert (wrong.code, "DOSSIER_PORT: " in wrong.err, wrong.err.count("\n")) == (1, True, 1)
