"""Positions: how far in each service's history something is. `accounts=17;contacts=4` on the wire."""

import asyncio
import re
from collections.abc import Mapping
from typing import Self

from shared.problems import NotCaughtUp, Refusal
from shared.signal import Signal

_PART = re.compile(r"([a-z]{1,40})=([0-9]{1,18})")


class InvalidPosition(Refusal):
    code, status = "invalid-position", 400
    fr = "L'en-tête Dossier-Position n'a pas la forme service=nombre;service=nombre."
    en = "The Dossier-Position header does not read service=number;service=number."


class Position(dict[str, int]):
    """The number of the last event known, per service."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the wire form; raises `InvalidPosition`. The highest number per service wins."""
        position = cls()
        for part in filter(None, text.split(";")):
            match = _PART.fullmatch(part.strip())
            if match is None:
                raise InvalidPosition
            position.advance(match[1], int(match[2]))
        return position

    def advance(self, service: str, number: int) -> None:
        if number > self.get(service, 0):
            self[service] = number

    def __str__(self) -> str:
        return ";".join(f"{service}={self[service]}" for service in sorted(self))


class Progress:
    """How far this process has read the services that it follows; others can wait for it."""

    def __init__(self, services: Mapping[str, int]) -> None:
        self.reached = Position(services)
        self.waiting = 0
        """How many wait for a position at this moment."""
        self.sought = Signal()
        """Set when somebody begins to wait."""
        self._moved = asyncio.Event()

    def advance(self, reached: Mapping[str, int]) -> None:
        """Tell those who wait that everything up to these numbers is applied."""
        for service, number in reached.items():
            self.reached.advance(service, number)
        self._moved.set()
        self._moved = asyncio.Event()

    def covers(self, wanted: Mapping[str, int]) -> bool:
        return all(self.reached[s] >= n for s, n in wanted.items() if s in self.reached)

    async def wait(self, wanted: Mapping[str, int], *, seconds: float = 2.0) -> None:
        """Return once all of `wanted` (of the services followed here) is applied; `NotCaughtUp` after `seconds`."""
        if self.covers(wanted):
            return
        self.waiting += 1
        self.sought.set()
        try:
            async with asyncio.timeout(seconds):
                while not self.covers(wanted):
                    await self._moved.wait()
        except TimeoutError:
            raise NotCaughtUp from None
        finally:
            self.waiting -= 1
