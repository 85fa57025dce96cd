"""M3: an event that a projection fails on. Its aggregate waits, everyone else is served as if nothing had happened."""

import json
from collections.abc import Iterator

import pytest

from tests.e2e.system import Firm, Member
from tests.otlp import Receiver, exporting, receiving
from tests.run.machine import until
from tests.run.operator import answered, dossier, mend, spoil

TRIES = 5


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Firm]:
    firm = Firm(tmp_path_factory.mktemp("poisoned"), **exporting(receiver))
    try:
        yield firm.start()
    finally:
        firm.stop()


def renamed(member: Member, contact: str, name: str) -> None:
    member.did(member.put(f"/contacts/{contact}", {"name": name}))


def shown(firm: Firm, contact: str) -> str:
    """The name that the read model has now, whatever was written since."""
    return str(firm.sign_in(firm.owner.email, "a long enough password").get(f"/contacts/{contact}").json()["name"])


def parked_in_health(firm: Firm) -> int:
    """`GET /health/ready` says it too, and that the firm is ready all the same."""
    answer = firm.owner.get("/health/ready")
    assert answer.status_code == 200
    return int(answer.json()["services"]["dossier"]["parked"])


def test_an_aggregate_is_parked_and_healed_while_the_others_go_on(firm: Firm, receiver: Receiver) -> None:
    owner = firm.owner
    ill, well = owner.contact(), owner.contact()
    assert owner.get(f"/contacts/{ill}").status_code == 200
    kept = spoil(firm, ill)
    renamed(owner, ill, "Premier")
    until(lambda: parked_in_health(firm) == 1, what="the event is parked")
    renamed(owner, ill, "Second")
    renamed(owner, well, "Autre")
    # With the position of what was just written, also of the parked ones: nobody waits for them.
    assert owner.get(f"/contacts/{well}").json()["name"] == "Autre"
    first, second = answered(firm.machine, "parked", "list")
    assert (first["process"], first["topic"], first["aggregate"]) == ("dossier", "contacts.contact.renamed", ill)
    assert first["error"].startswith("KeyError in ")
    assert (second["aggregate"], second["tries"]) == (ill, 0)
    until(lambda: receiver.value("dossier", "dossier.projection.parked") == 1, what="the metric says so")

    def given_up() -> bool:
        found = json.loads(dossier(firm.machine, "parked", "show", first["key"], "--json").stdout)
        return (found["tries"], found["next_try"]) == (TRIES, None)

    until(given_up, what="five tries")
    # One more for the batch that it spoilt, which was applied again event by event.
    assert receiver.value("dossier", "dossier.projection.failures", projection="dossiers-1") == TRIES
    early = dossier(firm.machine, "parked", "replay", first["key"])
    assert (early.returncode, "fails still" in early.stdout) == (1, True)

    mend(firm, ill, kept)
    done = dossier(firm.machine, "parked", "replay", "--all")
    assert done.returncode == 0, done.stdout + done.stderr
    assert answered(firm.machine, "parked", "list") == []
    assert shown(firm, ill) == "Second"
    assert parked_in_health(firm) == 0
    until(lambda: receiver.value("dossier", "dossier.projection.parked") == 0, what="the metric says so")


def test_an_event_is_given_up_only_after_a_yes(firm: Firm) -> None:
    owner = firm.owner
    contact = owner.contact()
    owner.get(f"/contacts/{contact}")
    kept = spoil(firm, contact)
    renamed(owner, contact, "Perdu")
    until(lambda: parked_in_health(firm) == 1, what="the event is parked")
    [event] = answered(firm.machine, "parked", "list")
    renamed(owner, contact, "Gardé")
    until(lambda: parked_in_health(firm) == 2, what="the next one waits behind it")
    refused = dossier(firm.machine, "parked", "skip", event["key"], told="n\n")
    assert refused.returncode == 1
    assert len(answered(firm.machine, "parked", "list")) == 2
    assert dossier(firm.machine, "parked", "skip", event["key"], "--yes").returncode == 0
    [behind] = answered(firm.machine, "parked", "list")
    assert behind["key"] != event["key"]
    mend(firm, contact, kept)
    assert dossier(firm.machine, "parked", "replay", "--all").returncode == 0
    assert answered(firm.machine, "parked", "list") == []
    assert shown(firm, contact) == "Gardé"


@pytest.mark.parametrize(
    "words", [("show", "nobody:here:1"), ("replay", "nobody:here:1"), ("replay",), ("skip", "x", "--yes")]
)
def test_what_is_not_parked_is_refused_in_one_sentence(firm: Firm, words: tuple[str, ...]) -> None:
    done = dossier(firm.machine, "parked", *words)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) == 1
