"""Faults on the wire: toxiproxy between a client and a server, told by its own HTTP interface."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.broker import free_port
from tests.servers import Server, needed


class Proxy:
    """A port of this machine that leads to a server, as long as nothing is done to it."""

    def __init__(self, api: httpx.Client, name: str, address: str) -> None:
        self.address = address
        self._api = api
        self._name = name

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def add(self, kind: str, *, upstream: bool = False, share: float = 1.0, **attributes: int) -> str:
        """Do harm to what the server sends, or with `upstream` to what it is sent; returns the harm's name.

        `kind` and `attributes` are toxiproxy's: latency (latency, jitter: ms), bandwidth (rate: kB/s), timeout
        (timeout: ms, 0 says nothing for ever), reset_peer (timeout: ms), limit_data (bytes). `share`: of connections.
        """
        stream = "upstream" if upstream else "downstream"
        name = f"{kind}-{stream}"
        toxic = {"name": name, "type": kind, "stream": stream, "toxicity": share, "attributes": attributes}
        self._ask("POST", "/toxics", toxic)
        return name

    def remove(self, name: str) -> None:
        """Undo a harm."""
        self._ask("DELETE", f"/toxics/{name}")

    def disable(self) -> None:
        """Cut what is connected and refuse what connects."""
        self._ask("POST", "", {"enabled": False})

    def enable(self) -> None:
        self._ask("POST", "", {"enabled": True})

    def _ask(self, method: str, path: str, what: dict[str, Any] | None = None) -> None:
        self._api.request(method, f"/proxies/{self._name}{path}", json=what).raise_for_status()


class Toxiproxy:
    """One toxiproxy process, with as many proxies as a test makes."""

    def __init__(self, api: httpx.Client) -> None:
        self._api = api

    def to(self, upstream: str, name: str = "", port: int = 0) -> Proxy:
        """A new proxy before a server (`host:port`), on a free port unless one is given."""
        listen = f"127.0.0.1:{port}"
        what = {"name": name or uuid4().hex, "listen": listen, "upstream": upstream, "enabled": True}
        made = self._api.post("/proxies", json=what).raise_for_status().json()
        return Proxy(self._api, made["name"], made["listen"])


@contextmanager
def toxiproxy(folder: Path) -> Iterator[Toxiproxy]:
    """A running toxiproxy; skips the test where there is none."""
    port = free_port()
    command: list[str | Path] = [needed("toxiproxy-server"), "-host", "127.0.0.1", "-port", str(port)]
    server = Server(port, command, folder / "toxiproxy.log", {"LOG_LEVEL": "error"})
    server.start()
    try:
        with httpx.Client(base_url=f"http://{server.address}", timeout=10) as api:
            yield Toxiproxy(api)
    finally:
        server.kill()
