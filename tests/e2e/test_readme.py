"""The README's tour does what it says: exactly its lines are pasted into a shell."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.system import Firm
from tests.run.machine import TREE, until

ADDRESS = "http://localhost:8080"


def tour() -> str:
    """The lines of all shell blocks between the tour's marks."""
    readme = (TREE / "README.md").read_text(encoding="utf-8")
    between = re.search(r"<!-- tour -->(.*)<!-- /tour -->", readme, re.DOTALL)
    assert between is not None, "the README has no tour"
    return "".join(re.findall(r"^```sh\n(.*?)^```$", between[1], re.DOTALL | re.MULTILINE))


def _curl_knows_json() -> bool:
    curl = shutil.which("curl")
    return (
        bool(curl) and "--json" in subprocess.run([str(curl), "--help", "all"], capture_output=True, text=True).stdout
    )


@pytest.mark.skipif(not _curl_knows_json(), reason="the tour needs curl 7.82 or later")
def test_the_tour_works_line_by_line(firm: Firm, tmp_path: Path) -> None:
    lines = tour()
    assert ADDRESS in lines
    pasted = "set -e\n" + lines.replace(ADDRESS, firm.address)
    shell = subprocess.run(["bash", "-s"], input=pasted, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert shell.returncode == 0, shell.stdout + shell.stderr
    for answered in ("Pièces de novembre", "relevé bancaire", "Boulangerie Lefèvre", '"code":"last-contact"'):
        assert answered in shell.stdout
    assert until(lambda: firm.mails("anais@example.org"), what="the e-mail to the contact")
    assert firm.owner.read("/search", q="lefevre")["items"]
