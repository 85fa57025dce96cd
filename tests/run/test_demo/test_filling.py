"""A small demonstration firm told to a running system, cut off several times on the way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from click import ClickException

from services.cli.demo import SEED, demo_password
from services.cli.demo.imagined import imagine
from services.cli.demo.staff import EMPLOYEES, NEW, STAFF, address, level
from tests.run.machine import Machine
from tests.run.test_demo.filled import Filled


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    machine = Machine(tmp_path_factory.mktemp("demo") / "firm")
    try:
        filled = Filled(machine.start().ready())
        for cut in (3, 60, 150):
            with pytest.raises(InterruptedError):
                filled.fill(cut_off_after=cut)
        filled.steps.clear()
        filled.fill()
        yield filled
        filled.http.close()
    finally:
        machine.stop()


def test_a_fill_that_was_cut_off_several_times_ends_with_everything_once(filled: Filled) -> None:
    sizes, wanted = filled.sizes, imagine(SEED, filled.sizes, datetime.now(UTC))
    assert filled.counts() == {
        "members": len(STAFF),
        "contacts": sizes.contacts,
        "accounts": sizes.accounts,
        "interactions": sizes.interactions,
        "documents": sizes.documents,
        "new": len([paper for paper in wanted.papers if not paper.opened_by and not paper.deleted]),
        "folders": sum(len(tree.folders) for tree in wanted.trees),
    }


def test_the_progress_bar_ends_where_it_said(filled: Filled) -> None:
    done, total = filled.steps[-1]
    assert done == total
    assert [step for step, _ in filled.steps] == sorted(step for step, _ in filled.steps)


def test_a_second_fill_changes_nothing(filled: Filled) -> None:
    before = filled.counts()
    filled.fill()
    assert filled.counts() == before


def test_each_member_sees_the_accounts_that_were_meant_for_them(filled: Filled) -> None:
    accounts = imagine(SEED, filled.sizes, datetime.now(UTC)).accounts[:-1]
    password = demo_password(SEED, filled.password)
    position = filled.settled(filled.sign_in(filled.email, filled.password))["Dossier-Position"]
    for member in NEW:
        headers = filled.sign_in(address(member), password) | {"Dossier-Position": position}
        seen = {account["name"] for account in filled.every("/accounts", headers)}
        assert seen == {account.name for account in accounts if level(member.key, account.levels) != "none"}, member.key
    assert {level(key, account.levels) for key in EMPLOYEES for account in accounts} == {"none", "read", "full"}


def test_a_fill_from_long_ago_is_left_as_it_is(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("services.cli.demo"), "GOES_ON", timedelta())
    before = filled.counts()
    with pytest.raises(ClickException, match="more than a day ago"):
        filled.fill()
    assert filled.counts() == before
