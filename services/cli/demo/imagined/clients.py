"""The accounts: whom they link, who of the team works on them, and what was changed about them since."""

from dataclasses import replace
from itertools import cycle
from random import Random
from typing import Any

from services.cli.demo.chance import chance, some
from services.cli.demo.imagined.people import partner_count, postal
from services.cli.demo.model import Account, Body, Change, Contact, Sizes
from services.cli.demo.numbers import registration
from services.cli.demo.words.names import PARTNERS, ROLES
from services.cli.demo.words.trades import BUSINESSES, OTHERS, TAGS
from services.firm.contract import Level
from shared.folding import fold

_PATTERN = "BIFBOBIBFBIO"
"""Business, individual, family, other: the order in which kinds of clients follow each other."""

_UNLINKED = 8  # of a hundred people, how many have no client
Links = list[tuple[str, str]]


def accounts_of(seed: str, sizes: Sizes, contacts: list[Contact]) -> list[Account]:
    """All accounts and one more, the last, which ends deleted."""
    companies = partner_count(sizes)
    persons, partners = contacts[: len(contacts) - companies], contacts[len(contacts) - companies :]
    pool = _Pool(persons[: len(persons) - max(1, len(persons) * _UNLINKED // 100)])
    made: list[Account] = []
    for number, kind in zip(range(sizes.accounts + 1), cycle(_PATTERN), strict=False):
        made.append(_account(seed, number, kind, pool, {account.name for account in made}))
    made = _with_others(seed, made, pool.rest())
    made = _with_partners(seed, made, partners[: max(1, len(partners) - 4)])
    return [_with_changes(seed, account, sizes) for account in made]


class _Pool:
    """People who are nobody's contact yet, and those who already are."""

    def __init__(self, free: list[Contact]) -> None:
        self._free, self._taken = free[::-1], list[Contact]()

    def take(self, source: Random, *, shared: float = 0.0) -> Contact:
        """Somebody new; with the chance `shared`, or when there is nobody left, somebody who is a contact already."""
        if self._taken and (not self._free or source.random() < shared):
            return source.choice(self._taken)
        self._taken.append(self._free.pop())
        return self._taken[-1]

    def rest(self) -> list[Contact]:
        """Those who are left over."""
        rest, self._free = self._free[::-1], []
        return rest


def _account(seed: str, number: int, kind: str, pool: _Pool, names: set[str]) -> Account:
    source = chance(seed, "account", number)
    main = pool.take(source, shared={"B": 0.3, "O": 0.5}.get(kind, 0.0))
    links: Links = [(main.key, {"B": source.choice(ROLES), "O": "Référent"}.get(kind, ""))]
    if kind == "F":
        links.append((pool.take(source).key, "Conjoint"))
    body, name = _facts(source, kind, main, names)
    team: dict[str, Level] = _team(source, number)
    return Account(
        key=f"account-{number}",
        number=number,
        country=main.country,
        language=main.language if number else "fr",
        name=name,
        body=body,
        creator=source.choice(("owner", "admin")),
        links=tuple(dict(links).items()),
        team=team,
        levels=dict(team),
        registration=tuple(registration(main.country, source)) if _registered(kind, name) else (),
    )


def _facts(source: Random, kind: str, main: Contact, names: set[str]) -> tuple[Body, str]:
    """What it is created with, and the name that it then has: an individual's comes from the contact (T-26)."""
    type_ = {"B": "business", "O": "other"}.get(kind, "individual")
    body: dict[str, Any] = {"type": type_, "tags": some(source, TAGS[type_], 1, 3)}
    family = main.body["family_name"]
    if kind == "I":
        return body, main.name
    place = postal(source, main.country)
    if kind == "F":
        name = f"Famille {family}"
    else:
        forms = (BUSINESSES if kind == "B" else OTHERS)[main.country]
        facts = {"family": family, "given": main.body["given_name"], "town": place["city"]}
        possible = [_elided(form.format(**facts)) for form in some(source, forms, len(forms), len(forms))]
        name = next(name for name in [*possible, f"{possible[0]} {len(names)}"] if name not in names)
        body["address"] = place
    return body | {"name": name}, name


def _registered(kind: str, name: str) -> bool:
    return kind in "BO" and not name.startswith(("Indivision", "Succession", "Fiducie"))


def _elided(name: str) -> str:
    """`d'` stands before a vowel only: `d'Élise`, but `de Zoé`."""
    before, d, after = name.partition(" d'")
    return name if not d or fold(after)[0] in "aehiouy" else f"{before} de {after}"


def _team(source: Random, number: int) -> dict[str, Level]:
    """Levels set on an account. On some, one who may view all accounts is kept out (M-13)."""
    team: dict[str, Level] = {}
    for key, full, read, none in (("manager", 0.1, 0.0, 0.03), ("reader", 0.15, 0.0, 0.1), ("clerk", 0.35, 0.15, 0.0)):
        drawn = source.random()
        if drawn < full + read + none:
            team[key] = "full" if drawn < full else "read" if drawn < full + read else "none"
    if number % 3 == 0:
        team["desk"] = source.choice(("read", "full"))
    if number == 0:
        team |= {"clerk": "full", "manager": "full", "reader": "read"}
    if number == 1:
        team |= {"reader": "none", "clerk": "read"}
    return team


def _with_others(seed: str, accounts: list[Account], rest: list[Contact]) -> list[Account]:
    """Whoever is left is one more contact of a company or an association."""
    source = chance(seed, "others")
    which = [account.number for account in accounts if account.registration and account.number]
    for contact in rest:
        number = source.choice(which)
        accounts[number] = _linked(accounts[number], contact.key, source.choice(ROLES))
    return accounts


def _with_partners(seed: str, accounts: list[Account], partners: list[Contact]) -> list[Account]:
    """Banks, notaries and the like: each is a contact of one to five clients."""
    source = chance(seed, "partners")
    said = {name: role for _, name, role in PARTNERS}
    for partner in partners:
        for account in some(source, accounts, 1, 5):
            accounts[account.number] = _linked(accounts[account.number], partner.key, said[partner.name])
    return accounts


def _linked(account: Account, contact: str, description: str) -> Account:
    if contact in account.contacts:
        return account
    return replace(account, links=(*account.links, (contact, description)))


def _with_changes(seed: str, account: Account, sizes: Sizes) -> Account:
    """Make some accounts reach what they are in several steps; none loses a contact that something else relies on."""
    source, number = chance(seed, "changes", account.number), account.number
    team, changes = dict(account.team), list[Change]()
    if number % 4 == 0 and "clerk" in team:
        changes.append(Change("PUT", "/team/{clerk}", {"access": team.pop("clerk")}))
    if number % 7 == 1 and "desk" not in team:
        changes += [Change("PUT", "/team/{desk}", {"access": "read"}), Change("DELETE", "/team/{desk}")]
    if number % 5 == 2:
        changes.append(Change("PUT", "/tags", {"tags": [*account.body["tags"], "Dossier à revoir"]}))
    if number % 6 == 3:
        contact = account.contacts[0]
        changes.append(Change("PUT", f"/contacts/{{{contact}}}", {"description": "Contact principal"}))
    if number % 8 == 5:
        changes.append(Change("PUT", "", {"address": postal(source, account.country)}))
    body = account.body
    if number % 10 == 6 and "name" in body:
        body = {**body, "name": f"{account.name} (en création)"}
        changes.append(Change("PUT", "/name", {"name": account.name}))
    if number == sizes.accounts - 1:
        changes += [Change("DELETE", ""), Change("POST", "/restoration")]
    return replace(account, body=body, team=team, changes=tuple(changes))
