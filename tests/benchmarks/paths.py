"""What is measured over HTTP: the requests of each path."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from tests.benchmarks.firm import FAMILY, GIVEN, Firm
from tests.benchmarks.load import Make


@dataclass(frozen=True)
class Path:
    """A request that is made again and again, and how many callers make it at once."""

    name: str
    at_once: int
    make: Make


def paths(firm: Firm) -> list[Path]:
    """Everything, in the order of the report."""
    return [*_commands(firm), *_reads(firm), *_feed(firm), *_searches(firm)]


def _commands(firm: Firm) -> list[Path]:
    contacts = itertools.cycle(firm.contacts)
    accounts = itertools.cycle(firm.accounts[1:])
    ask = firm.owner.request

    def rename() -> bytes:
        return ask("PUT", f"/contacts/{next(contacts)}", {"family_name": f"Dubois-{firm.rng.randrange(10**6)}"})

    def create() -> bytes:
        return ask("POST", "/contacts", firm.person())

    def note() -> bytes:
        return ask("POST", "/interactions", firm.note(next(accounts)))

    return [
        Path("change a contact", 1, rename),
        Path("change a contact", 8, rename),
        Path("change a contact", 32, rename),
        Path("create a contact", 32, create),
        Path("log a note", 8, note),
        Path("log a note", 32, note),
    ]


def _reads(firm: Firm) -> list[Path]:
    accounts = itertools.cycle(firm.accounts)
    return [
        Path("overview", 8, lambda: firm.owner.request("GET", f"/accounts/{next(accounts)}/overview")),
        Path("overview of the long dossier", 8, _fixed(firm, f"/accounts/{firm.feed}/overview")),
    ]


def _feed(firm: Firm) -> list[Path]:
    feed = f"/accounts/{firm.feed}/activity"
    filters = {
        "plain": "",
        "name": "?name=bilan",
        "format": "?format=pdf",
        "folder": f"?folder={firm.folder}",
        "date": "?from=2026-01-01T00:00:00Z&to=2199-01-01T00:00:00Z",
        "type": "?type=interactions",
    }
    return [Path(f"feed, {name}", 8, _fixed(firm, feed + query)) for name, query in filters.items()]


def _searches(firm: Firm) -> list[Path]:
    def asked(words: Iterator[str]) -> Make:
        return lambda: firm.owner.request("GET", f"/search?q={quote(next(words))}")

    names = (f"{firm.rng.choice(GIVEN)} {firm.rng.choice(FAMILY)}"[:-1] for _ in itertools.count())
    emails = (f"{firm.rng.randrange(10**4):04d}" for _ in itertools.count())
    rare = (f"{firm.rng.choice(FAMILY)}-{firm.rng.randrange(997):03d}" for _ in itertools.count())
    return [
        Path("search, part of a common name", 8, asked(names)),
        Path("search, a rare name", 8, asked(rare)),
        Path("search, part of an e-mail", 8, asked(emails)),
    ]


def _fixed(firm: Firm, path: str) -> Make:
    request = firm.owner.request("GET", path)
    return lambda: request
