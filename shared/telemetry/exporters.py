"""Where traces and metrics go, by the standard variables."""

import os


def exporter(variable: str) -> str | None:
    """The exporter that the variable names, if any; `ValueError` for one that is not known here."""
    name = os.environ.get(variable, "").strip().lower()
    if name in ("", "none"):
        return None
    if name not in ("otlp", "console"):
        raise ValueError(f"{variable} can be otlp, console or none")
    return name
