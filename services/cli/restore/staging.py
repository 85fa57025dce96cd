"""A data folder that is put together out of sight, and then given its names."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from click import ClickException

from services.cli.backup.folder import on_disk
from services.cli.layout import Layout
from shared.process import write_atomically

_OF_NO_FIRM = {"run", "log", "restoring", "lost+found"}
_FIRST_SIGN = "secrets.json"  # without it `dossier run` does not start


class Staging:
    """`<data>/restoring`. Until it is complete nothing else in the data folder is touched."""

    def __init__(self, layout: Layout) -> None:
        self._data = layout.data
        self.path = layout.data / "restoring"
        self._complete = self.path / "complete"

    def refuse_unless_empty(self) -> None:
        """`ClickException` if the data folder holds a firm, or anything that might be one's."""
        if not self._data.exists() or self.complete:
            return
        found = sorted(entry.name for entry in self._data.iterdir() if entry.name not in _OF_NO_FIRM)
        if found:
            raise ClickException(
                f"{self._data} is not empty (it holds {', '.join(found[:3])}): name another folder with DOSSIER_DATA."
            )

    @property
    def complete(self) -> str:
        """The id of the backup that lies here whole and only waits for its names; empty if none does."""
        return self._complete.read_text(encoding="ascii") if self._complete.exists() else ""

    @contextmanager
    def begun(self) -> Iterator[None]:
        """Anew: what an interrupted restore left here is dropped, and so is all that the block makes if it raises."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(mode=0o700)
        try:
            yield
        except BaseException:
            shutil.rmtree(self.path, ignore_errors=True)
            raise

    def seal(self, id: str) -> None:
        """Everything is here."""
        write_atomically(self._complete, id)

    def settle(self) -> None:
        """Give everything its name; may be repeated after an interruption."""
        entries = [entry for entry in self.path.iterdir() if entry != self._complete]
        for entry in sorted(entries, key=lambda entry: entry.name == _FIRST_SIGN):
            entry.rename(self._data / entry.name)
        on_disk(self._data)
        shutil.rmtree(self.path)
