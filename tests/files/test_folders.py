"""Folders and the rights on them over a real broker."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import pytest

from services.accounts.contract import DeleteAccount
from services.files.contract import (
    CascadeRights,
    CreateFolder,
    DeleteFolder,
    MayPublish,
    MoveFolder,
    RenameFolder,
    RestoreFolder,
    SetFolderRight,
)
from services.firm.contract.messages import SetMemberActive
from shared.context import Context
from shared.ids import new_id
from tests.files.office import Office, fault, made
from tests.running import Answer

pytestmark = pytest.mark.asyncio(loop_scope="module")


def member(context: Context) -> dict[str, Any]:
    return {"member_id": context.id}


async def set_right(office: Office, folder: UUID, subject: dict[str, Any], right: str | None, by: Context) -> Answer:
    return await office.system.tell(SetFolderRight, by, folder_id=folder, subject=subject, right=right)


async def codes(*answers: Awaitable[Answer]) -> list[str | None]:
    """The refusals of what is asked at the same moment; None for what was done."""
    found = [answer.code for answer in await asyncio.gather(*answers)]
    return sorted(found, key=str)


async def test_owners_and_admins_bring_a_deleted_folder_back(office: Office) -> None:
    account = await office.account()
    folder = await office.folder(account)
    inside = await office.folder(account, parent=folder)
    await made(office.system.tell(DeleteFolder, office.worker, folder_id=folder))
    for stranger in (office.worker, office.stranger):
        assert (await office.system.tell(RestoreFolder, stranger, folder_id=folder)).code == "not-found"
    assert (await office.system.tell(RestoreFolder, office.owner, folder_id=folder)).status == 200
    assert (await office.system.tell(RestoreFolder, office.owner, folder_id=folder)).code == "not-found"
    assert inside in (await office.tree(account)).folders


@pytest.mark.rows("A-12")
async def test_a_folder_is_created_and_answered_with_its_own_id(office: Office) -> None:
    account = await office.account()
    answer = await office.system.tell(CreateFolder, office.worker, account_id=account, name=" Liasse  2026 ")
    assert answer.status == 201
    assert answer.headers["Location"] == f"/api/v1/folders/{answer.id}"
    tree = await office.tree(account)
    assert {id: node.name for id, node in tree.folders.items()} == {answer.id: "Liasse  2026"}
    assert answer.json["version"] == tree.version
    assert [topic for topic, _ in await office.recorded(answer.id)] == ["files.folder.placed"]


async def test_the_same_idempotency_key_creates_one_folder(office: Office) -> None:
    account = await office.account()
    actor = office.worker.evolve(idempotency_key="one", position=str(office.system.position))
    first = await office.system.tell(CreateFolder, actor, account_id=account, name="Paie")
    again = await office.system.tell(CreateFolder, actor, account_id=account, name="Paie")
    assert (first.status, first.json) == (again.status, again.json) == (201, again.json)


@pytest.mark.rows("M-15")
async def test_only_who_has_level_full_creates_at_the_top_of_the_tree(office: Office) -> None:
    account = await office.account()
    expected = {office.worker: 201, office.owner: 201, office.reader: 403, office.manager: 403, office.stranger: 404}
    for index, (actor, status) in enumerate(expected.items()):
        answer = await office.system.tell(CreateFolder, actor, account_id=account, name=f"F{index}")
        assert answer.status == status, answer


@pytest.mark.rows("M-15", "M-45")
async def test_who_has_right_full_creates_in_a_folder_whatever_their_level(office: Office) -> None:
    account = await office.account()
    folder = await office.folder(account)
    await made(set_right(office, folder, member(office.reader), "full", office.owner))
    await made(set_right(office, folder, member(office.worker), "read", office.owner))
    inside = {"account_id": account, "name": "Sous", "parent_id": folder}
    assert (await office.system.tell(CreateFolder, office.worker, **inside)).code == "not-allowed"
    assert (await office.system.tell(CreateFolder, office.reader, **inside)).status == 201


async def test_a_parent_that_one_may_not_see_is_one_that_does_not_exist(office: Office) -> None:
    account = await office.account()
    hidden = await office.folder(account)
    await made(set_right(office, hidden, member(office.worker), "none", office.owner))
    for parent in (hidden, new_id()):
        answer = await office.system.tell(CreateFolder, office.worker, account_id=account, name="X", parent_id=parent)
        assert fault(answer) == (404, "not-found", "/parent_id")


async def test_a_parent_in_another_account_is_not_found(office: Office) -> None:
    elsewhere = await office.folder(await office.account())
    account = await office.account()
    answer = await office.system.tell(CreateFolder, office.owner, account_id=account, name="X", parent_id=elsewhere)
    assert fault(answer) == (404, "not-found", "/parent_id")


async def test_two_folders_of_one_name_created_at_once_make_one(office: Office) -> None:
    account = await office.account()
    asks = [office.system.tell(CreateFolder, office.owner, account_id=account, name=name) for name in ("Été", "ETE")]
    assert await codes(*asks) == [None, "name-taken"]


async def test_two_folders_moved_into_each_other_at_once_do_not_leave_the_tree(office: Office) -> None:
    account = await office.account()
    one, two = await office.folder(account, "Un"), await office.folder(account, "Deux")
    moves = [
        office.system.tell(MoveFolder, office.owner, folder_id=a, parent_id=b) for a, b in ((one, two), (two, one))
    ]
    assert await codes(*moves) == [None, "folder-inside-itself"]


@pytest.mark.rows("M-15")
async def test_renaming_needs_right_full(office: Office) -> None:
    account = await office.account()
    folder = await office.folder(account)
    for actor, status in ((office.reader, 403), (office.stranger, 404), (office.worker, 200)):
        answer = await office.system.tell(RenameFolder, actor, folder_id=folder, name="Paie")
        assert answer.status == status, answer
    assert answer.id == folder


async def test_if_match_on_a_folder_speaks_of_its_tree(office: Office) -> None:
    account = await office.account()
    folder = await office.folder(account)
    version = (await office.tree(account)).version
    late = office.worker.evolve(if_match=version - 1)
    answer = await office.system.tell(RenameFolder, late, folder_id=folder, name="Paie")
    assert answer.code == "changed-meanwhile"
    timely = office.worker.evolve(if_match=version)
    answer = await office.system.tell(RenameFolder, timely, folder_id=folder, name="Paie")
    assert (answer.status, answer.json["version"]) == (200, version + 1)


async def test_moving_needs_right_full_on_both_ends(office: Office) -> None:
    account = await office.account()
    folder, target = await office.folder(account, "A"), await office.folder(account, "B")
    await made(set_right(office, target, member(office.worker), "read", office.owner))
    move = {"folder_id": folder, "parent_id": target}
    assert fault(await office.system.tell(MoveFolder, office.worker, **move))[:2] == (403, "not-allowed")
    await made(set_right(office, target, member(office.worker), "none", office.owner))
    assert fault(await office.system.tell(MoveFolder, office.worker, **move)) == (404, "not-found", "/parent_id")
    await made(set_right(office, target, member(office.worker), None, office.owner))
    assert (await office.system.tell(MoveFolder, office.worker, **move)).status == 200
    await made(set_right(office, folder, member(office.reader), "full", office.owner))
    up = await office.system.tell(MoveFolder, office.reader, folder_id=folder, parent_id=None)
    assert up.code == "not-allowed"
    assert (await office.system.tell(MoveFolder, office.worker, folder_id=folder, parent_id=None)).status == 200


async def test_a_folder_does_not_move_to_another_account(office: Office) -> None:
    folder, elsewhere = await office.folder(await office.account()), await office.folder(await office.account())
    answer = await office.system.tell(MoveFolder, office.worker, folder_id=folder, parent_id=elsewhere)
    assert fault(answer) == (409, "other-account", "/parent_id")


async def test_deleting_needs_right_full_on_every_sub_folder(office: Office) -> None:
    account = await office.account()
    folder = await office.folder(account)
    sub = await office.folder(account, "Sous", folder)
    for right in ("read", "none"):
        await made(set_right(office, sub, member(office.worker), right, office.owner))
        answer = await office.system.tell(DeleteFolder, office.worker, folder_id=folder)
        assert answer.code == "not-allowed"
    await made(set_right(office, sub, member(office.worker), None, office.owner))
    assert (await office.system.tell(DeleteFolder, office.worker, folder_id=folder)).status == 200
    for gone in (folder, sub):
        assert (await office.system.tell(DeleteFolder, office.owner, folder_id=gone)).status == 404


@pytest.mark.rows("M-40", "M-42", "M-45")
async def test_setting_rights_needs_manage_accounts_with_a_level(office: Office) -> None:
    account = await office.account()
    folder = await office.folder(account)
    expected = {office.owner: 200, office.manager: 200, office.worker: 403, office.reader: 403, office.stranger: 404}
    for actor, status in expected.items():
        answer = await set_right(office, folder, member(office.reader), "read", actor)
        assert answer.status == status, answer
        answer = await office.system.tell(CascadeRights, actor, folder_id=folder)
        assert answer.status == status, answer


@pytest.mark.rows("M-42", "M-45")
async def test_rights_are_set_for_members_and_for_contacts_of_the_account_alone(office: Office) -> None:
    client = await office.contact()
    account = await office.account(client)
    folder = await office.folder(account)
    assert (await set_right(office, folder, {"contact_id": client}, "read", office.owner)).status == 200
    other = await office.contact()
    for unknown in ({"contact_id": other}, {"contact_id": new_id()}, {"member_id": new_id()}, {"member_id": client}):
        answer = await set_right(office, folder, unknown, "read", office.owner)
        assert fault(answer) == (422, "unknown-subject", "/subject")
    assert (await office.tree(account)).folder(folder).rights == {f"contact:{client}": "read"}
    assert (await set_right(office, folder, {"contact_id": other}, None, office.owner)).status == 200


async def test_rights_of_an_inactive_member_can_be_set(office: Office) -> None:
    away = await office.system.member("employee")
    assert away.id is not None
    await made(office.system.tell(SetMemberActive, office.owner, member_id=away.id, active=False))
    folder = await office.folder(await office.account())
    assert (await set_right(office, folder, member(away), "read", office.owner)).status == 200


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"subject": {}, "right": "read"}, "/subject"),
        ({"subject": {"member_id": str(new_id()), "contact_id": str(new_id())}, "right": "read"}, "/subject"),
        ({"subject": {"member_id": str(new_id())}}, "/right"),
        ({"subject": {"member_id": str(new_id())}, "right": "write"}, "/right"),
        ({"subject": {"member_id": "somebody"}, "right": None}, "/subject/member_id"),
        ({"subject": "somebody", "right": None}, "/subject"),
    ],
)
async def test_nonsense_instead_of_a_right_is_refused(office: Office, fields: dict[str, Any], pointer: str) -> None:
    answer = await office.system.tell(SetFolderRight, office.owner, folder_id=new_id(), **fields)
    assert fault(answer) == (422, "invalid-input", pointer)


@pytest.mark.rows("M-43", "M-46")
async def test_read_set_on_a_folder_reaches_its_sub_folders_by_cascade_only(office: Office) -> None:
    """Acceptance example 4, as far as files decide it."""
    account = await office.account()
    ids = [await office.folder(account, "0")]
    for name in ("1", "2"):
        ids.append(await office.folder(account, name, ids[-1]))
    subject = member(office.worker)
    await made(set_right(office, ids[0], subject, "read", office.owner))
    assert await rights(office, account, office.worker) == ["read", None, None]
    answer = await made(office.system.tell(CascadeRights, office.manager, folder_id=ids[0], subject=subject))
    assert answer.id == ids[0]
    assert await rights(office, account, office.worker) == ["read"] * 3
    publish = [await office.system.ask(MayPublish, office.worker, folder_id=id) for id in ids]
    assert [asked.code for asked in publish] == ["not-allowed"] * 3


async def rights(office: Office, account: UUID, somebody: Context) -> list[str | None]:
    """What is set for a member, folder by folder in the order of their names."""
    folders = sorted((await office.tree(account)).folders.values(), key=lambda node: node.name)
    return [node.rights.get(f"member:{somebody.id}") for node in folders]


async def test_the_folders_of_a_deleted_account_are_gone_for_everybody(office: Office) -> None:
    account = await office.account()
    folder = await office.folder(account)
    await made(office.system.tell(DeleteAccount, office.owner, account_id=account))
    for actor in (office.owner, office.worker, office.manager):
        assert (await office.system.tell(RenameFolder, actor, folder_id=folder, name="X")).status == 404
        assert (await set_right(office, folder, member(office.reader), "read", actor)).status == 404
        assert (await office.system.tell(CreateFolder, actor, account_id=account, name="X")).status == 404


async def test_names_of_folders_are_sealed_in_the_store(office: Office) -> None:
    folder = await office.folder(account := await office.account(), "Succession Lefèvre")
    rows = await office.recorded((await office.tree(account)).id)
    created = next(data for topic, data in rows if topic == "files.tree.folder-created")
    assert created["folder_id"] == str(folder)
    assert "name" not in created
