"""The image: what goes in, who runs it, and how it says that it is well."""

import asyncio
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from shared import process
from shared.process import heartbeat
from tests.deploy.files import DOCKERFILE, ROOT, in_image
from tests.waiting import eventually

TEXT = DOCKERFILE.read_text()
HEALTHY = ROOT / "deploy" / "healthy"


def asked(folder: Path, what: str) -> bool:
    """What the probe of a container answers."""
    environment = {**os.environ, "DOSSIER_HEARTBEAT": str(folder)}
    return subprocess.run(["sh", HEALTHY, what], env=environment, check=False, capture_output=True).returncode == 0


def test_the_image_is_made_from_what_is_locked() -> None:
    assert "--require-hashes -r requirements/run.lock" in TEXT
    bases = re.findall(r"^FROM (\S+)", TEXT, re.MULTILINE)
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", bases[0])


def test_it_runs_as_nobody_in_particular_and_takes_the_process_by_argument() -> None:
    last = TEXT.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.*)", last, re.MULTILINE) == ["10001:10001"]
    assert '["tini", "--", "dossier", "serve"]' in last
    assert '["healthy", "ready"]' in last
    assert not re.search(r"apt-get install.*(gcc|build-essential|-dev)", TEXT)


def test_what_is_copied_exists_and_secrets_and_data_stay_outside() -> None:
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert [pattern for pattern in let_in if not list(ROOT.glob(pattern))] == []
    assert not [pattern for pattern in let_in if pattern.startswith((".", "var", "tests"))]
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"
    assert in_image()["DOSSIER_DATA"] == "/data"


async def test_a_process_says_that_it_lives_and_whether_it_is_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "BEAT", 0.01)
    ready = False
    assert not asked(tmp_path, "alive")
    async with heartbeat(tmp_path, lambda: ready):
        await eventually(lambda: _is(tmp_path, alive=True, ready=False))
        ready = True
        await eventually(lambda: _is(tmp_path, alive=True, ready=True))
        ready = False
        await eventually(lambda: _is(tmp_path, alive=True, ready=False))
    assert not asked(tmp_path, "ready")


def test_a_process_that_hangs_is_found_out(tmp_path: Path) -> None:
    long_ago = time.time() - 60
    for name in ("alive", "ready"):
        (tmp_path / name).touch()
        assert asked(tmp_path, name)
        os.utime(tmp_path / name, (long_ago, long_ago))
        assert not asked(tmp_path, name)
    assert process.BEAT < 10


async def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with heartbeat(None, lambda: True):
        await asyncio.sleep(0)
    assert list(tmp_path.iterdir()) == []


def _is(folder: Path, *, alive: bool, ready: bool) -> bool:
    return asked(folder, "alive") == alive and asked(folder, "ready") == ready
