"""Somebody who uses a running firm over HTTP, as a browser or a program would, and reads what they wrote."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Self

import httpx

from shared.position import Position
from tests.e2e.live import Live

API = "/api/v1"
PATIENCE = 30.0  # seconds
Json = dict[str, Any]


class Client:
    """One person's requests. What an answer says of its position goes along with every further request.

    With that, everybody reads at least what they themselves wrote. Two clients know nothing of each other's writes:
    `ben.after(ada)` reads what Ada wrote until now.
    """

    def __init__(self, address: str, token: str | None = None, *, language: str = "en") -> None:
        self.http = httpx.Client(base_url=address, timeout=PATIENCE, headers={"Accept-Language": language})
        self.address, self.token = address, token
        self.position = Position()
        self.id, self.email = "", ""

    def close(self) -> None:
        self.http.close()

    def after(self, *others: "Client") -> Self:
        """From now on read at least as far as these have got."""
        for other in others:
            for service, number in other.position.items():
                self.position.advance(service, number)
        return self

    @property
    def headers(self) -> dict[str, str]:
        """Who asks, and how far they have read."""
        proof = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return proof | ({"Dossier-Position": str(self.position)} if self.position else {})

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        """One request; a read model that is not there yet is asked again, as 503 and Retry-After invite to."""
        headers = given.pop("headers", {})
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self.http.request(method, self.url(path), headers=self.headers | headers, **given)
            self.position = self._merged(answer)
            if answer.status_code != 503 or code(answer) != "not-caught-up" or time.monotonic() > deadline:
                return answer

    def url(self, path: str) -> str:
        return path if path.startswith(("/health", API)) else API + path

    def _merged(self, answer: httpx.Response) -> Position:
        for service, number in Position.parse(answer.headers.get("Dossier-Position", "")).items():
            self.position.advance(service, number)
        return self.position

    def get(self, path: str, **query: Any) -> httpx.Response:
        """`after_`, `from_` and so on lose their underscore; None is left out."""
        return self.request("GET", path, params={k.rstrip("_"): v for k, v in query.items() if v is not None})

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.request("POST", path, json={} if body is None else body, headers=named(headers))

    def put(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.request("PUT", path, json={} if body is None else body, headers=named(headers))

    def delete(self, path: str, **headers: str) -> httpx.Response:
        return self.request("DELETE", path, headers=named(headers))

    def made(self, path: str, body: Any) -> str:
        """Create something that must be possible; its id."""
        answer = self.post(path, body)
        assert answer.status_code == 201, told(answer)
        return str(answer.json()["id"])

    def did(self, answer: httpx.Response) -> Json:
        """What a request answered that must have succeeded."""
        assert answer.status_code in (200, 201), told(answer)
        read: Json = answer.json()
        return read

    def read(self, path: str, **query: Any) -> Json:
        return self.did(self.get(path, **query))

    def every(self, path: str, **query: Any) -> Iterator[Json]:
        """All items of a list, page by page."""
        after = None
        while True:
            page = self.read(path, after_=after, **query)
            yield from page["items"]
            after = page["next"]
            if after is None:
                return

    def listed(self, path: str, **query: Any) -> set[str]:
        """The ids of a whole list."""
        return {item["id"] for item in self.every(path, **query)}

    def live(self) -> Live:
        """Listen from now on."""
        return Live(self.address + API + "/live", self.headers)

    def until(self, ask: Callable[[], Any], what: str = "") -> Any:
        """Ask again and again until the answer is true: for what no position tells of."""
        deadline = time.monotonic() + PATIENCE
        while not (answer := ask()):
            assert time.monotonic() < deadline, f"never came: {what or ask}"
            time.sleep(0.05)
        return answer


def named(headers: dict[str, str]) -> dict[str, str]:
    """`if_match` as a keyword is the header `if-match`."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def code(answer: httpx.Response) -> str | None:
    """The reason of a refusal; None for an answer that is none."""
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return None
    return str(answer.json()["code"])


def told(answer: httpx.Response) -> str:
    """An answer in one line, for a test that fails."""
    request = answer.request
    return f"{request.method} {request.url}: {answer.status_code} {answer.text[:800]}"


def refused(answer: httpx.Response, status: int, why: str) -> Json:
    """The problem document of a request that must be refused just so."""
    assert (answer.status_code, code(answer)) == (status, why), told(answer)
    document: Json = answer.json()
    return document
