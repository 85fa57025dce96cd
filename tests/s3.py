"""A real S3 server for tests: versitygw over a folder, with one bucket."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.broker import free_port
from tests.servers import Server, needed

BUCKET = "dossier"
ACCESS_KEY, SECRET_KEY = "dossier", "a-secret-for-tests"


class S3(Server):
    """The server; what it has stored lies as plain files in `folder`."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.folder = folder / "s3"
        (self.folder / BUCKET).mkdir(parents=True)
        who = ["--access", ACCESS_KEY, "--secret", SECRET_KEY]
        command: list[str | Path] = [needed("versitygw"), "--port", f"127.0.0.1:{port}", *who, "posix", self.folder]
        super().__init__(port, command, folder / "s3.log")

    def settings(self, address: str | None = None) -> dict[str, Any]:
        """Settings that name this server, or a proxy before it."""
        return {
            "blobs_url": f"s3://{BUCKET}",
            "blobs_endpoint": f"http://{address or self.address}",
            "blobs_access_key": ACCESS_KEY,
            "blobs_secret_key": SECRET_KEY,
        }

    def files(self) -> list[Path]:
        """Everything that it keeps, unfinished uploads included."""
        return [path for path in self.folder.rglob("*") if path.is_file()]


@contextmanager
def s3(folder: Path) -> Iterator[S3]:
    """A running server; skips the test where there is none."""
    server = S3(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
