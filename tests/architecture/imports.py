"""What each module of the tree imports, read from its source."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.name for path in (ROOT / "services").iterdir() if (path / "app.py").exists())
ROOMS = {"app", "commands", "contract", "domain", "projections", "queries", "reactions", "values"}


def modules(*folders: str) -> Iterator[Path]:
    """Python files below these folders, relative to the root."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT)


def imported(path: Path) -> set[str]:
    """Dotted names of everything that a file imports, `from a import b` as `a.b`; imports for types only count too."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room(path: Path) -> str:
    """`services/contacts/domain/account.py` -> `domain`."""
    return path.parts[2].removesuffix(".py") if len(path.parts) > 2 else ""
