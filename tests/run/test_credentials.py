"""Secrets are made once, for their owner's eyes only."""

import stat
from pathlib import Path

import pytest
from click import ClickException

from services.cli.credentials import load_or_make
from services.cli.layout import Layout
from shared.permissions import ADMIN, USERS
from shared.settings import Settings


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "firm")
    layout.make()
    return layout


def test_the_second_start_finds_the_secrets_of_the_first(layout: Layout) -> None:
    first = load_or_make(layout, Settings())
    assert load_or_make(layout, Settings()) == first
    assert len(bytes.fromhex(first.master_key)) == 32
    assert set(first.nats) == {*USERS, ADMIN}
    assert len(set(first.nats.values())) == len(first.nats)


def test_nobody_else_on_the_machine_can_read_the_secrets(layout: Layout) -> None:
    load_or_make(layout, Settings())
    assert stat.S_IMODE(layout.secrets.stat().st_mode) == 0o600


def test_a_password_that_a_person_chose_is_not_kept(layout: Layout) -> None:
    settings = Settings(owner_email="marie@cabinet.example", owner_password="à elle")
    chosen = load_or_make(layout, settings)
    assert (chosen.owner_email, chosen.owner_password) == ("marie@cabinet.example", "à elle")
    assert "elle" not in layout.secrets.read_text()
    later = load_or_make(layout, Settings())
    assert (later.owner_email, later.owner_password) == ("marie@cabinet.example", None)


def test_lost_secrets_are_not_replaced_where_they_are_all_that_opens_the_data(layout: Layout) -> None:
    (layout.data / "contacts").mkdir()
    with pytest.raises(ClickException, match=r"DOSSIER_MASTER_KEY"):
        load_or_make(layout, Settings())
    assert load_or_make(layout, Settings(master_key="ab" * 32)).master_key == "ab" * 32


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"master_key": 1, "unknown": 2}'])
def test_damaged_secrets_are_left_alone(layout: Layout, content: str) -> None:
    layout.secrets.write_text(content)
    with pytest.raises(ClickException, match="backup"):
        load_or_make(layout, Settings())
    assert layout.secrets.read_text() == content
