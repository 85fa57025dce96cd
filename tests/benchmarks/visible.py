"""How long after its answer a command is seen in the overview, while the firm is half as busy as it can be."""

import asyncio
import itertools
import time

from tests.benchmarks.connection import Connection
from tests.benchmarks.firm import Firm
from tests.benchmarks.load import Make, paced
from tests.benchmarks.sample import Sample

BETWEEN = 0.02  # seconds between two looks


async def accepted_to_visible(firm: Firm, load: Make, *, rate: float, seconds: float) -> Sample:
    """From the answer to a note until an overview that holds it has arrived; asked for with the note's position.

    Meanwhile `load` is sent at `rate`. The time of that one read is in it.
    """
    stop = asyncio.Event()
    background = asyncio.create_task(paced(firm.port, load, rate=rate, at_once=16, stop=stop))
    connection = await Connection.to(firm.port)
    accounts = itertools.cycle(firm.accounts[1:])
    sample = Sample([], seconds)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        await _look(firm, connection, next(accounts), sample)
        await asyncio.sleep(BETWEEN)
    stop.set()
    await background
    connection.close()
    return sample


async def _look(firm: Firm, connection: Connection, account: str, sample: Sample) -> None:
    accepted = await connection.ask(firm.owner.request("POST", "/interactions", firm.note(account)))
    began = time.perf_counter()
    path = f"/accounts/{account}/overview"
    answer = await connection.ask(firm.owner.request("GET", path, position=accepted.position))
    if answer.status != 200 or accepted.status != 201:
        sample.refused[max(answer.status, accepted.status)] += 1
        return
    sample.latencies.append(time.perf_counter() - began)
