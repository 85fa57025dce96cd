"""Pid files tell the truth also after an unclean end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.cli.layout import Layout
from services.cli.supervisor import kill_leftovers
from shared.process import alive, environment_holds, pid_file, read_pid, write_atomically
from tests.run.machine import until


def sleeper(**variables: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env={**os.environ, **variables})


def end(child: "subprocess.Popen[bytes]") -> None:
    child.kill()
    child.communicate()


def test_a_pid_file_lives_as_long_as_its_process_works(tmp_path: Path) -> None:
    with pid_file(tmp_path, "firm") as path:
        assert read_pid(path) == os.getpid()
    assert not path.exists()


def test_a_successors_pid_file_is_not_taken_away(tmp_path: Path) -> None:
    with pid_file(tmp_path, "firm") as path:
        path.write_text("1\n")
    assert read_pid(path) == 1


@pytest.mark.parametrize("content", ["", "x", "12x"])
def test_a_damaged_pid_file_names_nobody(tmp_path: Path, content: str) -> None:
    (tmp_path / "firm.pid").write_text(content)
    assert read_pid(tmp_path / "firm.pid") is None


def test_a_process_that_ended_is_not_alive_even_before_it_is_waited_for() -> None:
    child = sleeper()
    assert alive(child.pid)
    child.send_signal(signal.SIGKILL)
    until(lambda: not alive(child.pid), what="the end of a killed process")
    end(child)


def test_what_an_unclean_end_left_running_is_ended_and_strangers_are_left_alone(tmp_path: Path) -> None:
    layout = Layout(tmp_path.resolve())
    layout.make()
    ours, stranger = sleeper(DOSSIER_DATA=str(layout.data)), sleeper(DOSSIER_DATA="/elsewhere")
    try:
        until(lambda: environment_holds(ours.pid, f"DOSSIER_DATA={layout.data}"))
        (layout.run / "firm.pid").write_text(str(ours.pid))
        (layout.run / "gateway.pid").write_text(str(stranger.pid))
        assert kill_leftovers(layout) == ["firm"]
        assert not alive(ours.pid)
        assert alive(stranger.pid)
        assert not list(layout.run.glob("*.pid"))
    finally:
        end(ours)
        end(stranger)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    write_atomically(path, "old", mode=0o600)
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert path.read_text() == "old"
