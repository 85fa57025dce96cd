"""The documents: what is filed where, by whom, and who has opened it."""

from collections.abc import Iterator
from datetime import datetime
from random import Random

from services.cli.demo.chance import chance, shares, some
from services.cli.demo.model import Paper, Path, Sizes, Tree
from services.cli.demo.staff import STAFF, folder_right
from services.cli.demo.words.filing import MONTHS, PAPERS

_LARGEST = 0.36
"""Which part of all documents is the largest client's."""

_UNREAD = 0.2
"""Which part nobody has opened."""


def papers_of(seed: str, sizes: Sizes, trees: list[Tree], now: datetime) -> list[Paper]:
    """All documents that remain, and one of a hundred besides that was deleted."""
    extra = max(1, sizes.documents // 100)
    largest = round(sizes.documents * _LARGEST)
    source = chance(seed, "papers")
    rest = shares([source.uniform(0.3, 2.0) for _ in trees[1:]], sizes.documents - largest)
    counts = [largest + extra, *rest]
    papers: list[Paper] = []
    for tree, count in zip(trees, counts, strict=True):
        gone = extra if tree.account.number == 0 else 0
        papers += _filed(seed, tree, count, gone, now)
    return papers


def _filed(seed: str, tree: Tree, count: int, gone: int, now: datetime) -> Iterator[Paper]:
    """The documents of one account, each of them in a folder that is not merely there to hold others."""
    source = chance(seed, "filed", tree.account.number)
    parents = {folder[:-1] for folder in tree.folders}
    folders = [folder for folder in tree.folders if folder not in parents] or list(tree.folders)
    names: set[tuple[Path, str]] = set()
    for index in range(count):
        folder = folders[index % len(folders)] if index < len(folders) else source.choice(folders)
        key = f"paper-{tree.account.number}-{index}"
        # Titles hold dates: they have a source of their own, so that another day changes nothing else.
        title, ending = _titled(chance(seed, "title", key), folder, names, now)
        yield _paper(source, tree, key, folder, title, ending, index < gone)


def _titled(source: Random, folder: Path, names: set[tuple[Path, str]], now: datetime) -> tuple[str, str]:
    """A title that nothing in the folder has yet, and the format."""
    kind = folder[-1] if folder[-1] in PAPERS else "T" if folder[-1][:1] == "T" and folder[-1][1:].isdigit() else ""
    year = next((int(part) for part in folder if part.isdigit()), now.year - source.randint(1, 2))
    months = MONTHS[: max(1, now.month - 1)] if year == now.year else MONTHS
    if kind == "T":
        quarter = int(folder[-1][1:])
        months = MONTHS[3 * quarter - 3 : 3 * quarter]
    while True:
        form, ending = source.choice(PAPERS[kind] if source.random() < 0.8 else PAPERS[""])
        title = form.format(month=source.choice(months), year=year, n=source.randint(1, 28))
        if (folder, title) not in names:
            names.add((folder, title))
            return title, ending
        kind = ""


def _paper(source: Random, tree: Tree, key: str, folder: Path, title: str, ending: str, gone: bool) -> Paper:
    """Published by somebody who may, opened by some of those who may read it (T-10)."""
    rights, levels = tree.rights[folder], tree.account.levels
    reach = {colleague.key: folder_right(colleague.key, levels, rights) for colleague in STAFF}
    authors = [key for key, right in reach.items() if right == "full"]
    readers = [key for key, right in reach.items() if right != "none"]
    most = len(readers) if tree.account.number == 0 else 2
    opened = [] if gone or source.random() < _UNREAD else some(source, readers, 1, most)
    renamed = f"{title} (définitif).{ending}" if source.random() < 0.08 else None
    return Paper(
        key=key,
        account=tree.account,
        folder=folder,
        name=f"{title}.{ending}".replace("/", "-"),
        title=title,
        author=source.choice(authors),
        opened_by=tuple(opened),
        renamed=renamed,
        deleted=gone,
    )
