"""`dossier restart`: every process of the services started again, one after the other, while the others serve."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from http.client import HTTPException
from typing import Any, cast
from xmlrpc.client import Fault, ServerProxy

import click
from click import ClickException
from supervisor.states import RUNNING_STATES, STOPPED_STATES  # type: ignore[import-untyped]
from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]

from services.cli.asking import Asking, run
from services.cli.configuration import SCALED, process
from services.cli.layout import Layout
from shared.settings import Settings

PATIENCE = 60.0
"""Seconds for a process to end or to become ready; services are ready in a few."""

_GROUP = "services"


class Control:
    """The supervisor of the firm that runs in this data folder."""

    def __init__(self, layout: Layout) -> None:
        transport = SupervisorTransport(None, None, f"unix://{layout.socket}")
        self._supervisor: Any = ServerProxy("http://127.0.0.1", transport=transport)

    def states(self) -> dict[str, int]:
        """The supervisor's state of each process of the services, by name; asking makes it look at them at once."""
        try:
            known = cast("list[dict[str, Any]]", self._supervisor.supervisor.getAllProcessInfo())
        except (OSError, HTTPException) as error:
            raise ClickException("No firm runs in this data folder (DOSSIER_DATA): nothing to start again.") from error
        return {info["name"]: info["state"] for info in known if info["group"] == _GROUP}

    def running(self, service: str) -> list[str]:
        """Names of the processes of a service that run."""
        names = [name for name, state in self.states().items() if state in RUNNING_STATES]
        return sorted(name for name in names if name == service or name.startswith(f"{service}-"))

    def start(self, name: str) -> None:
        """Begin to start a process."""
        self._call(self._supervisor.supervisor.startProcess, name)

    async def stop(self, name: str) -> None:
        """Let a process finish what it is doing and end."""
        self._call(self._supervisor.supervisor.stopProcess, name)

        async def ended() -> bool:
            return self.states()[name] in STOPPED_STATES

        await _until(ended, f"{name} does not end")

    def _call(self, method: Callable[[str, bool], Any], name: str) -> None:
        try:
            method(f"{_GROUP}:{name}", False)
        except Fault as fault:
            raise ClickException(f"The supervisor refuses {name}: {fault.faultString}") from fault


def restart(services: tuple[str, ...]) -> None:
    """Start them again, all if none is named. `ClickException` leaves what was not reached as it was."""
    for service in services:
        if service not in SCALED:
            raise ClickException(f"There is no service {service!r}, but {', '.join(SCALED)}.")
    control = Control(Layout(Settings().data.resolve()))
    control.states()
    run(lambda line: _all(line, control, services or SCALED))


async def _all(line: Asking, control: Control, services: Iterable[str]) -> None:
    for service in services:
        began = time.monotonic()
        await _one(line, control, service)
        click.echo(f"{service} restarted in {time.monotonic() - began:.1f} s.")


async def _one(line: Asking, control: Control, service: str) -> None:
    """The instances of a service in turn; for a single one somebody stands in meanwhile."""
    running = control.running(service)
    stand_in = process(service, 2) if running == [service] else None
    if stand_in:
        await _start(line, control, service, stand_in)
    for name in running:
        await control.stop(name)
        await _start(line, control, service, name)
    if stand_in:
        await control.stop(stand_in)


async def _start(line: Asking, control: Control, service: str, name: str) -> None:
    control.start(name)

    async def ready() -> bool:
        return any(state["instance"] == name and state["answer"]["ready"] for state in await line.all(service, "state"))

    await _until(ready, f"{name} does not become ready; its log says why")


async def _until(true: Callable[[], Awaitable[bool]], complaint: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not await true():
        if time.monotonic() > deadline:
            raise ClickException(f"{complaint}. What comes after it was left as it was.")
        await asyncio.sleep(0.05)
