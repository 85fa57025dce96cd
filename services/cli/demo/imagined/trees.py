"""The folders of each account, and who may do what in them."""

from collections.abc import Mapping
from random import Random

from services.cli.demo.chance import chance, some
from services.cli.demo.model import Account, FolderRight, Path, Tree
from services.cli.demo.staff import EMPLOYEES
from services.cli.demo.words.filing import LARGE, TREES
from services.firm.contract import Level

LEVELS: tuple[Level, ...] = ("none", "read", "full")
_CLOSED = ("Paie", "Social", "Payroll", "Legal")
"""Folders that are kept from somebody on most accounts."""


def tree_of(seed: str, account: Account, year: int) -> Tree:
    """The tree of an account as it stands when all is set."""
    source = chance(seed, "tree", account.number)
    folders = _folders(source, account, year)
    settings = _settings(source, account, folders)
    return Tree(account, tuple(folders), tuple(settings), _in_the_end(folders, settings))


def _folders(source: Random, account: Account, year: int) -> list[Path]:
    """Parents first. All but the largest client do without some of the sub-folders."""
    forms = TREES[account.body["type"], account.language]
    if account.number == 0:
        forms = sorted([*forms, *LARGE], key=lambda form: form.count("/"))
    years = {"y": year, "p": year - 1, "q": year - 2}
    paths = [tuple(form.format(**years).split("/")) for form in forms]
    return [path for path in paths if account.number == 0 or len(path) == 1 or source.random() < 0.75]


def _settings(source: Random, account: Account, folders: list[Path]) -> list[FolderRight]:
    """What is set, in this order: for members on what not everybody needs, for contacts on what they are sent."""
    settings: list[FolderRight] = []
    closed = [folder for folder in folders if folder[-1] in _CLOSED]
    for folder in closed:
        settings.append(_setting(source, folder, folders, "none"))
    plenty = 8 if account.number == 0 else 2
    for folder in some(source, folders, 0, plenty):
        settings.append(_setting(source, folder, folders, source.choice(LEVELS)))
    for folder in some(source, folders, 0, plenty):
        contact = source.choice(account.contacts)
        right: Level = "full" if source.random() < 0.3 else "read"
        settings.append(FolderRight(folder, "contact_id", contact, right, _has_below(folder, folders)))
    return settings


def _setting(source: Random, folder: Path, folders: list[Path], right: Level) -> FolderRight:
    cascade = _has_below(folder, folders) and source.random() < 0.6
    return FolderRight(folder, "member_id", source.choice(EMPLOYEES), right, cascade)


def _has_below(folder: Path, folders: list[Path]) -> bool:
    return any(other != folder and other[: len(folder)] == folder for other in folders)


def _in_the_end(folders: list[Path], settings: list[FolderRight]) -> Mapping[Path, Mapping[str, Level]]:
    """What is set for members on each folder after all settings; a cascade copies one subject's to all below (M-43)."""
    rights: dict[Path, dict[str, Level]] = {folder: {} for folder in folders}
    for setting in settings:
        for folder in folders:
            below = setting.cascade and folder[: len(setting.folder)] == setting.folder
            if setting.kind == "member_id" and (folder == setting.folder or below):
                rights[folder][setting.subject] = setting.right
    return rights
