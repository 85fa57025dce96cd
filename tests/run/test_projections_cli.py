"""A projection made anew beside the live one, compared with it and put in its place, while people work."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.system import Firm
from tests.run.operator import answered, dossier, read_model

NAME = "dossiers-1"


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    firm = Firm(tmp_path_factory.mktemp("rebuilt"))
    try:
        yield firm.start()
    finally:
        firm.stop()


@contextmanager
def work(firm: Firm) -> Iterator[list[str]]:
    """Somebody who makes one contact after the other and looks at each; none of their requests may fail."""
    made: list[str] = []
    failed: list[BaseException] = []
    stopped = threading.Event()
    clerk = firm.member("employee", "manage-contacts", "view-all-accounts")

    def go() -> None:
        try:
            while not stopped.is_set():
                made.append(clerk.contact())
                answer = clerk.http.get(clerk.url(f"/contacts/{made[-1]}"), headers=clerk.headers)
                assert answer.status_code == 200, answer.text
        except BaseException as error:  # noqa: BLE001  # shown by the test
            failed.append(error)

    thread = threading.Thread(target=go)
    thread.start()
    try:
        yield made
    finally:
        stopped.set()
        thread.join()
    assert failed == []


@pytest.mark.rows("X-09")
def test_what_was_tampered_with_is_found_and_healed_while_people_work(firm: Firm) -> None:
    owner = firm.owner
    forged, lost = owner.contact(), owner.contact()
    right = owner.get(f"/contacts/{forged}").json()
    owner.get(f"/contacts/{lost}")
    with read_model(firm, "dossier") as connection:
        document = {
            **json.loads(connection.execute("SELECT document FROM d_contacts WHERE id = ?", (forged,)).fetchone()[0]),
            "name": "Faux",
        }
        connection.execute("UPDATE d_contacts SET document = ? WHERE id = ?", (json.dumps(document).encode(), forged))
        connection.execute("DELETE FROM d_contacts WHERE id = ?", (lost,))
    with work(firm) as made:
        assert answered(firm.machine, "projections", "rebuild", NAME)["phase"] == "ready"
        found = dossier(firm.machine, "projections", "compare", NAME, "--json")
        assert found.returncode == 1
        contacts = next(one for one in json.loads(found.stdout)["collections"] if one["collection"] == "contacts")
        assert (sorted(contacts["ids"]), contacts["differing"]) == (sorted([forged, lost]), 2)
        assert owner.get(f"/contacts/{forged}").json()["name"] == "Faux"  # the live one serves on
        assert answered(firm.machine, "projections", "swap", NAME, "--yes")["swapped"]
        assert owner.get(f"/contacts/{forged}").json() == right
        assert owner.get(f"/contacts/{lost}").status_code == 200
    assert made
    assert owner.after(*firm._people).get(f"/contacts/{made[-1]}").status_code == 200


def test_what_was_not_tampered_with_is_equal_to_the_last_document(firm: Firm) -> None:
    account = firm.owner.account()
    firm.owner.interaction(account_id=account)
    firm.owner.folder(account)
    for name in (NAME, "audit-1", "interactions-1", "documents-1", "contacts/rights-1"):
        answered(firm.machine, "projections", "rebuild", name)
        found = answered(firm.machine, "projections", "compare", name)
        assert found["equal"]
        assert sum(one["documents"] for one in found["collections"]) > 0
    answered(firm.machine, "projections", "give-up", NAME)
    with read_model(firm, "dossier") as connection:
        stored = [name for (name,) in connection.execute("SELECT name FROM collection WHERE name LIKE 'overviews%'")]
    assert stored == ["overviews"]


def test_what_a_process_left_unfinished_is_cleared_away_when_it_starts_again(firm: Firm) -> None:
    answered(firm.machine, "projections", "rebuild", "recents-1")
    firm.stop()
    firm.start()
    with read_model(firm, "dossier") as connection:
        assert connection.execute("SELECT count(*) FROM collection WHERE name LIKE '%beside%'").fetchone() == (0,)
    done = dossier(firm.machine, "projections", "swap", "recents-1", "--yes")
    assert (done.returncode, "was not rebuilt" in done.stderr) == (1, True)


def test_a_swap_happens_only_after_a_yes(firm: Firm) -> None:
    answered(firm.machine, "projections", "rebuild", NAME)
    assert dossier(firm.machine, "projections", "swap", NAME, told="n\n").returncode == 1
    [one] = [one for one in answered(firm.machine, "projections", "list") if one["name"] == NAME]
    assert (one["live"], one["rebuild"]["phase"]) == (True, "ready")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rebuild", "nothing-1"), "There is no projection nothing-1"),
        (("rebuild", "rights-1"), "Several services have a projection of this name"),
        (("rebuild", "live-1"), "stores nothing"),
        (("compare", "audit-1"), "was not rebuilt"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(firm: Firm, words: tuple[str, str], said: str) -> None:
    if words[0] == "compare":
        dossier(firm.machine, "projections", "give-up", words[1])
    done = dossier(firm.machine, "projections", *words)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
