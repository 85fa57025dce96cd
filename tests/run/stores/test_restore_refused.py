"""`dossier restore`: damaged backups and wrong keys change nothing, and one message says why."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.cli.backup.folder import Manifest
from tests.run.stores.commands import Safe, dossier
from tests.run.stores.conftest import Backup
from tests.run.stores.office import Office
from tests.run.stores.restoring import events, refused, restore

DAMAGES: dict[str, tuple[Callable[[Backup], Any], str]] = {
    "nothing there": (lambda b: shutil.rmtree(b.data), "no folder"),
    "no keys": (lambda b: shutil.rmtree(b.keys), "no folder"),
    "no manifest": (lambda b: (b.data / "manifest.json").unlink(), "not finished"),
    "half a manifest": (lambda b: cut(b.data / "manifest.json", 300), "damaged"),
    "a manifest of nothing": (lambda b: (b.data / "manifest.json").write_text("[]"), "damaged"),
    "a store missing": (lambda b: (b.data / "firm.age").unlink(), "is missing"),
    "a store cut off": (lambda b: cut(b.data / "contacts.age", 900), "is damaged"),
    "a store empty": (lambda b: cut(b.data / "contacts.age", 0), "is damaged"),
    "documents cut off": (lambda b: cut(b.data / "blobs.age", 70_000), "is damaged"),
    "keys cut off": (lambda b: cut(b.keys / "keys.age", 400), "is damaged"),
    "one bit of a store": (lambda b: flip(b.data / "interactions.age"), "is damaged"),
    "one bit of the documents": (lambda b: flip(b.data / "blobs.age"), "is damaged"),
    "one bit of the keys": (lambda b: flip(b.keys / "keys.age"), "is damaged"),
    "one bit of the ledger": (lambda b: flip(b.data / "erasures.log"), "is damaged"),
    "another number of events": (lambda b: said(b.data, lambda m: m["parts"]["firm"].update(rows=4)), "damaged"),
    "a newer format": (lambda b: said(b.data, lambda m: m.update(format=2, software="9.0")), "Dossier 9.0 in format 2"),
    "keys where data belong": (lambda b: shutil.copytree(b.keys, b.data, dirs_exist_ok=True), "not its data"),
}


def cut(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def said(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change a manifest and leave its checksum as it was."""
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_changes_nothing(backup: Backup, target: Path, damage: str) -> None:
    harm, why = DAMAGES[damage]
    harm(backup)
    refused(restore(backup, target), target, why)


def test_a_part_that_was_exchanged_together_with_its_checksum_is_noticed(backup: Backup, target: Path) -> None:
    """Whoever can write a manifest can make it fit; that a store is another one shows when it is opened."""
    manifest = Manifest.model_validate_json((backup.data / "manifest.json").read_bytes())
    shutil.copy(backup.data / "contacts.age", backup.data / "accounts.age")
    part, other = manifest.parts["accounts"], manifest.parts["contacts"]
    part.size, part.sha256 = other.size, other.sha256
    manifest.checksum = manifest.sum()
    (backup.data / "manifest.json").write_text(manifest.model_dump_json())
    done = restore(backup, target)
    assert done.code == 1
    assert not [path for path in target.iterdir() if path.name not in ("run", "log")]


def test_the_wrong_key(backup: Backup, target: Path, tmp_path: Path) -> None:
    stranger = Safe.make(tmp_path)
    done = dossier("restore", backup.data, *stranger.opens, "--yes", DOSSIER_DATA=str(target))
    refused(done, target, "does not open with this key")
    mine = backup.safe.folder / "data.identity"
    done = dossier("restore", backup.data, "--identity", mine, "--yes", DOSSIER_DATA=str(target))
    refused(done, target, "does not open with this key")
    refused(dossier("restore", backup.data, "--yes", DOSSIER_DATA=str(target)), target, "--identity")
    no_key = tmp_path / "no key"
    no_key.write_bytes(b"\xff\xfe")
    done = dossier("restore", backup.data, "--identity", no_key, "--yes", DOSSIER_DATA=str(target))
    refused(done, target, "no private key")


def test_keys_that_are_older_than_the_data(office: Office, backup: Backup, target: Path, tmp_path: Path) -> None:
    """A client came after the keys were backed up: what is about them could not be read."""
    with closing(sqlite3.connect(office.data / "keys" / "keys.db")) as db, db:
        db.execute("DELETE FROM keys WHERE subject = ?", (str(office.contacts[1]),))
    older = tmp_path / "older"
    assert dossier("backup", older, *backup.safe.locks, **office.environment).code == 0
    done = restore(backup, target, "--keys", f"{older}.keys")
    assert (done.code, f"the key of {office.contacts[1]} is missing" in done.err) == (1, True)
    assert {path.name for path in target.iterdir()} <= {"run", "log"}


def test_another_master_key(backup: Backup, target: Path) -> None:
    refused(restore(backup, target, DOSSIER_MASTER_KEY="ab" * 32), target, "master key")
    refused(restore(backup, target, DOSSIER_MASTER_KEY="hello"), target, "hexadecimal")


def test_a_passphrase_opens_what_it_locked_and_nothing_else(office: Office, target: Path, tmp_path: Path) -> None:
    """Age takes about a second over each passphrase, on purpose: only the keys have one here."""
    right, wrong, safe = tmp_path / "right", tmp_path / "wrong", Safe.make(tmp_path)
    right.write_text("correct horse\n")
    wrong.write_text("battery staple\n")
    locks: list[str | Path] = ["--recipient", safe.recipient, "--keys-passphrase-file", right]
    assert dossier("backup", tmp_path / "backup", *locks, **office.environment).code == 0
    command = ["restore", tmp_path / "backup", *safe.opens[:2], "--yes", "--keys-passphrase-file"]
    refused(dossier(*command, wrong, DOSSIER_DATA=str(target)), target, "passphrase does not open")
    assert dossier(*command, right, DOSSIER_DATA=str(target)).code == 0
    assert events(target) == events(office.data)
