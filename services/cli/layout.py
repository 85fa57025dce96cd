"""Where things lie in a data folder, and the one `dossier run` that may use it."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from click import ClickException

SOCKET_PATH_LIMIT = 90
"""Unix socket paths hold 104 (macOS) or 108 (Linux) bytes, and supervisord binds one with a suffix first."""


@dataclass(frozen=True)
class Layout:
    """The data folder of one firm, as an absolute path."""

    data: Path

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def log(self) -> Path:
        return self.data / "log"

    @property
    def secrets(self) -> Path:
        return self.data / "secrets.json"

    @property
    def ports(self) -> Path:
        return self.run / "ports.json"

    @property
    def mailbox(self) -> Path:
        return self.data / "mailbox"

    @property
    def demo_done(self) -> Path:
        """The mark that the demonstration firm is complete."""
        return self.data / "demo.done"

    @property
    def socket(self) -> Path:
        """Where supervisord listens: in the data folder, or in a private folder if that path is too long."""
        path = self.run / "supervisord.sock"
        if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
            return path
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"dossier-{os.getuid()}-{name}" / "supervisord.sock"

    def make(self) -> None:
        """Make the folders; `ClickException` says why one cannot be made."""
        try:
            for folder in (self.data, self.run, self.log):
                folder.mkdir(parents=True, exist_ok=True)
            self._make_private(self.socket.parent)
        except OSError as error:
            raise ClickException(f"The data folder cannot be used (DOSSIER_DATA): {error}") from error

    def _make_private(self, folder: Path) -> None:
        """Refuse a folder in the shared temporary place that somebody else made first."""
        if folder == self.run:
            return
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise PermissionError(f"{folder} belongs to somebody else")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the data folder; `ClickException` if another `dossier run` does. The kernel frees it however we end."""
        path = self.run / "run.pid"
        with path.open("a+", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                raise ClickException(
                    f"Another `dossier run` (process {holder}) uses the data folder {self.data}. "
                    "Stop it, or name another folder with DOSSIER_DATA."
                ) from None
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            try:
                yield
            finally:
                file.truncate(0)
