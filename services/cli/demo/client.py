"""The public HTTP API as the demonstration uses it: a few requests at once, each of which can be repeated."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

import httpx
from click import ClickException

from shared.position import Position

IN_FLIGHT = 16
_PATIENCE = 120.0
"""Seconds for which a request is tried again while the firm is away or busy."""

_AGAIN = {429, 503}
_LONGEST_PAUSE = 5.0
T = TypeVar("T")
Report = Callable[[int, int, str], None]


class Refused(ClickException):
    """The system does not do what the demonstration asks for; says what was asked and what was answered."""

    def __init__(self, answer: httpx.Response) -> None:
        request = answer.request
        super().__init__(f"{request.method} {request.url.path} was answered {answer.status_code}: {answer.text}")


class Api:
    """Requests in the name of members who have signed in. Counts them for whoever watches."""

    def __init__(self, http: httpx.AsyncClient, name: str, report: Report) -> None:
        self._http, self._name, self._report = http, name, report
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self._tokens: dict[str, str] = {}
        self._done = self._total = 0
        self._what = ""
        self.reached = Position()

    @classmethod
    @asynccontextmanager
    async def at(cls, address: str, name: str, report: Report) -> AsyncIterator["Api"]:
        """A client for the firm at this address; `name` is what keys of repeated requests are made from."""
        limits = httpx.Limits(max_connections=IN_FLIGHT)
        async with httpx.AsyncClient(base_url=f"{address}/api/v1", timeout=30, limits=limits, trust_env=False) as http:
            yield cls(http, name, report)

    def expect(self, total: int) -> None:
        """How many steps there will be."""
        self._total = total

    def stage(self, what: str) -> None:
        """What is being made now."""
        self._what = what
        self._report(self._done, self._total, what)

    async def sign_in(self, who: str, email: str, password: str) -> None:
        """Open a session for one of the members; later requests in their name use it."""
        answer = await self._answered("POST", "/session", json={"email": email, "password": password})
        self._tokens[who] = answer.json()["token"]

    def begin(self) -> "Line":
        """A line of requests that follow each other; everything that is answered by now comes before them."""
        return Line(self, Position(self.reached))

    async def send(self, who: str, method: str, path: str, headers: dict[str, str], **what: Any) -> httpx.Response:
        """One request in a member's name."""
        headers["Authorization"] = f"Bearer {self._tokens[who]}"
        answer = await self._answered(method, path, headers=headers, **what)
        for service, number in Position.parse(answer.headers.get("Dossier-Position", "")).items():
            self.reached.advance(service, number)
        return answer

    def key(self, step: str) -> str:
        """The idempotency key of a step: the same in each run."""
        return str(uuid5(NAMESPACE_URL, f"{self._name}/{step}"))

    def count(self) -> None:
        """One step more is done."""
        self._done += 1
        self._report(self._done, self._total, self._what)

    async def _answered(self, method: str, path: str, **what: Any) -> httpx.Response:
        """Try until there is an answer that will stay the same; raises `Refused` for one that is none of success."""
        loop = asyncio.get_running_loop()
        deadline, pause = loop.time() + _PATIENCE, 0.1
        while True:
            waits = pause
            try:
                async with self._room:
                    answer = await self._http.request(method, path, **what)
            except httpx.TransportError as error:
                if loop.time() > deadline:
                    raise ClickException(f"The firm does not answer at {self._http.base_url}: {error}") from error
            else:
                if answer.is_success:
                    return answer
                if not _passing(answer) or loop.time() > deadline:
                    raise Refused(answer)
                waits = max(pause, float(answer.headers.get("Retry-After", 0)))
            await asyncio.sleep(min(waits, _LONGEST_PAUSE))
            pause *= 2


class Line:
    """Requests that follow each other, each after what those before it did."""

    def __init__(self, api: Api, position: Position) -> None:
        self._api, self._position = api, position

    async def do(self, who: str, step: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """A command; repeated under the same `step`, it is done once."""
        return await self._tell(who, step, method, path, json=body)

    async def upload(self, who: str, step: str, path: str, name: str, content: bytes) -> str:
        """Publish a file; returns its id."""
        answer = await self._tell(who, step, "POST", path, files={"file": (name, content)})
        return str(answer["id"])

    async def make(self, who: str, step: str, path: str, body: Any) -> str:
        """A command that makes something; returns its id."""
        return str((await self.do(who, step, "POST", path, body))["id"])

    async def ask(self, who: str, path: str, **query: str) -> dict[str, Any]:
        """A question."""
        answer: dict[str, Any] = (await self._api.send(who, "GET", path, self._headers(), params=query)).json()
        return answer

    async def open(self, who: str, path: str) -> None:
        """Read a file to its end."""
        self._keep(await self._api.send(who, "GET", path, self._headers()))
        self._api.count()

    async def _tell(self, who: str, step: str, method: str, path: str, **what: Any) -> dict[str, Any]:
        headers = self._headers() | {"Idempotency-Key": self._api.key(step)}
        answer = await self._api.send(who, method, path, headers, **what)
        self._keep(answer)
        self._api.count()
        told: dict[str, Any] = answer.json()
        return told

    def _keep(self, answer: httpx.Response) -> None:
        for service, number in Position.parse(answer.headers.get("Dossier-Position", "")).items():
            self._position.advance(service, number)

    def _headers(self) -> dict[str, str]:
        return {"Dossier-Position": str(self._position)} if self._position else {}


async def together(lines: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run lines of requests side by side, each to its end before a later one begins; the first error ends them all."""
    room, waiting = asyncio.Semaphore(IN_FLIGHT), list(lines)

    async def run(line: Coroutine[Any, Any, T]) -> T:
        async with room:
            return await line

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run(line)) for line in waiting]
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    finally:
        for line in waiting:
            line.close()  # those that never began
    return [task.result() for task in tasks]


def _passing(answer: httpx.Response) -> bool:
    """Whether the same request can have a better answer in a moment."""
    if answer.status_code == 409:
        return bool(answer.json().get("code") == "conflict")
    return answer.status_code in _AGAIN
