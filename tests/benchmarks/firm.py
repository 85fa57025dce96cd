"""The firm that is measured: really running (`dossier run`), filled over HTTP."""

import asyncio
import json
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.position import Position
from tests.benchmarks.connection import Answer, Caller
from tests.benchmarks.load import every
from tests.run.machine import Machine

EMAIL, PASSWORD = "zoe@example.org", "a long enough password"
_TRIES = 4  # fewer than the throttle lets through
FAMILY = ("Lefèvre", "Tremblay", "Dubois", "Moreau", "Gagnon", "Peeters", "Martin", "Roy", "Lambert", "O'Neill")
GIVEN = ("Zoé", "Anaïs", "Benoît", "Chloé", "Émile", "Fanny", "Gaël", "Hélène", "Igor", "Joëlle")
TRADES = ("Boulangerie", "Garage", "Cabinet", "Librairie", "Menuiserie", "Pharmacie", "Atelier", "Domaine")


@dataclass
class Firm:
    """A running firm, its owner, and the ids of what it was filled with."""

    machine: Machine
    owner: Caller
    rng: random.Random = field(default_factory=lambda: random.Random(7))
    contacts: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    feed: str = ""
    """The account with a thousand activities and more."""
    folder: str = ""
    fill_seconds: float = 0.0
    commands: int = 0

    @property
    def port(self) -> int:
        return self.machine.port

    def pids(self) -> dict[str, int]:
        return {name: pid for name, pid in self.machine.pids().items() if name != "streams"}

    def person(self) -> dict[str, Any]:
        """What `POST /contacts` takes: about 230 bytes."""
        given, family, number = self.rng.choice(GIVEN), self.rng.choice(FAMILY), self.rng.randrange(10**8)
        return {
            "given_name": given,
            "family_name": f"{family}-{number % 997:03d}",
            "emails": [{"address": f"{given.lower()[:1]}.{number:08d}@exemple.fr", "label": "travail"}],
            "phones": [{"number": f"06 {number // 10**6:02d} {number // 10**4 % 100:02d} {number % 10**4:04d}"}],
        }

    def note(self, account: str) -> dict[str, Any]:
        """What `POST /interactions` takes: about 330 bytes."""
        return {
            "kind": self.rng.choice(("note", "note", "call", "email")),
            "account_id": account,
            "subject": f"Liasse fiscale {self.rng.randrange(2015, 2027)}",
            "body": "<p>Il manque le <strong>relevé de décembre</strong>; le client l'enverra lundi prochain.</p>",
            "occurred_at": f"2026-0{self.rng.randrange(1, 10)}-1{self.rng.randrange(10)}T09:30:00Z",
        }

    async def fill(self, accounts: int, contacts: int, activities: int) -> None:
        """Contacts, accounts with one to three of them each, and one dossier that is long."""
        began = time.perf_counter()
        self.contacts = await self._made("/contacts", (self.person() for _ in range(contacts)))
        self.accounts = await self._made("/accounts", (self._account(number) for number in range(accounts)))
        self.feed = self.accounts[0]
        await self._made("/interactions", (self.note(self.feed) for _ in range(activities)))
        await self._files()
        self.fill_seconds = time.perf_counter() - began
        self.commands = accounts + contacts + activities

    def _account(self, number: int) -> dict[str, Any]:
        chosen = self.rng.sample(self.contacts, self.rng.randrange(1, 4))
        name = f"{self.rng.choice(TRADES)} {self.rng.choice(FAMILY)} {number:04d}"
        return {"name": name, "type": "business", "contacts": [{"contact_id": contact} for contact in chosen]}

    async def _made(self, path: str, bodies: Iterator[dict[str, Any]]) -> list[str]:
        requests = (self.owner.request("POST", path, body) for body in bodies)
        answers = await every(self.port, requests, at_once=32)
        await self.settled(answers)
        return [str(answer.json()["id"]) for answer in answers]

    async def _files(self) -> None:
        """Twenty documents in one folder of the long dossier."""
        made = await self.owner.once("POST", f"/accounts/{self.feed}/folders", {"name": "Bilans"})
        self.folder = str(made.json()["id"])
        requests = (self._upload(f"bilan-{year}.pdf") for year in range(2006, 2026))
        await self.settled(await every(self.port, requests, at_once=2))

    def _upload(self, name: str) -> bytes:
        part = (
            f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n%PDF-1.7 bilan\r\n--b--\r\n'
        )
        head = self.owner.request("POST", f"/folders/{self.folder}/documents")[:-2]
        more = f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(part)}\r\n\r\n{part}"
        return head + more.encode()

    async def settled(self, answers: Iterable[Answer] = ()) -> None:
        """Until every service has taken in all that these answers speak of, and nothing waits anywhere."""
        wanted = Position()
        for answer in answers:
            for service, number in Position.parse(answer.position).items():
                wanted.advance(service, number)
        deadline = time.monotonic() + 120
        while not all(_has(state, wanted) for state in (await self._states()).values()):
            if time.monotonic() > deadline:
                raise RuntimeError("the firm does not come to rest")
            await asyncio.sleep(0.1)

    async def reached(self) -> Position:
        """How far the dossier service has read everybody."""
        return Position.parse((await self._states())["dossier"]["applied"])

    async def _states(self) -> dict[str, Any]:
        states: dict[str, Any] = (await self.owner.once("GET", "/health/ready")).json()["services"]
        return states


def _has(state: dict[str, Any], wanted: Position) -> bool:
    applied = Position.parse(state["applied"])
    reached = all(number <= applied[service] for service, number in wanted.items() if service in applied)
    return reached and not any(state["lag"].values())


@contextmanager
def running(data: Path, **settings: str) -> Iterator[Firm]:
    """An empty firm, its owner signed in; stopped with the block."""
    machine = Machine(data, DOSSIER_OWNER_EMAIL=EMAIL, DOSSIER_OWNER_PASSWORD=PASSWORD)
    machine.settings |= settings
    try:
        machine.start().ready()
        yield Firm(machine, asyncio.run(signed_in(machine.port)))
    finally:
        if machine.started:
            machine.stop()


async def signed_in(port: int) -> Caller:
    """The owner; a firm that has only just begun may not know them yet."""
    body = json.dumps({"email": EMAIL, "password": PASSWORD}).encode()
    for _ in range(_TRIES):
        try:
            answer = await Caller(port).once("POST", "/session", body)
            return Caller(port, str(answer.json()["token"]))
        except RuntimeError:
            await asyncio.sleep(1)
    raise RuntimeError("the owner cannot sign in")
