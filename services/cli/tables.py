"""How numbers and tables are shown on a terminal."""

import sys

from rich.console import Console

_WIDE = 160  # columns where nobody says how many there are: in a pipe, nothing is to be cut off


def console() -> Console:
    """Standard output, with colours where it is a terminal."""
    return Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)


def amount(value: int | None) -> str:
    """A count with its thousands apart; a dash for None."""
    return "-" if value is None else f"{value:,}".replace(",", " ")


def size(bytes: int | None) -> str:
    """A number of bytes as people read it; a dash for None."""
    if bytes is None:
        return "-"
    value, unit = float(bytes), "B"
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if value < 1024 or unit == "TiB":
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"
