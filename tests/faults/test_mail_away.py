"""S1: a mail server that is away, refuses for now or for good, and falls silent with a message in its hands."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from random import Random

import pytest

from tests.broker import free_port
from tests.e2e.client import Json
from tests.e2e.system import Firm
from tests.faults.ledger import Ledger
from tests.faults.load import MAILED, Load, note
from tests.notifications.sink import Sink, listening
from tests.waiting import eventually

RETRY, PATIENCE = "0.5", "2"  # seconds before an e-mail is tried again, and for which a server may think
PLANS = ("rcpt 450 later", "data 451 later", "hang", "close", "rcpt 421 away", "data 554 never")
CUT = ("hang", "close")  # the server has the message, and nobody hears of it
NOTES = 6


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Firm]:
    told = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_SECONDS": PATIENCE, "MAIL_RETRY_SECONDS": RETRY}
    firm = Firm(tmp_path_factory.mktemp("mailing"), **{f"DOSSIER_{name}": value for name, value in told.items()})
    try:
        yield firm.start()
    finally:
        firm.stop()


@pytest.fixture
async def load(running: Firm, seed: int) -> AsyncIterator[Load]:
    async with Ledger(running) as ledger:
        load = Load(ledger, seed)
        await load.begin()
        yield load


def messages(firm: Firm, **fields: str) -> list[Json]:
    return list(firm.owner.every("/messages", limit=200, **fields))


async def test_each_email_leaves_once_whatever_the_server_does(
    running: Firm, load: Load, port: int, chance: Random, long: bool
) -> None:
    notes = [await load.ledger.perform(note(load, chance, people=MAILED)) for _ in range(NOTES * (10 if long else 1))]
    due = MAILED * len(notes)

    def waiting() -> bool:
        told = messages(running, state="queued")
        return len(told) >= due and all(message["attempts"] and message["error"] for message in told)

    await eventually(waiting, 30)  # the server is away: each was tried, and the queue says what became of it
    async with listening(port) as sink:
        plans = list(PLANS) * (5 if long else 1)
        chance.shuffle(plans)
        sink.plans.extend(plans)
        await eventually(lambda: not messages(running, state="queued"), 60)
    told = messages(running)
    refused = [message for message in told if message["state"] == "failed"]
    assert {message["error"] for message in refused} <= {"554 never"}
    assert len(refused) == plans.count("data 554 never")
    assert {message["state"] for message in told} == {"sent", "failed"}
    each_once_but_for_what_was_cut(sink, len(told) - len(refused), sum(plan in CUT for plan in plans))


def each_once_but_for_what_was_cut(sink: Sink, sent: int, cut: int) -> None:
    """What came again is the same e-mail, by its Message-ID."""
    taken = Counter(str(mail["Message-ID"]) for mail in sink.taken)
    assert len(taken) == sent
    assert sum(taken.values()) - len(taken) == cut
