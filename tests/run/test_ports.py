"""Ports are free, remembered, and never those of somebody else."""

import socket
from pathlib import Path

import pytest
from click import ClickException

from services.cli.ports import check_gateway, choose, is_free


@pytest.fixture
def taken() -> "socket.socket":
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


def test_the_same_ports_are_taken_again_at_the_next_start(tmp_path: Path) -> None:
    first = choose(tmp_path / "ports.json", avoid=8080)
    assert choose(tmp_path / "ports.json", avoid=8080) == first
    assert len(set(first.values())) == 2


def test_a_port_that_somebody_took_meanwhile_is_replaced(tmp_path: Path) -> None:
    first = choose(tmp_path / "ports.json", avoid=8080)
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", first["nats"]))
        stranger.listen()
        second = choose(tmp_path / "ports.json", avoid=8080)
    assert second["nats"] != first["nats"]
    assert second["smtp"] == first["smtp"]


def test_the_gateways_port_is_never_given_to_another(tmp_path: Path) -> None:
    first = choose(tmp_path / "ports.json", avoid=8080)
    assert first["smtp"] not in choose(tmp_path / "ports.json", avoid=first["smtp"]).values()


@pytest.mark.parametrize("content", ["", "nonsense", "[1]", '{"nats": "x", "smtp": 99999}', '{"nats": 1, "smtp": -1}'])
def test_a_damaged_memory_of_ports_is_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / "ports.json").write_text(content)
    assert all(is_free(port) for port in choose(tmp_path / "ports.json", avoid=8080).values())


def test_a_taken_gateway_port_is_refused_in_words_that_name_the_setting(taken: socket.socket) -> None:
    with taken, pytest.raises(ClickException, match="DOSSIER_PORT"):
        check_gateway("127.0.0.1", taken.getsockname()[1])


def test_an_address_of_another_machine_is_refused_in_words_that_name_the_setting() -> None:
    with pytest.raises(ClickException, match="DOSSIER_HOST"):
        check_gateway("192.0.2.1", 8080)
