"""Folders: where they stand, and what is set on them."""

from services.dossier.projections.folders import FOLDERS
from tests.dossier.conftest import Read
from tests.dossier.events import History
from tests.dossier.reading import Reading


async def paths(service: Reading) -> dict[str, list[str]]:
    """Names on the way to each folder."""
    page = await service.store.find(FOLDERS)
    names = {folder["id"]: folder["name"] for folder in page.documents}
    return {folder["name"]: [names[id] for id in folder["path"]] for folder in page.documents}


async def test_a_folder_that_moves_takes_along_what_is_under_it(history: History, read: Read) -> None:
    account = history.account("Un", history.contact())
    a = history.folder(account, "a")
    b = history.folder(account, "b", a)
    history.folder(account, "c", b)
    d = history.folder(account, "d")
    history.on_tree("folder-moved", account, folder_id=b, parent_id=d, was=a)
    service = await read(history)
    assert await paths(service) == {"a": ["a"], "b": ["d", "b"], "c": ["d", "b", "c"], "d": ["d"]}
    history.on_tree("folder-moved", account, folder_id=b, parent_id=None, was=d)
    history.on_tree("folder-renamed", account, folder_id=b, name="bb", was="b")
    await service.take_in(history)
    assert await paths(service) == {"a": ["a"], "bb": ["bb"], "c": ["bb", "c"], "d": ["d"]}


async def test_rights_are_those_set_last_and_none_hides_from_a_member(history: History, read: Read) -> None:
    zoe, account = history.member(), history.account("Un", history.contact())
    top = history.folder(account, "a", rights={f"member:{zoe}": "none", "contact:c": "read"})
    below = history.folder(account, "b", top)
    history.on_tree(
        "rights-cascaded",
        account,
        folder_id=top,
        subjects={f"member:{zoe}": "none", "contact:c": None},
        folders=[below],
    )
    history.on_tree("right-set", account, folder_id=top, subject=f"member:{zoe}", right=None, was="none")
    history.on_tree("folder-deleted", account, folder_id=below, folders=[below])
    service = await read(history)
    found = await service.store.get_many(FOLDERS, [top, below])
    assert (found[top]["rights"], found[top]["hidden"]) == ({"contact:c": "read"}, [])
    assert (found[below]["rights"], found[below]["hidden"]) == ({f"member:{zoe}": "none"}, [zoe])
    assert (found[top]["deleted"], found[below]["deleted"]) == (False, True)
