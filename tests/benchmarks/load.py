"""The same request again and again, as many at once as wanted."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from tests.benchmarks.connection import Answer, Connection
from tests.benchmarks.sample import Sample, cpu_seconds

Make = Callable[[], bytes]
"""Makes the bytes of the next request."""


async def closed(port: int, make: Make, *, at_once: int, seconds: float, pids: Mapping[str, int]) -> Sample:
    """`at_once` callers, each of whom asks again as soon as it has its answer, for so many seconds."""
    sample = Sample([], 0.0)
    connections = [await Connection.to(port) for _ in range(at_once)]
    before, began = cpu_seconds(pids), time.perf_counter()
    end = began + seconds
    await asyncio.gather(*(_ask_until(connection, make, end, sample) for connection in connections))
    sample.seconds = time.perf_counter() - began
    sample.cpu = {name: spent - before[name] for name, spent in cpu_seconds(pids).items()}
    for connection in connections:
        connection.close()
    return sample


async def _ask_until(connection: Connection, make: Make, end: float, sample: Sample) -> None:
    while (began := time.perf_counter()) < end:
        answer = await connection.ask(make())
        note(sample, answer, time.perf_counter() - began)


def note(sample: Sample, answer: Answer, seconds: float) -> None:
    if answer.status >= 400:
        sample.refused[answer.status] += 1
    else:
        sample.latencies.append(seconds)
        sample.size = len(answer.body)


async def every(port: int, requests: Iterator[bytes], *, at_once: int) -> list[Answer]:
    """Each of these requests once; the answers in the order of the requests. Raises on a refusal."""
    connections = [await Connection.to(port) for _ in range(at_once)]
    answers: dict[int, Answer] = {}
    numbered = enumerate(requests)

    async def work(connection: Connection) -> None:
        for number, request in numbered:
            answer = answers[number] = await connection.ask(request)
            if answer.status >= 400:
                raise RuntimeError(f"{answer.status} {answer.body[:500]!r} to {request[:200]!r}")

    await asyncio.gather(*(work(connection) for connection in connections))
    for connection in connections:
        connection.close()
    return [answers[number] for number in range(len(answers))]


async def paced(port: int, make: Make, *, rate: float, at_once: int, stop: asyncio.Event) -> Counter[int]:
    """So many requests a second, evenly, until `stop`; the answers' statuses. What the callers cannot send is left."""
    connections = [await Connection.to(port) for _ in range(at_once)]
    began, sent = time.perf_counter(), 0
    statuses: Counter[int] = Counter()

    async def work(connection: Connection) -> None:
        nonlocal sent
        while not stop.is_set():
            due = began + sent / rate
            sent += 1
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            statuses[(await connection.ask(make())).status] += 1

    await asyncio.gather(*(work(connection) for connection in connections))
    for connection in connections:
        connection.close()
    return statuses
