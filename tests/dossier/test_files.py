"""Folders and documents as each may see them."""

from typing import Any

import pytest

from services.dossier.contract import GetDocument, GetFolder, ListAccountDocuments, ListDocuments, ListFolders
from services.dossier.queries import fitting
from services.files.contract import UnknownSubject
from shared.problems import NotAllowed, NotFound
from shared.readstore.cursor import InvalidCursor
from tests.dossier.conftest import Read
from tests.dossier.events import History


def names(page: dict[str, Any]) -> list[str]:
    return [item["name"] for item in page["items"]]


def tree(page: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(line["depth"], line["name"], line["right"]) for line in page["items"]]


@pytest.mark.rows("A-12", "M-39", "M-45", "M-47")
async def test_each_sees_the_folders_that_their_rights_reach(history: History, read: Read) -> None:
    owner, clerk = history.member("Ada", "Byron"), history.member("Inès", "Moreau", "employee")
    contact = history.contact("Zoé")
    account = history.account("Un", contact, team={clerk: "read"})
    top = history.folder(account, "2026")
    secret = history.folder(account, "Secret", top, rights={f"member:{clerk}": "none"})
    inner = history.folder(account, "TVA", secret, rights={f"member:{clerk}": "full", f"contact:{contact}": "read"})
    gone = history.folder(account, "Ancien")
    last = history.on_tree("folder-deleted", account, folder_id=gone, folders=[gone])
    history.document(account, inner, "un.pdf")
    history.on_document("opened", history.document(account, inner, "deux.pdf"), account, clerk, member_id=clerk)
    service = await read(history)
    mine = await service.ask(clerk, ListFolders, account_id=account)
    assert tree(mine) == [(0, "2026", "read"), (1, "TVA", "full")]
    assert (mine["items"][1]["parent_id"], mine["items"][1]["rights"], mine["version"]) == (top, None, last.version)
    assert (mine["items"][1]["documents_count"], mine["items"][1]["new_documents_count"]) == (2, 1)
    everything = await service.ask(owner, ListFolders, account_id=account)
    assert tree(everything) == [(0, "2026", "full"), (1, "Secret", "full"), (2, "TVA", "full")]
    assert everything["items"][1]["rights"] == [{"subject": f"member:{clerk}", "name": "Inès Moreau", "right": "none"}]
    for viewer in (clerk, f"member:{clerk}"):
        assert tree(await service.ask(owner, ListFolders, account_id=account, view_as=viewer)) == tree(mine)
    for viewer in (contact, contact.replace("-", ""), f"contact:{contact.upper()}"):
        assert tree(await service.ask(owner, ListFolders, account_id=account, view_as=viewer)) == [(0, "TVA", "read")]


async def test_a_tree_too_large_for_one_answer_comes_in_pages(
    history: History, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "ROOM", 500)
    owner, account = history.member(), history.account("Un", history.contact())
    top = history.folder(account, "0")
    below = [history.folder(account, str(number), top) for number in range(1, 8)]
    service = await read(history)
    found: list[str] = []
    after: str | None = None
    while not found or after:
        page = await service.ask(owner, ListFolders, account_id=account, after=after)
        assert 1 <= len(page["items"]) < 5
        found += [line["id"] for line in page["items"]]
        after = page["next"]
    assert found == [top, *below]
    page = await service.ask(owner, ListFolders, account_id=account)
    history.on_tree("folder-deleted", account, folder_id=top, folders=[top, *below])
    await service.take_in(history)
    with pytest.raises(InvalidCursor):
        await service.ask(owner, ListFolders, account_id=account, after=page["next"])


@pytest.mark.rows("M-47")
async def test_viewing_as_somebody_needs_the_right_and_somebody(history: History, read: Read) -> None:
    owner, clerk = history.member(), history.member("Inès", "Moreau", "employee", "manage-accounts")
    reader = history.member("Lire", "Seul", "employee", "view-all-accounts")
    account = history.account("Un", history.contact(), team={clerk: "read"})
    stranger = history.contact("Étranger")
    history.folder(account, "2026")
    service = await read(history)
    assert tree(await service.ask(clerk, ListFolders, account_id=account, view_as=reader)) == [(0, "2026", "read")]
    with pytest.raises(NotAllowed):
        await service.ask(reader, ListFolders, account_id=account, view_as=owner)
    for viewer in (stranger, f"contact:{owner}", f"member:{stranger}", history.id("nobody")):
        with pytest.raises(UnknownSubject):
            await service.ask(owner, ListFolders, account_id=account, view_as=viewer)
    hidden = history.account("Caché", stranger)
    await service.take_in(history)
    with pytest.raises(NotFound):
        await service.ask(clerk, ListFolders, account_id=hidden, view_as=reader)


@pytest.mark.rows("A-12", "M-14", "M-39")
async def test_documents_of_a_folder_are_listed_for_who_sees_it(history: History, read: Read) -> None:
    owner, clerk = history.member("Ada", "Byron"), history.member("Inès", "Moreau", "employee")
    account = history.account("Un", history.contact(), team={clerk: "read"})
    folder = history.folder(account, "2026")
    secret = history.folder(account, "Secret", folder, rights={f"member:{clerk}": "none"})
    made = {name: history.document(account, folder, name, owner) for name in ("b.pdf", "Été.XLSX", "a")}
    hidden = history.document(account, secret, "caché.pdf")
    service = await read(history)
    page = await service.ask(clerk, ListDocuments, folder_id=folder)
    assert names(page) == ["a", "b.pdf", "Été.XLSX"]
    assert (page["items"][2]["format"], page["items"][2]["author"]["name"]) == ("xlsx", "Ada Byron")
    first = await service.ask(clerk, ListDocuments, folder_id=folder, sort="-published", limit=2)
    rest = await service.ask(clerk, ListDocuments, folder_id=folder, sort="-published", limit=2, after=first["next"])
    assert [*names(first), *names(rest)] == ["a", "Été.XLSX", "b.pdf"]
    for refused in (secret, history.id("folder")):
        with pytest.raises(NotFound):
            await service.ask(clerk, ListDocuments, folder_id=refused)
        with pytest.raises(NotFound):
            await service.ask(clerk, GetFolder, folder_id=refused)
    with pytest.raises(NotFound):
        await service.ask(clerk, GetDocument, document_id=hidden)
    shown = await service.ask(clerk, GetFolder, folder_id=folder)
    assert (shown["right"], shown["documents_count"], shown["account"]["name"]) == ("read", 3, "Un")
    assert (await service.ask(owner, GetFolder, folder_id=secret))["parent_id"] == folder
    history.on_document("deleted", made["a"], account, owner)
    history.on_document("moved", made["b.pdf"], account, owner, folder_id=secret, was=folder)
    await service.take_in(history)
    assert names(await service.ask(clerk, ListDocuments, folder_id=folder)) == ["Été.XLSX"]
    assert (await service.ask(clerk, GetFolder, folder_id=folder))["documents_count"] == 1
    with pytest.raises(NotFound):
        await service.ask(clerk, GetDocument, document_id=made["b.pdf"])


@pytest.mark.rows("A-12", "T-08", "T-10")
async def test_all_documents_of_an_account_are_filtered_by_name_format_folder_and_new(
    history: History, read: Read
) -> None:
    owner, clerk = history.member(), history.member("Inès", "Moreau", "employee")
    account = history.account("Un", history.contact(), team={clerk: "read"})
    a, b = history.folder(account, "a"), history.folder(account, "b", rights={f"member:{clerk}": "none"})
    gone = history.folder(account, "c")
    read_one = history.document(account, a, "Été 2025.pdf")
    history.document(account, a, "notes.txt")
    history.document(account, b, "Été 2026.pdf")
    history.document(account, gone, "parti.pdf")
    history.on_document("opened", read_one, account, owner, member_id=owner)
    history.on_tree("folder-deleted", account, folder_id=gone, folders=[gone])
    service = await read(history)

    async def listed(member: str, **fields: Any) -> list[str]:
        return names(await service.ask(member, ListAccountDocuments, account_id=account, **fields))

    assert await listed(owner) == ["Été 2026.pdf", "notes.txt", "Été 2025.pdf"]
    assert await listed(clerk) == ["notes.txt", "Été 2025.pdf"]
    assert await listed(owner, q="ete", sort="name") == ["Été 2025.pdf", "Été 2026.pdf"]
    assert await listed(owner, format=".TXT") == ["notes.txt"]
    assert await listed(owner, folder=b) == ["Été 2026.pdf"]
    assert await listed(clerk, folder=b) == []
    assert await listed(owner, new=True) == ["Été 2026.pdf", "notes.txt"]
    assert await listed(owner, new=False) == ["Été 2025.pdf"]


@pytest.mark.rows("T-10", "M-14")
async def test_a_document_tells_its_names_and_who_opened_it_when(history: History, read: Read) -> None:
    owner, clerk = history.member("Ada", "Byron"), history.member("Inès", "Moreau", "employee", "view-all-accounts")
    account = history.account("Un", history.contact())
    folder = history.folder(account, "2026")
    document = history.document(account, folder, "avant.pdf", owner)
    service = await read(history)
    told = await service.ask(clerk, GetDocument, document_id=document)
    assert (told["new"], told["opened"], told["right"], told["folder"]["name"]) == (True, [], "read", "2026")
    history.on_document("opened", document, account, clerk, member_id=clerk)
    history.on_document("renamed", document, account, clerk, name="après.pdf", was="avant.pdf")
    history.on_document("opened", document, account, owner, member_id=owner)
    last = history.on_document("opened", document, account, clerk, member_id=clerk)
    await service.take_in(history)
    told = await service.ask(owner, GetDocument, document_id=document)
    assert (told["name"], told["new"], told["version"]) == ("après.pdf", False, last.version)
    assert [(name["name"], name["author"]["name"]) for name in told["names"]] == [
        ("avant.pdf", "Ada Byron"), ("après.pdf", "Inès Moreau"),
    ]  # fmt: skip
    assert [(line["member"]["name"], line["times"]) for line in told["opened"]] == [
        ("Inès Moreau", 2), ("Ada Byron", 1),
    ]  # fmt: skip
    history.on_tree("folder-deleted", account, folder_id=folder, folders=[folder])
    await service.take_in(history)
    with pytest.raises(NotFound):
        await service.ask(owner, GetDocument, document_id=document)
