"""How long after its answer a command is seen in the overview, while the firm is half as busy as it can be."""

import asyncio
import itertools
import time

from tests.benchmarks.connection import Connection
from tests.benchmarks.firm import Firm
from tests.benchmarks.load import Make, note, paced
from tests.benchmarks.sample import Sample

BETWEEN = 0.02  # seconds between two looks


async def accepted_to_visible(firm: Firm, load: Make, *, rate: float, seconds: float) -> tuple[Sample, Sample]:
    """How long notes took to be accepted, and from there until an overview that holds them has arrived.

    The overview is asked for with the note's position; the time of that one read is in it. Meanwhile `load` is sent at
    `rate`.
    """
    stop = asyncio.Event()
    background = asyncio.create_task(paced(firm.port, load, rate=rate, at_once=16, stop=stop))
    connection = await Connection.to(firm.port)
    accounts = itertools.cycle(firm.accounts[1:])
    accepted, visible = Sample([], seconds), Sample([], seconds)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        await _look(firm, connection, next(accounts), accepted, visible)
        await asyncio.sleep(BETWEEN)
    stop.set()
    await background
    connection.close()
    return accepted, visible


async def _look(firm: Firm, connection: Connection, account: str, accepted: Sample, visible: Sample) -> None:
    began = time.perf_counter()
    answer = await connection.ask(firm.owner.request("POST", "/interactions", firm.note(account)))
    answered = time.perf_counter()
    note(accepted, answer, answered - began)
    path = f"/accounts/{account}/overview"
    shown = await connection.ask(firm.owner.request("GET", path, position=answer.position))
    note(visible, shown, time.perf_counter() - answered)
