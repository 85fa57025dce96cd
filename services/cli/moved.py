"""What has moved out of a data folder: a firm is not started with its past, which would then have two futures."""

import json

from click import ClickException

from services.cli.layout import Layout
from shared.process import write_atomically
from shared.settings import Settings

ENGINES = ("events_url", "keys_url", "blobs_url")


def remember(layout: Layout, settings: Settings) -> None:
    """These parts lie in the engines that the settings name from now on."""
    moved = sorted({*_moved(layout), *(engine for engine in ENGINES if getattr(settings, engine))})
    write_atomically(layout.data / "moved.json", json.dumps(moved) + "\n")


def refuse_past(layout: Layout, settings: Settings) -> None:
    """`ClickException` if something has moved to an engine that the settings do not name."""
    forgotten = [engine for engine in _moved(layout) if not getattr(settings, engine)]
    if forgotten:
        names = ", ".join(f"DOSSIER_{engine.upper()}" for engine in forgotten)
        raise ClickException(
            f"This firm has moved out of {layout.data}: set {names}. To go back to what it was before it moved, and "
            f"lose what has happened since, remove {layout.data / 'moved.json'}."
        )


def _moved(layout: Layout) -> list[str]:
    path = layout.data / "moved.json"
    found: list[str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return found
