"""Documents over a real broker."""

import asyncio
from typing import Any

import pytest

from services.accounts.contract import DeleteAccount, RestoreAccount
from services.files.contract import (
    DeleteDocument,
    DeleteFolder,
    DescribeContent,
    MayPublish,
    MoveDocument,
    OpenDocument,
    RenameDocument,
    RestoreDocument,
    SetFolderRight,
)
from shared.context import Context
from shared.ids import new_id
from tests.files.office import SHA, Office, fault, made

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def hide(office: Office, folder: Any, actor: Context, right: str = "none") -> None:
    subject = {"member_id": actor.id}
    await made(office.system.tell(SetFolderRight, office.owner, folder_id=folder, subject=subject, right=right))


@pytest.mark.rows("M-15", "T-09")
async def test_publishing_needs_right_full_and_is_asked_for_before_the_first_byte(office: Office) -> None:
    account = await office.account()
    folder = await office.folder(account)
    expected = {office.owner: 200, office.worker: 200, office.reader: 403, office.manager: 403, office.stranger: 404}
    for actor, status in expected.items():
        asked = await office.system.ask(MayPublish, actor, folder_id=folder)
        assert asked.status == status, asked
        assert (await office.publish(folder, actor)).status == status
        if status == 200:
            assert asked.json == {"account_id": str(account)}


async def test_two_documents_of_one_name_lie_side_by_side(office: Office) -> None:
    folder = await office.folder(await office.account())
    assert await office.document(folder) != await office.document(folder)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": "../../x"}, "/name"),
        ({"name": "é" * 200}, "/name"),
        ({"size": -1}, "/size"),
        ({"size": "4"}, "/size"),
        ({"sha256": "zz"}, "/sha256"),
        ({"media_type": "pdf"}, "/media_type"),
        ({"blob": "../keys/keys.db\n"}, "/blob"),
    ],
)
async def test_what_the_door_tells_is_checked_all_the_same(
    office: Office, fields: dict[str, Any], pointer: str
) -> None:
    assert fault(await office.publish(new_id(), **fields)) == (422, "invalid-input", pointer)


@pytest.mark.rows("M-14", "T-10")
async def test_opening_is_recorded_once_a_minute_per_member(office: Office) -> None:
    folder = await office.folder(await office.account())
    document = await office.document(folder)
    for actor in (office.reader, office.reader, office.worker):
        answer = await office.system.tell(OpenDocument, actor, document_id=document)
        assert answer.status == 200
        assert (answer.json["name"], answer.json["size"], answer.json["sha256"]) == ("Bilan.pdf", 4, SHA)
    opened = [data for topic, data in await office.recorded(document) if topic == "files.document.opened"]
    assert opened == [{"member_id": str(office.reader.id)}, {"member_id": str(office.worker.id)}]


async def test_a_document_opened_many_times_at_once_is_recorded_once_and_refused_nobody(office: Office) -> None:
    document = await office.document(await office.folder(await office.account()))
    asks = [office.system.tell(OpenDocument, office.worker, document_id=document) for _ in range(20)]
    assert {answer.status for answer in await asyncio.gather(*asks)} == {200}
    assert [topic for topic, _ in await office.recorded(document)].count("files.document.opened") == 1


async def test_describing_a_documents_content_records_nothing(office: Office) -> None:
    document = await office.document(await office.folder(await office.account()), blob="uploads/aa/one")
    answer = await office.system.ask(DescribeContent, office.reader, document_id=document)
    assert (answer.status, answer.json["blob"], answer.json["version"]) == (200, "uploads/aa/one", 1)
    assert len(await office.recorded(document)) == 1


@pytest.mark.rows("M-14", "M-39")
async def test_a_document_in_a_hidden_folder_is_one_that_does_not_exist(office: Office) -> None:
    folder = await office.folder(await office.account())
    document = await office.document(folder)
    await hide(office, folder, office.worker)
    for id in (document, new_id(), folder):
        assert (await office.system.tell(OpenDocument, office.worker, document_id=id)).code == "not-found"
        assert (await office.system.ask(DescribeContent, office.worker, document_id=id)).code == "not-found"
        assert (await office.system.tell(DeleteDocument, office.worker, document_id=id)).code == "not-found"


@pytest.mark.rows("M-14", "M-15")
async def test_who_may_only_read_changes_nothing(office: Office) -> None:
    folder = await office.folder(await office.account())
    document = await office.document(folder)
    changes: list[tuple[Any, dict[str, Any]]] = [
        (RenameDocument, {"name": "X.pdf"}),
        (MoveDocument, {"folder_id": folder}),
        (DeleteDocument, {}),
    ]
    for command, fields in changes:
        answer = await office.system.tell(command, office.reader, document_id=document, **fields)
        assert fault(answer)[:2] == (403, "not-allowed")
        answer = await office.system.tell(command, office.worker, document_id=document, **fields)
        assert answer.status == 200


async def test_moving_needs_right_full_on_the_other_folder_of_the_same_account(office: Office) -> None:
    account = await office.account()
    here, there = await office.folder(account, "A"), await office.folder(account, "B")
    document = await office.document(here)
    await hide(office, there, office.worker, "read")
    move = {"document_id": document, "folder_id": there}
    assert (await office.system.tell(MoveDocument, office.worker, **move)).code == "not-allowed"
    await hide(office, there, office.worker)
    assert fault(await office.system.tell(MoveDocument, office.worker, **move)) == (404, "not-found", "/folder_id")
    elsewhere = await office.folder(await office.account())
    answer = await office.system.tell(MoveDocument, office.owner, document_id=document, folder_id=elsewhere)
    assert fault(answer) == (409, "other-account", "/folder_id")
    assert (await office.system.tell(MoveDocument, office.owner, **move)).status == 200
    assert (await office.system.tell(OpenDocument, office.worker, document_id=document)).status == 404


async def test_a_deleted_document_is_brought_back_by_owners_and_admins_alone(office: Office) -> None:
    document = await office.document(await office.folder(await office.account()))
    assert (await office.system.tell(RestoreDocument, office.owner, document_id=document)).status == 404
    await made(office.system.tell(DeleteDocument, office.worker, document_id=document))
    assert (await office.system.tell(OpenDocument, office.owner, document_id=document)).status == 404
    for actor in (office.worker, office.manager, office.stranger):
        assert (await office.system.tell(RestoreDocument, actor, document_id=document)).status == 404
    admin = await office.system.member("admin")
    assert (await office.system.tell(RestoreDocument, admin, document_id=document)).status == 200
    assert (await office.system.tell(OpenDocument, office.worker, document_id=document)).status == 200


async def test_the_documents_of_a_deleted_folder_are_hidden_and_can_be_brought_back_elsewhere(office: Office) -> None:
    account = await office.account()
    folder = await office.folder(account)
    document = await office.document(await office.folder(account, "Sous", folder))
    await made(office.system.tell(DeleteFolder, office.worker, folder_id=folder))
    assert (await office.system.tell(OpenDocument, office.owner, document_id=document)).status == 404
    refused = await office.system.tell(RestoreDocument, office.owner, document_id=document)
    assert fault(refused) == (409, "folder-deleted", "/folder_id")
    for wrong, expected in (
        (folder, (404, "not-found", "/folder_id")),
        (await office.folder(await office.account()), (409, "other-account", "/folder_id")),
    ):
        answer = await office.system.tell(RestoreDocument, office.owner, document_id=document, folder_id=wrong)
        assert fault(answer) == expected
    rescue = await office.folder(account, "Récupérés")
    answer = await office.system.tell(RestoreDocument, office.owner, document_id=document, folder_id=rescue)
    assert answer.status == 200
    assert (await office.system.tell(OpenDocument, office.reader, document_id=document)).status == 200


async def test_the_documents_of_a_deleted_account_are_gone_until_it_comes_back(office: Office) -> None:
    account = await office.account()
    document = await office.document(await office.folder(account))
    await made(office.system.tell(DeleteAccount, office.owner, account_id=account))
    for actor in (office.owner, office.worker):
        assert (await office.system.tell(OpenDocument, actor, document_id=document)).status == 404
        assert (await office.system.tell(RestoreDocument, actor, document_id=document)).status == 404
    await made(office.system.tell(RestoreAccount, office.owner, account_id=account))
    assert (await office.system.tell(OpenDocument, office.worker, document_id=document)).status == 200


async def test_an_old_version_is_refused(office: Office) -> None:
    document = await office.document(await office.folder(await office.account()))
    await made(office.system.tell(RenameDocument, office.worker, document_id=document, name="A.pdf"))
    late = office.worker.evolve(if_match=1)
    answer = await office.system.tell(RenameDocument, late, document_id=document, name="B.pdf")
    assert answer.code == "changed-meanwhile"
