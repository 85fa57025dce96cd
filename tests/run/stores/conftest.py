"""A small firm on disk, and its backup."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.run.stores.commands import Safe, dossier
from tests.run.stores.office import Office, make


@dataclass(frozen=True)
class Backup:
    """Both folders of a backup, and what opens them."""

    data: Path
    safe: Safe

    @property
    def keys(self) -> Path:
        return self.data.with_name(f"{self.data.name}.keys")

    def copied(self, folder: Path) -> "Backup":
        """Another copy of it, to be damaged."""
        shutil.copytree(self.data, folder / "backup")
        shutil.copytree(self.keys, folder / "backup.keys")
        return replace(self, data=folder / "backup")


@pytest.fixture(scope="session")
def first_office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return make(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(first_office: Office, tmp_path: Path) -> Office:
    """A firm that is not running, for this test alone."""
    data = tmp_path / "firm"
    shutil.copytree(first_office.data, data)
    return replace(first_office, data=data, environment=first_office.environment | {"DOSSIER_DATA": str(data)})


@pytest.fixture(scope="session")
def first_backup(first_office: Office, tmp_path_factory: pytest.TempPathFactory) -> Backup:
    folder = tmp_path_factory.mktemp("backup")
    safe = Safe.make(folder)
    done = dossier("backup", folder / "backup", *safe.locks, **first_office.environment)
    assert done.code == 0, done.err
    return Backup(folder / "backup", safe)


@pytest.fixture
def backup(first_backup: Backup, tmp_path: Path) -> Backup:
    """The backup of `office`, for this test alone."""
    folder = tmp_path / "safe"
    folder.mkdir()
    return first_backup.copied(folder)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the firm is to come back."""
    return tmp_path / "new"
