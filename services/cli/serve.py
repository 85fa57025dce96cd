"""`dossier serve <process>`: one process of the firm, in the foreground."""

import asyncio
import logging
from collections.abc import Coroutine
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from click import ClickException

from shared import telemetry
from shared.process import pid_file
from shared.settings import Settings

log = logging.getLogger(__name__)


def serve(name: str, instance: int | None = None) -> None:
    """Run a service, the gateway, the mailbox or the keeper of the streams until SIGTERM or SIGINT.

    `instance`: which of several on this machine. One that is started again goes on with what was its own.
    """
    module = _module(name)
    process = name if instance in (None, 1) else f"{name}-{instance}"
    settings = Settings() if instance is None else Settings(instance=process)
    telemetry.configure(name, settings)
    try:
        with pid_file(settings.folder("run"), process):
            log.info("starts")
            if name in _SMALL:
                asyncio.run(_small(module, settings))
            else:
                import uvloop  # the small processes do without, for its memory

                uvloop.run(import_module(module).build(settings).run())
            log.info("ends")
    finally:
        telemetry.flush()


_SMALL = {"mailbox": "services.cli.mailbox", "streams": "services.cli.streams"}


def _module(name: str) -> str:
    module = _SMALL.get(name, f"services.{name}.app")
    try:
        found = name.isidentifier() and find_spec(module)
    except ModuleNotFoundError:
        found = None
    if not found:
        raise ClickException(f"There is no process named {name!r}.")
    return module


def _small(module: str, settings: Settings) -> Coroutine[Any, Any, None]:
    coroutine: Coroutine[Any, Any, None] = import_module(module).run(settings)
    return coroutine
