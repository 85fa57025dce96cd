"""A running firm that holds a small demonstration, and what its API says of it."""

import asyncio
import json
from functools import cached_property
from typing import Any

import httpx

from services.cli.demo import fill
from services.cli.demo.model import Sizes
from shared.position import Position
from tests.run.machine import Machine

SCALE = 0.05


class Filled:
    """A running firm, filled on a small scale: cut off after some steps, and gone on with."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        login = json.loads((machine.data / "secrets.json").read_text())
        self.email, self.password = login["owner_email"], login["owner_password"]
        self.address = f"http://127.0.0.1:{machine.port}"
        self.sizes = Sizes.scaled(SCALE)
        self.steps: list[tuple[int, int]] = []

    def fill(self, cut_off_after: int | None = None) -> None:
        def progress(done: int, total: int, what: str) -> None:
            self.steps.append((done, total))
            if done == cut_off_after:
                raise InterruptedError

        asyncio.run(fill(self.address, self.email, self.password, progress, scale=SCALE))

    @cached_property
    def http(self) -> httpx.Client:
        return httpx.Client(base_url=f"{self.address}/api/v1", timeout=30)

    def sign_in(self, email: str, password: str) -> dict[str, str]:
        answer = self.http.post("/session", json={"email": email, "password": password})
        assert answer.status_code == 201, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    def every(self, path: str, headers: dict[str, str]) -> list[dict[str, Any]]:
        answer = self.http.get(path, params={"limit": 200}, headers=headers)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def settled(self, headers: dict[str, str]) -> dict[str, str]:
        """The same headers with a position that comes after everything that any service has done."""
        account = self.every("/accounts", headers)[0]["id"]
        position = Position()
        for method, path, body in (
            ("PUT", f"/accounts/{account}/tags", {"tags": ["Essai"]}),
            ("PUT", f"/accounts/{account}/tags", {"tags": []}),
            ("POST", f"/accounts/{account}/folders", {"name": f"Essai {len(self.steps)}"}),
            ("DELETE", "/folders/{made}", None),
            ("POST", "/interactions", {"kind": "note", "account_id": account, "subject": "Essai"}),
            ("DELETE", "/interactions/{made}", None),
            ("POST", "/contacts", {"name": "Essai"}),
            ("DELETE", "/contacts/{made}", None),
        ):
            if "{made}" not in path:
                made = self._do(method, path, body, headers, position)
            else:
                self._do(method, path.format(made=made), body, headers, position)
        return headers | {"Dossier-Position": str(position)}

    def _do(self, method: str, path: str, body: Any, headers: dict[str, str], position: Position) -> str:
        answer = self.http.request(method, path, json=body, headers=headers | {"Dossier-Position": str(position)})
        assert answer.is_success, answer.text
        for service, number in Position.parse(answer.headers["Dossier-Position"]).items():
            position.advance(service, number)
        return str(answer.json()["id"])

    def counts(self) -> dict[str, int]:
        """How much there is, as the owner sees it once everything has arrived."""
        headers = self.settled(self.sign_in(self.email, self.password))
        accounts = self.every("/accounts", headers)
        overviews = [
            self.http.get(f"/accounts/{account['id']}/overview", headers=headers).json() for account in accounts
        ]
        return {
            "members": len(self.every("/members", headers)),
            "contacts": len(self.every("/contacts", headers)),
            "accounts": len(accounts),
            "interactions": len(self.every("/interactions", headers)),
            "documents": sum(overview["documents_count"] for overview in overviews),
            "new": sum(overview["new_documents_count"] for overview in overviews),
            "folders": sum(overview["folders_count"] for overview in overviews),
        }
