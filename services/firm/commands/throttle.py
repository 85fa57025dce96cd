"""Slows down whoever tries passwords: by the e-mail address tried, and by the network address that tries."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

from services.firm.domain import Attempts, check_attempts
from services.firm.values import folded
from shared.repository import Repository
from shared.settings import Settings


@dataclass(slots=True)
class Counter:
    """Failures of one account or network address, in the present span of time and the last: the window slides."""

    of: str
    who: str
    span: int
    parts: list[Attempts]

    @property
    def failures(self) -> list[datetime]:
        return [at for part in self.parts for at in part.failures]

    def fail(self, at: datetime) -> Attempts:
        """What is to be saved for one more failure."""
        id = Attempts.id_of(self.of, self.who, self.span)
        present = next((part for part in self.parts if part.id == id), None) or Attempts(id=id, of=self.of)
        present.fail(at)
        return present

    def forgive(self) -> list[Attempts]:
        """What is to be saved after a success."""
        for part in self.parts:
            part.forgive()
        return self.parts


@dataclass(slots=True)
class Tally:
    """The counters that one sign-in moves."""

    account: Counter
    address: Counter | None
    now: datetime

    def failed(self) -> list[Attempts]:
        """What is to be saved when the password was wrong."""
        return [counter.fail(self.now) for counter in (self.account, self.address) if counter]

    def succeeded(self) -> list[Attempts]:
        """What is to be saved when it was right: the address may still be trying other accounts."""
        return self.account.forgive()


class Throttle:
    """Counts in the event store, so that neither a restart nor another instance begins anew."""

    def __init__(self, attempts: Repository[Attempts], settings: Settings) -> None:
        self._attempts = attempts
        self._window = timedelta(minutes=settings.sign_in_window_minutes)
        self._limits = {"account": settings.sign_in_failures_account, "address": settings.sign_in_failures_address}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def attempt(self, email: str, address: str) -> AsyncIterator[Tally]:
        """Let one try at a time pass, or none: raises `TooManyAttempts`.

        Tries at one account, and from one address, wait for each other: were they judged side by side, as many as are
        sent at once would pass before the first is counted.
        """
        who = {"account": _hashed(folded(email)), "address": _hashed(address) if address else ""}
        async with AsyncExitStack() as stack:
            for of, hashed in who.items():
                await stack.enter_async_context(self._locks.setdefault(f"{of} {hashed}", asyncio.Lock()))
            now = datetime.now(UTC)
            account = await self._counter("account", who["account"], now)
            yield Tally(account, await self._counter("address", who["address"], now) if address else None, now)

    async def _counter(self, of: str, who: str, now: datetime) -> Counter:
        span = int(now.timestamp() / self._window.total_seconds())
        found = [await self._attempts.find(Attempts.id_of(of, who, past)) for past in (span - 1, span)]
        counter = Counter(of, who, span, [part for part in found if part])
        check_attempts(counter.failures, self._limits[of], self._window, now)
        return counter


def _hashed(who: str) -> str:
    return hashlib.sha256(who.encode()).hexdigest()
