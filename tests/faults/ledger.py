"""What was asked of a firm while it was being hurt, and what it answered: every operation, until it is answered."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

import httpx

from shared.ids import new_id
from shared.position import Position
from tests.e2e.client import API, Json, code, told
from tests.e2e.system import Firm

PATIENCE = 40.0  # seconds in which an operation must get an answer, whatever happens meanwhile
PAUSE = 0.1  # seconds before an operation whose outcome is unknown is tried again
LATER = (503, 507)  # the service is away, or has no room
REQUEST = 8.0  # seconds for one try


@dataclass(slots=True)
class Operation:
    """One thing to be done once. `on` is the id of what it is done to; `wrong` says that it must be refused.

    `seconds` is how long it took to get an answer that says what became of it.
    """

    kind: str
    method: str
    path: str
    body: Json | None = None
    file: tuple[str, bytes] | None = None
    name: str = ""
    on: str = ""
    mails: tuple[str, ...] = ()
    wrong: bool = False
    key: str = field(default_factory=lambda: str(new_id()))
    tries: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)
    outcome: Literal["unknown", "ok", "refused"] = "unknown"
    answer: Json = field(default_factory=dict)
    status: int = 0

    @property
    def id(self) -> str:
        """The id that was answered."""
        return str(self.answer["id"])

    def made(self, *kinds: str) -> bool:
        """Whether it is of one of these kinds, and was acknowledged."""
        return self.outcome == "ok" and self.kind in kinds


class Ledger:
    """The operations of one firm, over all that it goes through."""

    def __init__(self, firm: Firm) -> None:
        self.operations: list[Operation] = []
        self.position = Position()
        self.waits = True
        """Whether each operation builds upon all that was answered before, and is refused where that is not known."""
        self._firm = firm
        self._http: httpx.AsyncClient | None = None

    async def __aenter__(self) -> "Ledger":
        self._http = httpx.AsyncClient(base_url=self._firm.address + API, timeout=REQUEST)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._http is not None:
            await self._http.aclose()

    @property
    def answered(self) -> int:
        return sum(operation.outcome != "unknown" for operation in self.operations)

    def done(self, *kinds: str) -> list[Operation]:
        """The acknowledged operations of these kinds."""
        return [operation for operation in self.operations if operation.made(*kinds)]

    def summary(self) -> str:
        outcomes = Counter(operation.outcome for operation in self.operations)
        again = sum(operation.tries > 1 for operation in self.operations)
        return f"{outcomes['ok']} acknowledged, {outcomes['refused']} refused, {again} of them after more than one try"

    async def perform(self, operation: Operation) -> Operation:
        """Do it: again with the same key, for as long as nobody says what became of it."""
        self.operations.append(operation)
        return await self._answered(operation)

    async def settle(self) -> None:
        """Get answers to what a test that failed has left open: the next one is not to fail for it."""
        for operation in self.operations:
            if operation.outcome == "unknown":
                await self._answered(operation)

    async def _answered(self, operation: Operation) -> Operation:
        begun = time.monotonic()
        deadline = begun + PATIENCE
        while not await self._try(operation):
            assert time.monotonic() < deadline, f"never answered: {operation} at {self.position}: {await self.health()}"
            await asyncio.sleep(PAUSE)
        operation.seconds = time.monotonic() - begun
        return operation

    async def health(self) -> str:
        """What the firm says of itself, for a test that fails."""
        assert self._http is not None
        return (await self._http.get(f"{self._firm.address}/health/ready")).text

    async def _try(self, operation: Operation) -> bool:
        """Whether the outcome is known now."""
        assert self._http is not None
        operation.tries += 1
        given = {"files": {"file": operation.file}} if operation.file else {"json": operation.body}
        try:
            answer = await self._http.request(
                operation.method, operation.path, headers=self._headers(operation), **given
            )
        except httpx.TransportError as error:
            operation.failures.append(repr(error))
            return False
        assert answer.status_code < 500 or answer.status_code in LATER, told(answer)
        if answer.status_code in LATER or code(answer) == "conflict":
            operation.failures.append(f"{answer.status_code} {code(answer)}")
            return False
        operation.outcome = "ok" if answer.is_success else "refused"
        operation.status, operation.answer = answer.status_code, answer.json()
        for service, number in Position.parse(answer.headers.get("Dossier-Position", "")).items():
            self.position.advance(service, number)
        return True

    def _headers(self, operation: Operation) -> dict[str, str]:
        position = {"Dossier-Position": str(self.position)} if self.position and self.waits else {}
        return {"Authorization": f"Bearer {self._firm.owner.token}", "Idempotency-Key": operation.key} | position
