"""`dossier restart` where there is nothing to start again; what it does is proved in tests/faults/test_instances.py."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run.machine import TREE


@pytest.mark.parametrize(("services", "named"), [(["mailbox"], "mailbox"), (["gateway"], "DOSSIER_DATA")])
def test_what_cannot_be_started_again_is_refused_with_one_word_why(
    tmp_path: Path, services: list[str], named: str
) -> None:
    command = [sys.executable, "-m", "services.cli", "restart", *services]
    environment = os.environ | {"DOSSIER_DATA": str(tmp_path)}
    done = subprocess.run(command, cwd=TREE, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, named in done.stderr, "Traceback" in done.stderr) == (1, True, False)
    assert list(tmp_path.iterdir()) == []
