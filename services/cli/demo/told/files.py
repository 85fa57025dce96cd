"""Folders, rights on them, documents."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from services.cli.demo.client import Api, Line, together
from services.cli.demo.model import Paper, Path, Tree
from services.cli.demo.papers import ONE_AT_A_TIME, Text, content
from services.cli.demo.told.people import Ids

Folders = dict[Path, str]


async def tell_tree(api: Api, tree: Tree, papers: Iterable[Paper], ids: Ids, now: datetime) -> None:
    """The tree of an account, what is set on it, and then what lies in it."""
    line = api.begin()
    folders = await _folders(line, tree, ids)
    await _rights(line, tree, folders, ids)
    by_folder: dict[Path, list[Paper]] = defaultdict(list)
    for paper in papers:
        by_folder[paper.folder].append(paper)
    await together(_filled(api, folders[folder], filed, now) for folder, filed in by_folder.items())


async def _folders(line: Line, tree: Tree, ids: Ids) -> Folders:
    folders: Folders = {}
    path = f"/accounts/{ids[tree.account.key]}/folders"
    for folder in tree.folders:
        body = {"name": folder[-1], "parent_id": folders.get(folder[:-1])}
        step = f"{tree.account.key}/folder/{'/'.join(folder)}"
        folders[folder] = await line.make("admin", step, path, body)
    return folders


async def _rights(line: Line, tree: Tree, folders: Folders, ids: Ids) -> None:
    """Each setting and its cascade before the next: the order decides what counts in the end (M-43)."""
    for index, setting in enumerate(tree.settings):
        step, path = f"{tree.account.key}/right-{index}", f"/folders/{folders[setting.folder]}/rights"
        subject = {setting.kind: ids[setting.subject]}
        await line.do("admin", step, "PUT", path, {"subject": subject, "right": setting.right})
        if setting.cascade:
            await line.do("admin", f"{step}/cascade", "POST", f"{path}/cascade", {"subject": subject})


async def _filled(api: Api, folder: str, papers: list[Paper], now: datetime) -> None:
    for paper in papers:
        await _paper(api.begin(), folder, paper, now)


async def _paper(line: Line, folder: str, paper: Paper, now: datetime) -> None:
    """Publish a document; then it is opened, renamed, deleted, if it was."""
    text = Text.imagined(paper.key, paper.title, paper.account.name, now)
    made = await asyncio.get_running_loop().run_in_executor(ONE_AT_A_TIME, content, paper.name, text)
    id = await line.upload(paper.author, paper.key, f"/folders/{folder}/documents", paper.name, made)
    for reader in paper.opened_by:
        await line.open(reader, f"/documents/{id}/content")
    if paper.renamed:
        await line.do(paper.author, f"{paper.key}/name", "PUT", f"/documents/{id}/name", {"name": paper.renamed})
    if paper.deleted:
        await line.do(paper.author, f"{paper.key}/deletion", "DELETE", f"/documents/{id}")
