"""`dossier backup`: what it writes, and that it writes all or nothing."""

import resource
import shutil
import subprocess
from pathlib import Path

import pytest

from services.cli.backup.folder import draft
from tests.run.stores.commands import Safe, dossier, started
from tests.run.stores.office import CONTENT, Office


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return Safe.make(tmp_path)


def left(folder: Path) -> set[str]:
    """What there is in a folder, apart from the firm and the keys of `safe`."""
    return {path.name for path in folder.iterdir()} - {"firm", "data.identity", "keys.identity"}


def test_nothing_of_a_backup_can_be_read_without_its_key(office: Office, safe: Safe, tmp_path: Path) -> None:
    done = dossier("backup", tmp_path / "b", *safe.locks, "--json", **office.environment).json
    assert done["events"]["contacts"] == 3
    assert (done["keys"], done["blobs"], done["missing"]) == (5, 1, [])
    assert left(tmp_path) == {"b", "b.keys"}
    written = b"".join(path.read_bytes() for folder in ("b", "b.keys") for path in (tmp_path / folder).iterdir())
    for secret in (b"contacts.contact.created", CONTENT[:16], office.environment["DOSSIER_MASTER_KEY"].encode()):
        assert secret not in written


def test_the_ledger_of_erasures_can_be_read_and_names_nobody(office: Office, safe: Safe, tmp_path: Path) -> None:
    assert dossier("backup", tmp_path / "b", *safe.locks, **office.environment).code == 0
    assert dossier("erasures", tmp_path / "ledger", **office.environment).code == 0
    expected = f"2026-11-20T10:00:00+00:00 {office.erased}\n"
    assert (tmp_path / "ledger").read_text() == (tmp_path / "b" / "erasures.log").read_text() == expected


def test_a_backup_is_never_written_over_another(office: Office, safe: Safe, tmp_path: Path) -> None:
    (tmp_path / "b.keys").mkdir()
    done = dossier("backup", tmp_path / "b", *safe.locks, **office.environment)
    assert (done.code, "exists already" in done.err, left(tmp_path)) == (1, True, {"b.keys"})


def test_two_backups_do_not_write_to_one_place_at_once(office: Office, safe: Safe, tmp_path: Path) -> None:
    with draft(tmp_path / "b"):
        done = dossier("backup", tmp_path / "b", *safe.locks, **office.environment)
    assert (done.code, "Another backup" in done.err) == (1, True)


def test_what_a_backup_that_was_cut_off_left_behind_is_no_backup_and_is_cleared_away(
    office: Office, safe: Safe, tmp_path: Path
) -> None:
    (tmp_path / "b.part").mkdir()
    (tmp_path / "b.part" / "firm.age").write_bytes(b"half")
    restored = dossier("restore", tmp_path / "b.part", *safe.opens, "--yes", DOSSIER_DATA=str(tmp_path / "new"))
    assert (restored.code, "not finished" in restored.err) == (1, True)
    assert dossier("backup", tmp_path / "b", *safe.locks, **office.environment).code == 0
    assert left(tmp_path) == {"b", "b.keys"}


def test_a_full_disk_leaves_nothing(office: Office, safe: Safe, tmp_path: Path) -> None:
    process = started("backup", tmp_path / "b", *safe.locks, **office.environment)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (50_000, 50_000))  # less than the document
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, "File too large" in err, err.count("\n")) == (1, "", True, 1)
    assert left(tmp_path) == set()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--recipient", "age1nobody", "--keys-recipient", "age1nobody"], "no public key"),
        (["--recipient", "{recipient}", "--keys-passphrase-file", "{empty}"], "no passphrase"),
        (["--recipient", "{recipient}", "--passphrase-file", "{empty}"], "not both"),
    ],
)
def test_locks_that_are_none_are_refused(
    office: Office, safe: Safe, tmp_path: Path, words: list[str], said: str
) -> None:
    (tmp_path / "firm" / "empty").touch()
    filled = [word.format(recipient=safe.recipient, empty=tmp_path / "firm" / "empty") for word in words]
    done = dossier("backup", tmp_path / "b", *filled, **office.environment)
    assert (done.code, said in done.err, left(tmp_path)) == (1, True, set())


def test_a_place_that_is_not_there_and_a_firm_that_is_not_there(office: Office, safe: Safe, tmp_path: Path) -> None:
    nowhere = dossier("backup", tmp_path / "no" / "b", *safe.locks, **office.environment)
    nobody = dossier("backup", tmp_path / "b", *safe.locks, DOSSIER_DATA=str(tmp_path / "empty"))
    assert (nowhere.code, "no folder" in nowhere.err) == (1, True)
    assert (nobody.code, "no firm" in nobody.err, left(tmp_path)) == (1, True, set())


def test_a_master_key_that_opens_nothing_is_noticed_before_it_is_needed(
    office: Office, safe: Safe, tmp_path: Path
) -> None:
    done = dossier("backup", tmp_path / "b", *safe.locks, **office.environment | {"DOSSIER_MASTER_KEY": "ab" * 32})
    assert (done.code, "master key" in done.err, left(tmp_path)) == (1, True, set())


def test_lost_bytes_stop_a_backup_unless_one_says_to_go_on(office: Office, safe: Safe, tmp_path: Path) -> None:
    (office.data / "blobs" / office.blob).unlink()
    done = dossier("backup", tmp_path / "b", *safe.locks, **office.environment)
    assert (done.code, office.blob in done.err, left(tmp_path)) == (1, True, set())
    went_on = dossier("backup", tmp_path / "b", *safe.locks, "--allow-missing", "--json", **office.environment).json
    assert went_on["missing"] == [office.blob]
    target = str(tmp_path / "new")
    restored = dossier("restore", tmp_path / "b", *safe.opens, "--yes", "--json", DOSSIER_DATA=target).json
    assert restored["missing"] == [office.blob]


@pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")
def test_any_age_reads_it(office: Office, safe: Safe, tmp_path: Path) -> None:
    assert dossier("backup", tmp_path / "b", *safe.locks, **office.environment).code == 0
    command = ["age", "-d", "-i", str(tmp_path / "data.identity"), str(tmp_path / "b" / "contacts.age")]
    assert subprocess.run(command, capture_output=True, check=True).stdout.count(b"\n") == 3
