"""Bytes of uploads that came to nothing."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.files.contract import DeleteDocument
from services.files.projections import PublishedBlobs
from services.files.reactions import Sweeper
from shared.blobs import Blobs, Missing, upload_key
from shared.ids import new_id
from tests.files.office import Office

pytestmark = pytest.mark.asyncio(loop_scope="module")
AT_ONCE = timedelta(0)


async def upload(blobs: Blobs) -> str:
    async def content() -> AsyncIterator[bytes]:
        yield b"abc"

    return (await blobs.put(upload_key(new_id()), content())).key


async def there(blobs: Blobs, name: str) -> bool:
    try:
        stream = await blobs.read(name)
    except Missing:
        return False
    return b"".join([chunk async for chunk in stream]) == b"abc"


async def test_uploads_that_no_document_speaks_of_are_removed_and_no_others(office: Office, tmp_path: Path) -> None:
    files = office.system.services["files"]
    blobs = Blobs((tmp_path / "blobs").as_uri())
    sweeper = Sweeper(blobs, PublishedBlobs(files.store, files.read), AT_ONCE)
    folder = await office.folder(await office.account())
    orphan, kept = await upload(blobs), await upload(blobs)
    await office.document(folder, blob=kept)
    assert await sweeper.sweep() == 1
    assert (await there(blobs, orphan), await there(blobs, kept)) == (False, True)
    later = await upload(blobs)
    await office.document(folder, blob=later)
    assert await sweeper.sweep() == 0
    assert await there(blobs, later)


async def test_the_bytes_of_a_deleted_document_stay(office: Office, tmp_path: Path) -> None:
    files = office.system.services["files"]
    blobs = Blobs((tmp_path / "blobs").as_uri())
    sweeper = Sweeper(blobs, PublishedBlobs(files.store, files.read), AT_ONCE)
    kept = await upload(blobs)
    document = await office.document(await office.folder(await office.account()), blob=kept)
    await office.system.tell(DeleteDocument, office.owner, document_id=document)
    assert await sweeper.sweep() == 0


async def test_a_fresh_upload_is_left_alone(office: Office, tmp_path: Path) -> None:
    files = office.system.services["files"]
    blobs = Blobs((tmp_path / "blobs").as_uri())
    fresh = await upload(blobs)
    assert await Sweeper(blobs, PublishedBlobs(files.store, files.read), timedelta(hours=24)).sweep() == 0
    assert await there(blobs, fresh)
