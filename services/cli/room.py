"""The broker of one machine, after its disk was full.

A stream whose write failed takes nothing more until the broker is started again, however much room there is by then
(nats-server 2.15.1). Events are safe meanwhile, in the stores; nobody hears of them.
"""

import asyncio
import logging
import os
import shutil
import signal

from services.cli.configuration import BROKER
from services.cli.layout import Layout
from shared.process import environment_holds, read_pid
from shared.settings import Settings

_LITTLE = 1024 * 1024  # bytes: with less than that, a write may have failed
_LOOK = 1.0  # seconds
_log = logging.getLogger(__name__)


async def watch_room(settings: Settings) -> None:
    """End the broker once there is room again: the supervisor starts it afresh. One that is elsewhere is left alone."""
    layout = Layout(settings.data.resolve())
    store = layout.data / "nats"
    was_full = False
    while True:
        await asyncio.sleep(_LOOK)
        if not store.exists():
            continue
        full = shutil.disk_usage(store).free < _LITTLE
        if was_full and not full:
            _end(layout)
        was_full = full


def _end(layout: Layout) -> None:
    pid = read_pid(layout.run / f"{BROKER}.pid")
    if pid is not None and environment_holds(pid, f"DOSSIER_DATA={layout.data}"):
        _log.warning("there is room on the disk again: the broker is started anew")
        os.kill(pid, signal.SIGTERM)
