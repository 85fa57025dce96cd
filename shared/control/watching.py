"""What every process exports of itself, where measurements are exported: looked up then, and free of cost otherwise."""

import time
from collections.abc import Callable, Sequence

from nats.aio.client import Client

from shared.broker import EVENTS, SCHEDULES, ask
from shared.relay import Relay
from shared.runner import Runner
from shared.settings import Settings
from shared.store import EventStore
from shared.telemetry import exporting, gauge, measures, on_loop, total

_ready = gauge("dossier.ready", "", "1 if this process can do its work, else 0.")
_connected = gauge("dossier.broker.connected", "", "1 if the broker can be reached, else 0.")
_relay = gauge("dossier.relay.lag", "{event}", "Stored events that are not yet on the stream.")
_lag = gauge("dossier.projection.lag", "{event}", "Events on the stream that are not yet applied.")
_working = gauge("dossier.projection.working", "", "1 if this instance applies the events, else 0.")
_parked = gauge("dossier.projection.parked", "{aggregate}", "Aggregates with parked events.")
_position = gauge("dossier.store.position", "{event}", "Number of the last event of the store.")
_messages = gauge("dossier.broker.stream.messages", "{message}", "Messages that the broker keeps.")
_bytes = gauge("dossier.broker.stream.size", "By", "Room that they take at the broker.")
_size = gauge("dossier.store.size", "By", "A store on this disk.")
_wal = gauge("dossier.store.wal", "By", "A store's write-ahead log.")
_disk = gauge("system.filesystem.usage", "By", "The disk that holds the data folder.")
_memory = gauge("process.memory.usage", "By", "Resident memory.")
_cpu = total("process.cpu.time", "s", "Processor time used.")
_descriptors = gauge("process.unix.file_descriptor.count", "{file_descriptor}", "Open file descriptors.")
_threads = gauge("process.thread.count", "{thread}", "Threads.")
_uptime = gauge("process.uptime", "s", "Since the process began its work.")


def watch_broker(connection: Client) -> None:
    """What the broker keeps, by the process that looks after its streams."""
    if not exporting():
        return
    watch_process()
    _connected.of(lambda: int(connection.is_connected))
    _messages.of(on_loop(lambda: _streams(connection, "messages")), by="messaging.destination.name")
    _bytes.of(on_loop(lambda: _streams(connection, "bytes")), by="messaging.destination.name")


async def _streams(connection: Client, what: str) -> dict[str, float | None]:
    if not connection.is_connected:
        return {}
    return {name: (await ask(connection, f"$JS.API.STREAM.INFO.{name}"))["state"][what] for name in (EVENTS, SCHEDULES)}


def watch_process() -> None:
    """Memory, processor and so on."""
    began = time.monotonic()
    _memory.of(measures.memory)
    _cpu.of(measures.cpu, by="cpu.mode")
    _descriptors.of(measures.descriptors)
    _threads.of(measures.threads)
    _uptime.of(lambda: time.monotonic() - began)


def watch(
    name: str, settings: Settings, connection: Client, runners: Sequence[Runner], ready: Callable[[], bool]
) -> None:
    """A process with projections."""
    if not exporting():
        return
    watch_process()
    folder = settings.data / name
    _ready.of(lambda: int(ready()))
    _connected.of(lambda: int(connection.is_connected))
    _size.of(lambda: {store: of["size"] for store, of in measures.stores(folder).items()}, by="dossier.store")
    _wal.of(lambda: {store: of["wal"] for store, of in measures.stores(folder).items()}, by="dossier.store")
    _disk.of(lambda: measures.disk(settings.data), by="system.filesystem.state")
    for runner in runners:
        _watch_runner(runner)


def _watch_runner(runner: Runner) -> None:
    """Only the instance that applies the events knows how many are left."""
    what = {"dossier.runner": runner.name}
    _working.of(lambda: int(runner.working), **what)
    _lag.of(lambda: runner.lag if runner.working else None, **what)
    _parked.of(lambda: runner.waiting if runner.working else None, **what)


def watch_store(store: EventStore, relay: Relay) -> None:
    """A process with events of its own."""
    _position.of(lambda: store.last)
    _relay.of(lambda: relay.lag)
