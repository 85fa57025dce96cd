"""The six people of the demonstration firm: every role, and employees who may much, something and nothing."""

from collections.abc import Mapping

from services.cli.demo.model import Colleague
from services.firm.contract import Level

DOMAIN = "cabinet.example"
"""A domain that nobody can own (RFC 2606)."""

STAFF = (
    Colleague("owner", role="owner"),
    Colleague("admin", "Inès", "Moreau", "admin"),
    Colleague("manager", "Benoît", "Vandenbroucke", permissions=("view-all-accounts", "manage-accounts")),
    Colleague("reader", "Chloé", "D'Hondt", permissions=("view-all-accounts",)),
    Colleague("clerk", "Loïc", "Le Guen"),
    Colleague("desk", "Emily", "O'Connor-Gagné", permissions=("manage-contacts", "manage-members"), language="en"),
)
BY_KEY = {colleague.key: colleague for colleague in STAFF}
NEW = STAFF[1:]
"""All but the owner, who is there."""
LEADING = ("owner", "admin")
EMPLOYEES = ("manager", "reader", "clerk", "desk")
_SURNAMES = {"admin": "moreau", "manager": "vandenbroucke", "reader": "dhondt", "clerk": "leguen", "desk": "oconnor"}


def address(colleague: Colleague) -> str:
    """Their e-mail address."""
    return f"{_SURNAMES[colleague.key]}@{DOMAIN}"


def seeing(levels: Mapping[str, Level]) -> list[str]:
    """Who sees an account on which these levels are set."""
    return [colleague.key for colleague in STAFF if level(colleague.key, levels) != "none"]


def level(key: str, levels: Mapping[str, Level]) -> Level:
    """Their level on that account."""
    return BY_KEY[key].rights.level(levels.get(key))


def folder_right(key: str, levels: Mapping[str, Level], rights: Mapping[str, Level]) -> Level:
    """Their right on a folder of that account with these rights set on it."""
    return BY_KEY[key].rights.folder_right(rights.get(key), level(key, levels))
