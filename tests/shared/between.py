"""A way to a PostgreSQL server on which things get lost."""

import socket
from contextlib import suppress
from threading import Thread

from tests.postgres import Postgres

COMMITTED = b"COMMIT\0"  # how the server says that it is done


class Between:
    """Stands between a store and its server, and passes on what they say to each other until it is told otherwise."""

    def __init__(self, server: Postgres) -> None:
        self.swallows_commit = False
        self.silent = False
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                self._join(self._listener.accept()[0])

    def _join(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._server.port))
        except OSError:
            client.close()
            return
        Thread(target=self._pass, args=(client, server, False), daemon=True).start()
        Thread(target=self._pass, args=(server, client, True), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError), source, target:
            while said := source.recv(65_536):
                if answers and self.swallows_commit and COMMITTED in said:
                    self.swallows_commit = False
                    break
                if not self.silent:
                    target.sendall(said)
            for end in (source, target):
                end.shutdown(socket.SHUT_RDWR)
