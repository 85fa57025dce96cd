"""The documented tree is the tree."""

import re

from tests.architecture.imports import ROOT, SERVICES

PAGE = ROOT / "docs" / "architecture.md"


def documented() -> list[str]:
    """Paths in the block under "The tree": two blanks of indentation a level, a comment after two blanks."""
    block = re.search(r"## The tree\n.*?```\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert block, "docs/architecture.md shows no tree"
    paths: list[str] = []
    above: list[str] = []
    for line in block[1].splitlines():
        name = line.strip().split("  ")[0].strip()
        depth = (len(line) - len(line.lstrip())) // 2
        above = [*above[:depth], name.rstrip("/")]
        paths.append("/".join(above))
    return paths


def test_everything_in_the_documented_tree_exists() -> None:
    assert [path for path in documented() if not (ROOT / path).exists()] == []


def test_every_service_and_mechanism_is_in_the_documented_tree() -> None:
    shown = set(documented())
    wanted = {f"services/{service}" for service in SERVICES}
    wanted |= {
        f"shared/{path.name}"
        for path in (ROOT / "shared").iterdir()
        if not path.name.startswith("__") and (path.suffix == ".py" or path.is_dir())
    }
    assert sorted(wanted - shown) == []


def test_the_paths_named_in_the_walk_exist() -> None:
    named = re.findall(r"`((?:services|shared|deploy|tests|docs)/[\w./-]+)`", PAGE.read_text())
    assert named
    assert [path for path in named if not (ROOT / path.rstrip("/")).exists()] == []
