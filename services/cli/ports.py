"""Which ports the processes of one machine use."""

import errno
import json
import socket
from contextlib import ExitStack, suppress
from pathlib import Path

from click import ClickException

from shared.process import write_atomically

LOCAL = "127.0.0.1"
NAMES = ("nats", "smtp")


def is_free(port: int, host: str = LOCAL) -> bool:
    """Whether a server could listen there now."""
    try:
        with _listen(host, port):
            return True
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise


def check_gateway(host: str, port: int) -> None:
    """Raise `ClickException`, which names the setting, if the gateway could not listen at its address."""
    try:
        free = is_free(port, host)
    except OSError as error:
        raise ClickException(
            f"Nothing can listen on {host}:{port} ({error.strerror or error}). "
            "Set DOSSIER_HOST and DOSSIER_PORT to an address of this machine."
        ) from error
    if not free:
        raise ClickException(f"Port {port} on {host} is taken. Choose another with DOSSIER_PORT.")


def choose(remembered: Path, *, avoid: int) -> dict[str, int]:
    """Ports for the broker and the mailbox: those of the last start where they are still free, else new ones."""
    last = _read(remembered)
    chosen: dict[str, int] = {}
    with ExitStack() as held:  # held together, so that no port is given out twice
        for name in NAMES:
            listener = held.enter_context(_listen_near(last.get(name, 0), {avoid, *chosen.values()}))
            chosen[name] = listener.getsockname()[1]
    write_atomically(remembered, json.dumps(chosen))
    return chosen


def _listen_near(port: int, taken: set[int]) -> socket.socket:
    if port and port not in taken:
        with suppress(OSError):
            return _listen(LOCAL, port)
    listener = _listen(LOCAL, 0)
    if listener.getsockname()[1] not in taken:
        return listener
    with listener:  # keep the unlucky one bound while looking further
        return _listen_near(0, taken)


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1)
    except BaseException:
        listener.close()
        raise
    return listener


def _read(path: Path) -> dict[str, int]:
    """What was remembered; nothing if it cannot be read, for a port is easily chosen again."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: port for name, port in found.items() if isinstance(port, int) and 0 < port < 65536}
