"""The HTTP server on a socket that it can leave while it goes on serving."""

import os
import socket
from typing import Any

from granian._granian import SocketHolder
from granian.server.embed import Server


class LeavingServer(Server):
    """granian's server beside others on the same address: the kernel deals new connections out among them.

    `stop` alone would reset connections that are made at that very moment: those that wait to be accepted, and those
    that have not sent their first byte.
    """

    _listener = -1
    _gone = False

    @property
    def listens(self) -> bool:
        """Whether connections are accepted."""
        return self._listener >= 0 and not self._gone

    def leave(self) -> None:
        """Accept no more connections; those that there are go on. To be followed by `stop` when they are quiet."""
        if self.listens:
            self._gone = True
            with socket.socket() as nowhere:
                # Closes the listening socket in place, at once, for granian too, which holds it by this number.
                os.dup2(nowhere.fileno(), self._listener, inheritable=False)

    def _init_shared_socket(self) -> None:
        """In place of granian's own socket, which only Rust can reach."""
        self._listener = listening(self.bind_addr, self.bind_port, self.backlog).detach()
        self._shd: Any = SocketHolder(self._listener, False, self.backlog)  # type: ignore[call-arg]  # its stub has none
        self._ssp: Any = None


def listening(host: str, port: int, backlog: int) -> socket.socket:
    """A socket that others may listen beside, those of our own user. Raises OSError for an address that is not ours."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        listener.listen(backlog)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener
