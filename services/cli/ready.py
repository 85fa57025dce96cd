"""Asking a running firm whether it is ready."""

import http.client
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from shared.settings import Settings


@dataclass(frozen=True)
class Health:
    """What `GET /health/ready` said. `services` is empty where nothing answered."""

    ready: bool = False
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)

    @property
    def waiting_for(self) -> list[str]:
        """The services that are not ready, or the gateway if even that does not answer."""
        if not self.services:
            return [] if self.ready else ["gateway"]
        return sorted(name for name, state in self.services.items() if not state.get("ready"))


def local_address(settings: Settings) -> str:
    """Where this machine reaches the gateway, also if that listens on every address."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def ask(address: str, seconds: float = 3.0) -> Health:
    """One request to the gateway; not ready if it does not answer in time or answers something else."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.request("GET", "/health/ready", headers={"Accept": "application/json"})
        answer = connection.getresponse()
        document = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        return Health()
    finally:
        connection.close()
    if not isinstance(document, dict):
        return Health()
    services = document.get("services")
    return Health(answer.status == 200, services if isinstance(services, dict) else {}, document)
