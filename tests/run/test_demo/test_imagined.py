"""The demonstration firm as it is thought up: numbers, sizes, dates, rights, and the same each time."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from stdnum.be import vat as belgian_vat
from stdnum.ca import bn
from stdnum.fr import siren, siret, tva

from services.cli.demo import SEED
from services.cli.demo.chance import chance, shares
from services.cli.demo.imagined import imagine
from services.cli.demo.model import Firm, Sizes, Talk
from services.cli.demo.numbers import registration
from tests.run.machine import TREE

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
_PRINT = """
from datetime import UTC, datetime
from hashlib import sha256
from services.cli.demo.imagined import imagine
from services.cli.demo.model import Sizes
firm = imagine("dossier", Sizes.scaled(1), datetime(2026, 3, 2, 10, 30, tzinfo=UTC))
said = (firm.contacts, firm.accounts, firm.trees, firm.papers, firm.talks, sorted(firm.opened.items()))
print(sha256(repr(said).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def firm() -> Firm:
    return imagine(SEED, Sizes.scaled(1), NOW)


def test_registration_numbers_have_valid_check_digits() -> None:
    for number in range(50):
        french = dict(registration("FR", chance("test", number)))
        assert siren.is_valid(french["SIREN"])
        assert siret.is_valid(french["SIRET"])
        assert tva.is_valid(french["TVA"])
        assert french["SIRET"].startswith(french["SIREN"])
        assert french["TVA"].endswith(french["SIREN"])
        belgian = dict(registration("BE", chance("test", number)))
        assert belgian_vat.is_valid(belgian["BCE/KBO"])
        canadian = dict(registration("CA", chance("test", number)))
        assert bn.is_valid(canadian["TPS"])
        assert len(canadian["NEQ"]) == 10


def test_the_whole_firm_is_as_large_as_it_should_be(firm: Firm) -> None:
    kept = [talk for talk in firm.talks if not talk.deleted]
    assert (len(firm.accounts), len(firm.contacts), len(kept)) == (61, 110, 900)
    assert len([paper for paper in firm.papers if not paper.deleted]) == 300
    assert sum(len(talk.comments) for talk in firm.talks) == 350
    assert sum(bool(talk.participants) for talk in firm.talks) == 80
    assert {talk.kind for talk in kept} == {"note", "call", "phone_message", "email"}
    links = Counter(contact for account in firm.accounts for contact in account.contacts)
    assert len(links) < 110, "some contacts are nobody's"
    assert [contact for contact, accounts in links.items() if accounts > 1]
    assert {"FR", "BE", "CA"} == {account.country for account in firm.accounts}
    assert [contact for contact in firm.contacts if not contact.active]


def test_interactions_lie_within_two_years_up_to_today_and_some_ahead(firm: Firm) -> None:
    moments = [talk.occurred_at for talk in firm.talks]
    assert NOW - timedelta(days=735) < min(moments) < NOW - timedelta(days=700)
    assert 10 < len([moment for moment in moments if moment > NOW]) < 60
    assert max(moments) < NOW + timedelta(days=65)


def test_the_largest_client_has_more_than_1000_activities(firm: Firm) -> None:
    talks = [talk for talk in firm.talks if talk.account == "account-0"]
    papers = [paper for paper in firm.papers if paper.account.key == "account-0"]
    happened = sum(1 + len(talk.comments) + len(talk.changes) for talk in talks)
    happened += sum(1 + len(paper.opened_by) for paper in papers) + len(firm.trees[0].folders)
    assert happened > 1_000


def test_rights_differ_and_one_who_may_view_all_is_kept_out_somewhere(firm: Firm) -> None:
    levels = {(key, set_level) for account in firm.accounts for key, set_level in account.levels.items()}
    assert ("reader", "none") in levels
    assert {"none", "read", "full"} == {set_level for _, set_level in levels}
    assert {"member_id", "contact_id"} == {setting.kind for tree in firm.trees for setting in tree.settings}
    assert [setting for tree in firm.trees for setting in tree.settings if setting.cascade]


def test_another_process_thinks_up_the_same_firm() -> None:
    told = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", _PRINT]
        told.add(subprocess.run(command, cwd=TREE, env=environment, capture_output=True, check=True).stdout)
    assert len(told) == 1


def test_another_day_moves_dates_and_nothing_else(firm: Firm) -> None:
    later = imagine(SEED, Sizes.scaled(1), NOW + timedelta(days=250, hours=7))
    for one, other in ((firm.contacts, later.contacts), (firm.accounts, later.accounts)):
        assert one == other
    assert [without_dates(talk) for talk in by_key(firm.talks)] == [without_dates(talk) for talk in by_key(later.talks)]
    for paper, moved in zip(firm.papers, later.papers, strict=True):
        assert (paper.key, paper.author, paper.opened_by) == (moved.key, moved.author, moved.opened_by)


def by_key(talks: Iterable[Talk]) -> list[Talk]:
    return sorted(talks, key=lambda talk: talk.key)


def without_dates(talk: Talk) -> tuple[object, ...]:
    return talk.key, talk.author, talk.kind, talk.account, talk.contact, talk.participants, talk.comments, talk.deleted


def test_shares_add_up_to_the_whole() -> None:
    assert shares([1, 1, 1], 10) in ([4, 3, 3], [3, 4, 3], [3, 3, 4])
    assert sum(shares([0.3, 1.7, 2.0, 0.1], 997)) == 997


def test_names_have_accents_apostrophes_and_hyphens(firm: Firm) -> None:
    names = " ".join([account.name for account in firm.accounts] + [contact.name for contact in firm.contacts])
    assert all(sign in names for sign in "éèçï'-")
