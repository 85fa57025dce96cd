"""The interactions of two years, and of the weeks ahead: notes, calls, phone messages, e-mails, and their comments."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from services.cli.demo.chance import chance, shares, some
from services.cli.demo.model import Account, Contact, Language, Sizes, Talk
from services.cli.demo.staff import seeing
from services.cli.demo.words import english, french, listed
from services.cli.demo.words.filing import MONTHS
from services.cli.demo.words.french import Said

_LARGEST = 0.46
"""Which part of all interactions is the largest client's."""

_ALONE = 0.03
"""Which part is about a contact and no account (D-18)."""

_AHEAD = 0.03
"""Which part lies in the future."""

_DAYS = 730
_WORDS = {"fr": french, "en": english}
_MONTHS = {
    "fr": MONTHS,
    "en": listed("January|February|March|April|May|June|July|August|September|October|November|December"),
}


def talks_of(seed: str, sizes: Sizes, accounts: list[Account], contacts: list[Contact], now: datetime) -> list[Talk]:
    """All interactions that remain and a few that were deleted, in the order in which they happened."""
    source = chance(seed, "talks")
    alone = max(1, round(sizes.interactions * _ALONE))
    largest = round(sizes.interactions * _LARGEST)
    rest = sizes.interactions - alone - largest
    counts = [largest, *shares([source.uniform(0.4, 2.0) for _ in accounts[1:]], rest)]
    by_key = {contact.key: contact for contact in contacts}
    talks: list[Talk] = []
    for account, count in zip(accounts, counts, strict=True):
        talks += _of_account(seed, account, count, by_key, now)
    linked = {key for account in accounts for key in account.contacts}
    talks += _of_contacts(seed, [contact for contact in contacts if contact.key not in linked], alone, now)
    talks = _with_participants(source, sizes, talks, {account.key: account for account in accounts})
    talks = _with_comments(source, sizes, talks, {account.key: account for account in accounts})
    return sorted(talks, key=lambda talk: (talk.occurred_at, talk.key))


def _of_account(seed: str, account: Account, count: int, contacts: dict[str, Contact], now: datetime) -> Iterator[Talk]:
    """`count` interactions; where there is a registration, the first is the note of its numbers."""
    source = chance(seed, "talks", account.number)
    authors = seeing(account.levels)
    for index in range(count + (account.number % 15 == 3)):
        key = f"talk-{account.number}-{index}"
        who = contacts[source.choice(account.contacts)]
        author = source.choice(authors)
        if index == 0 and account.registration:
            yield _registration(key, author, account, now)
            continue
        talk = _talk(source, key, author, who, now)
        changes = (
            ({"body": talk.body["body"] + _WORDS[who.language].LATER},) if source.random() < _changed(account) else ()
        )
        contact = who.key if talk.kind != "note" or source.random() < 0.3 else None
        yield replace(talk, account=account.key, contact=contact, changes=changes, deleted=index == count)


def _changed(account: Account) -> float:
    return 0.15 if account.number == 0 else 0.05


def _of_contacts(seed: str, contacts: list[Contact], count: int, now: datetime) -> Iterator[Talk]:
    """Interactions with those who are no client's contact: prospects, suppliers."""
    source = chance(seed, "talks", "alone")
    for index in range(count):
        who = source.choice(contacts)
        talk = _talk(source, f"talk-alone-{index}", source.choice(("owner", "admin", "desk")), who, now)
        yield replace(talk, contact=who.key)


def _talk(source: Random, key: str, author: str, who: Contact, now: datetime) -> Talk:
    words, ahead = _WORDS[who.language], source.random() < _AHEAD
    said = source.choice(words.PLANNED if ahead else words.TALKS)
    # Dates are drawn from a source of their own, so that another day changes nothing but them.
    moment = (_ahead if ahead else _past)(chance(source.random(), key), now)
    return _said(source, key, author, said, who, moment)


def _said(source: Random, key: str, author: str, said: Said, who: Contact, moment: datetime) -> Talk:
    kind, direction, subject, body = said
    before = moment - timedelta(days=31)
    facts = {
        "vat": {"fr": "TPS/TVQ", "en": "GST/QST"}[who.language] if who.country == "CA" else _tax(who.language),
        "month": _MONTHS[who.language][before.month - 1],
        "year": before.year,
        "who": who.name,
        "amount": _amount(source, who),
    }
    told: dict[str, Any] = {"subject": subject.format(**facts), "body": body.format(**facts)}
    if direction:
        told["direction"] = "incoming" if direction == "<" else "outgoing"
    return Talk(key, author, kind, told, moment)  # type: ignore[arg-type]


def _tax(language: Language) -> str:
    return "TVA" if language == "fr" else "VAT"


def _amount(source: Random, who: Contact) -> str:
    amount = f"{source.randint(90, 9_999) * source.choice((1, 1, 10)):,}.{source.randrange(100):02d}"
    if who.language == "en":
        return f"${amount}" if who.country == "CA" else f"€{amount}"
    french_amount = amount.replace(",", "\u202f").replace(".", ",")
    return f"{french_amount}\u00a0{'$' if who.country == 'CA' else '€'}"


def _registration(key: str, author: str, account: Account, now: datetime) -> Talk:
    """The note in which the client's numbers stand; the oldest of the dossier."""
    subject, opening = _WORDS[account.language].REGISTRATION
    numbers = "".join(f"<li>{label}\u00a0: <strong>{number}</strong></li>" for label, number in account.registration)
    moment = _at(now - timedelta(days=_DAYS), time(9, account.number % 60))
    return Talk(
        key, author, "note", {"subject": subject, "body": f"<p>{opening}</p><ul>{numbers}</ul>"}, moment, account.key
    )


def _past(source: Random, now: datetime) -> datetime:
    """A moment in office hours of a working day within the last two years, more of them lately; never in the future."""
    day = now - timedelta(days=int(_DAYS * source.random() ** 1.4))
    while day.weekday() > 4:
        day -= timedelta(days=1)
    moment = _at(day, time(source.randint(7, 16), source.randrange(60)))
    return moment if moment <= now else now - timedelta(minutes=source.randint(1, 300))


def _ahead(source: Random, now: datetime) -> datetime:
    """A moment in office hours within the next two months."""
    day = now + timedelta(days=source.randint(1, 60))
    while day.weekday() > 4:
        day += timedelta(days=1)
    return _at(day, time(source.randint(8, 15), source.choice((0, 15, 30, 45))))


def _at(day: datetime, hour: time) -> datetime:
    return datetime.combine(day.date(), hour, day.tzinfo)


def _with_participants(source: Random, sizes: Sizes, talks: list[Talk], accounts: dict[str, Account]) -> list[Talk]:
    """Let some interactions have participants: colleagues who see the account, now and then a contact of it (U-18)."""
    candidates = [index for index, talk in enumerate(talks) if talk.account and not talk.deleted]
    for index in source.sample(candidates, min(len(candidates), sizes.with_participants)):
        talk, account = talks[index], accounts[talks[index].account or ""]
        colleagues = [key for key in seeing(account.levels) if key != talk.author]
        people: list[Any] = [("member_id", key) for key in some(source, colleagues, 1, 2)]
        if source.random() < 0.2:
            people.append(("contact_id", account.contacts[0]))
        talks[index] = replace(talk, participants=tuple(people))
    return talks


def _with_comments(source: Random, sizes: Sizes, talks: list[Talk], accounts: dict[str, Account]) -> list[Talk]:
    """Spread the comments, one after the other, over interactions of accounts; most over some that are discussed."""
    candidates = [index for index, talk in enumerate(talks) if talk.account and not talk.deleted]
    discussed = source.sample(candidates, max(1, len(candidates) // 4))
    for _ in range(sizes.comments):
        index = source.choice(discussed if source.random() < 0.8 else candidates)
        talk, account = talks[index], accounts[talks[index].account or ""]
        comment = (source.choice(seeing(account.levels)), source.choice(_WORDS[account.language].COMMENTS))
        talks[index] = replace(talk, comments=(*talk.comments, comment))
    return talks
