"""A firm on engines that can be cut off: a proxy stands before every server, before the broker and the mailbox too."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from tests.broker import free_port
from tests.e2e.system import Firm
from tests.engines.engines import Engines, engines
from tests.run.machine import until
from tests.servers import Server
from tests.shared.between import Between
from tests.toxiproxy import Proxy, Toxiproxy, toxiproxy


@dataclass(frozen=True)
class Wired:
    """A running firm, what it stands on, and the ways there: postgres, mongo, s3, smtp and nats.

    `between` hears what PostgreSQL answers.
    """

    firm: Firm
    engines: Engines
    ways: dict[str, Proxy]
    between: Between


@contextmanager
def wired(folder: Path, **settings: str) -> Iterator[Wired]:
    """Skips the test, with the reason, where a server is not there."""
    with ExitStack() as stack:
        there = stack.enter_context(engines(folder))
        proxies = stack.enter_context(toxiproxy(folder))
        between = stack.enter_context(closing(Between(there.postgres)))
        servers = {"postgres": f"127.0.0.1:{between.port}", "mongo": there.mongo.address, "s3": there.s3.address}
        ways = {name: proxies.to(address) for name, address in servers.items()}
        data = folder / "firm"
        mailbox = _mailbox(data)
        ways["smtp"] = proxies.to(mailbox.address)
        ports = {name: way.port for name, way in ways.items()}
        firm = Firm(data, DOSSIER_SMTP_PORT=str(ports["smtp"]), **there.settings(ports), **settings)
        firm.blobs = there.s3.folder
        stack.callback(firm.stop)
        firm.start()
        mailbox.start()  # not before: what runs for a firm's data folder when it starts is taken for left over
        stack.callback(mailbox.kill)
        yield Wired(firm, there, ways | {"nats": _behind_a_proxy(firm, proxies)}, between)


def _mailbox(data: Path) -> Server:
    """That of the data folder: `dossier run` leaves it out where it is told of another SMTP server."""
    port = free_port()
    told = {"DOSSIER_DATA": str(data), "DOSSIER_SMTP_PORT": str(port)}
    command: list[str | Path] = [sys.executable, "-m", "services.cli", "serve", "mailbox"]
    return Server(port, command, data.parent / "mailbox.log", told)


def _behind_a_proxy(firm: Firm, proxies: Toxiproxy) -> Proxy:
    """The running broker moves to another port, and the proxy takes its place."""
    config, port = firm.machine.data / "run" / "nats.conf", free_port()
    known = orjson.loads((firm.machine.data / "run" / "ports.json").read_bytes())["nats"]
    config.write_text(re.sub(rf"\b{known}\b", str(port), config.read_text()))
    pid = firm.machine.pid("nats-server")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: firm.machine.pid("nats-server") not in (None, pid))
    way = proxies.to(f"127.0.0.1:{port}", port=known)
    until(lambda: firm.owner.get("/health/ready").status_code == 200)
    return way
