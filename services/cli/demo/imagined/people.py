"""The contacts: people and companies of three countries, with everything by which one reaches them."""

import re
from itertools import cycle
from random import Random
from typing import Any

from services.cli.demo.chance import chance, some
from services.cli.demo.model import Body, Contact, Country, Language, Sizes
from services.cli.demo.words.names import FAMILY, GIVEN, PARTNERS
from services.cli.demo.words.places import PHONES, STREETS, TOWNS
from shared.folding import fold

COUNTRIES: tuple[Country, ...] = ("FR", "FR", "BE", "FR", "CA", "FR", "BE", "FR", "CA", "FR")
_MAIL = ("courriel.example", "messagerie.example", "boite.example")


def partner_count(sizes: Sizes) -> int:
    """How many contacts are companies whom several clients deal with, the last ones with no client at all."""
    return min(len(PARTNERS), sizes.contacts // 5)


def people(seed: str, sizes: Sizes) -> list[Contact]:
    """All contacts: people first, then companies."""
    companies = partner_count(sizes)
    names: set[tuple[str, str]] = set()
    found = [
        _person(seed, number, country, names)
        for number, country in zip(range(sizes.contacts - companies), cycle(COUNTRIES), strict=False)
    ]
    for number, (country, name, _) in enumerate(PARTNERS[:companies], start=len(found)):
        found.append(_company(seed, number, country, name))
    return found


def _person(seed: str, number: int, country: Country, names: set[tuple[str, str]]) -> Contact:
    source = chance(seed, "person", number)
    while (name := (source.choice(GIVEN[country]), source.choice(FAMILY[country]))) in names:
        pass
    names.add(name)
    given, family = name
    english = source.random() < (0.35 if country == "CA" else 0.08)
    local = f"{_slug(given)}.{_slug(family)}"
    emails: list[dict[str, Any]] = [{"address": f"{local}@{source.choice(_MAIL)}", "label": "Personnel"}]
    if source.random() < 0.4:
        emails.append({"address": f"{local}@{_slug(family)}.example", "label": "Bureau", "primary": True})
    body = {"kind": "person", "given_name": given, "family_name": family, "emails": emails}
    return _contact(source, number, f"{given} {family}", country, "en" if english else "fr", body)


def _company(seed: str, number: int, country: Country, name: str) -> Contact:
    source = chance(seed, "company", number)
    domain = f"{_slug(name)[:40].strip('-')}.example"
    emails = [{"address": f"contact@{domain}"}]
    if source.random() < 0.5:
        emails.append({"address": f"comptabilite@{domain}", "label": "Comptabilité"})
    return _contact(source, number, name, country, "fr", {"kind": "company", "name": name, "emails": emails})


def _contact(source: Random, number: int, name: str, country: Country, language: Language, body: Body) -> Contact:
    with_reach = {**body, "phones": _phones(source, country), "language": language}
    if source.random() < 0.8:
        with_reach |= {"addresses": [postal(source, country)]}
    changes: list[Body] = []
    if number % 9 == 4:
        changes.append({"phones": _phones(source, country)})
    if number % 12 == 7:
        changes.append({"addresses": [postal(source, country) | {"label": "Nouvelle adresse"}]})
    active = number % 22 != 13
    return Contact(f"contact-{number}", name, country, language, with_reach, tuple(changes), active)


def _phones(source: Random, country: Country) -> list[dict[str, Any]]:
    forms = some(source, PHONES[country], 1, 2)
    pairs = [(f"{source.randrange(100):02d}", f"{source.randrange(100):02d}") for _ in forms]
    phones: list[dict[str, Any]] = [
        {"number": form.format(*pair), "label": label} for (label, form), pair in zip(forms, pairs, strict=True)
    ]
    phones[-1]["primary"] = True
    return phones


def postal(source: Random, country: Country) -> dict[str, str]:
    """A postal address."""
    postal_code, city, region = source.choice(TOWNS[country])
    street = source.choice(STREETS[country])
    number = source.randint(1, 180)
    line = f"{street} {number}" if country == "BE" else f"{number}, {street}"
    return {"street": line, "postal_code": postal_code, "city": city, "region": region, "country": country}


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")
