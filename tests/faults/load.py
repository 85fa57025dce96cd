"""People at work: operations of every service, chosen by a seed, one after the other by each of a few people."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from random import Random

from shared.ids import new_id
from tests.e2e.client import Json
from tests.faults.ledger import Ledger, Operation
from tests.waiting import eventually

PEOPLE = 4
PAUSE = 0.05  # seconds between two operations of one person
MAILED = 3  # contacts with an e-mail address, who take part in what is recorded


class Load:
    """Makes operations on what earlier ones have made. `mails`: whether some of them have e-mails sent."""

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self.ledger = ledger
        self.seed = seed
        self.mails = True
        self.pause = PAUSE
        self.heard: int | None = None
        """While services do not hear from each other: how many of the operations they all know of."""
        self.mailed: dict[str, str] = {}
        """Addresses of those who take part, by their ids as contacts."""
        self._opened: set[str] = set()
        self._runs = 0

    async def begin(self) -> None:
        """What the others build upon."""
        for number in range(MAILED):
            address = f"person{number}@client.example"
            person = Operation(
                "contact", "POST", "/contacts", {"name": f"Person {number}", "emails": [{"address": address}]}
            )
            person.name = f"Person {number}"
            self.mailed[(await self.ledger.perform(person)).id] = address
        chance = Random(self.seed)
        for make in (contact, account, account, folder, folder, note, note):
            done = await self.ledger.perform(make(self, chance))
            assert done.outcome == "ok", done

    @asynccontextmanager
    async def running(self, people: int = PEOPLE, acts: "Acts | None" = None) -> AsyncIterator["Load"]:
        """Everybody works until the block ends and all they began is answered."""
        self._runs += 1
        stopped = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for person in range(people):
                group.create_task(self._work(Random(f"{self.seed} {self._runs} {person}"), stopped, acts or ACTS))
            try:
                yield self
            finally:
                stopped.set()

    async def more(self, count: int) -> None:
        """Return when so many more operations were answered."""
        wanted = self.ledger.answered + count
        await eventually(lambda: self.ledger.answered >= wanted, 30)

    async def _work(self, chance: Random, stopped: asyncio.Event, acts: "Acts") -> None:
        while not stopped.is_set():
            [make] = chance.choices(list(acts), list(acts.values()))
            await self.ledger.perform(make(self, chance))
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), self.pause)

    def name(self) -> str:
        """A name that no other operation uses."""
        return f"Op{len(self.ledger.operations)}x{self._runs}"

    def some(self, chance: Random, *kinds: str) -> str:
        """The id of something that was acknowledged, and that every service has heard of."""
        return chance.choice([done for done in self.ledger.operations[: self.heard] if done.made(*kinds)]).id

    def participants(self, chance: Random) -> int:
        """How many take part in a note."""
        return chance.choices([0, 1, MAILED], [6, 3, 1])[0] if self.mails else 0

    def unopened(self) -> str | None:
        """An account that nobody has opened yet; not offered again."""
        for done in self.ledger.done("account", "both"):
            if done.id not in self._opened:
                self._opened.add(done.id)
                return done.id
        return None


def contact(load: Load, chance: Random) -> Operation:
    name = load.name()
    return Operation("contact", "POST", "/contacts", {"name": name}, name=name)


def account(load: Load, chance: Random) -> Operation:
    name, links = load.name(), [{"contact_id": load.some(chance, "contact")}]
    return Operation("account", "POST", "/accounts", {"name": name, "type": "business", "contacts": links}, name=name)


def both(load: Load, chance: Random) -> Operation:
    """An account and its contact, which another service makes on the way."""
    name = load.name()
    links = [{"new": {"name": name}}]
    return Operation("both", "POST", "/accounts", {"name": name, "type": "other", "contacts": links}, name=name)


def rename_account(load: Load, chance: Random) -> Operation:
    id, name = load.some(chance, "account", "both"), load.name()
    return Operation("rename-account", "PUT", f"/accounts/{id}/name", {"name": name}, name=name, on=id)


def rename_contact(load: Load, chance: Random) -> Operation:
    id, name = load.some(chance, "contact"), load.name()
    return Operation("rename-contact", "PUT", f"/contacts/{id}", {"name": name}, name=name, on=id)


def note(load: Load, chance: Random, people: int | None = None) -> Operation:
    """A note that so many are e-mailed about."""
    id, name = load.some(chance, "account"), load.name()
    mailed = tuple(chance.sample(list(load.mailed), load.participants(chance) if people is None else people))
    body: Json = {"kind": "note", "account_id": id, "subject": name, "body": f"<p>Relevé {name}</p>"}
    body["participants"] = [{"contact_id": person} for person in mailed]
    return Operation("note", "POST", "/interactions", body, name=name, on=id, mails=mailed)


def comment(load: Load, chance: Random) -> Operation:
    notes = [
        done for done in load.ledger.operations[: load.heard] if done.made("note") and (load.mails or not done.mails)
    ]
    on = chance.choice(notes)
    path = f"/interactions/{on.id}/comments"
    return Operation("comment", "POST", path, {"body": f"<p>{load.name()}</p>"}, on=on.id, mails=on.mails)


def folder(load: Load, chance: Random) -> Operation:
    id, name = load.some(chance, "account"), load.name()
    return Operation("folder", "POST", f"/accounts/{id}/folders", {"name": name}, name=name, on=id)


def document(load: Load, chance: Random) -> Operation:
    id, name = load.some(chance, "folder"), load.name()
    file = (f"{name}.txt", chance.randbytes(chance.randrange(1, 5_000)))
    return Operation("document", "POST", f"/folders/{id}/documents", file=file, name=name, on=id)


def member(load: Load, chance: Random) -> Operation:
    name = load.name()
    body = {"given_name": "Léa", "family_name": name, "email": f"{name}@cabinet.example", "role": "employee"}
    return Operation("member", "POST", "/members", body | {"permissions": []}, name=name)


def opened(load: Load, chance: Random) -> Operation:
    id = load.unopened()
    return Operation("opened", "POST", f"/accounts/{id}/opened", {}, on=id) if id else contact(load, chance)


def wrong(load: Load, chance: Random) -> Operation:
    """One that must be refused, and leave nothing behind."""
    id, name = load.some(chance, "account"), load.name()
    unknown = str(new_id())
    words = {"kind": "note", "subject": name, "body": ""}
    make: list[Callable[[], Operation]] = [
        lambda: Operation("wrong", "POST", "/accounts", {"name": name, "type": "business", "contacts": []}),
        lambda: Operation("wrong", "POST", f"/accounts/{unknown}/folders", {"name": name}),
        lambda: Operation("wrong", "PUT", f"/accounts/{id}/name", {"name": ""}),
        lambda: Operation(
            "wrong", "POST", "/interactions", words | {"account_id": id, "participants": [{"contact_id": unknown}]}
        ),
    ]
    operation = chance.choice(make)()
    operation.wrong = True
    return operation


Acts = dict[Callable[[Load, Random], Operation], int]
ACTS: Acts = {
    note: 24,
    comment: 20,
    contact: 10,
    account: 8,
    both: 6,
    rename_account: 6,
    rename_contact: 6,
    folder: 5,
    document: 8,
    member: 4,
    opened: 5,
    wrong: 8,
}
"""What people do, and how often."""
