"""The demonstration firm as it is thought up: from a seed, without asking or telling anybody anything."""

from datetime import datetime

from services.cli.demo.imagined.clients import accounts_of
from services.cli.demo.imagined.papers import papers_of
from services.cli.demo.imagined.people import people
from services.cli.demo.imagined.talks import talks_of
from services.cli.demo.imagined.trees import tree_of
from services.cli.demo.model import Firm, Sizes
from services.cli.demo.staff import LEADING

__all__ = ["imagine", "people"]


def imagine(seed: str, sizes: Sizes, now: datetime) -> Firm:
    """The whole firm. The same seed, sizes and moment give the same, another moment moves nothing but dates."""
    contacts = people(seed, sizes)
    accounts = accounts_of(seed, sizes, contacts)
    kept = [account for account in accounts if account.number < sizes.accounts]
    trees = [tree_of(seed, account, now.year) for account in kept]
    return Firm(
        contacts=tuple(contacts),
        accounts=tuple(accounts),
        trees=tuple(trees),
        papers=tuple(papers_of(seed, sizes, trees, now)),
        talks=tuple(talks_of(seed, sizes, kept, contacts, now)),
        opened={who: tuple(kept[start : 14 : start + 2])[::-1] for start, who in enumerate(LEADING)},
    )
