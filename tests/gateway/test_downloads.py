"""Downloads: streamed, in ranges, saved and never shown, and recorded when somebody opens a document."""

import base64
import hashlib
from collections.abc import AsyncIterator

import httpx
import pytest

from services.gateway.app import Gateway
from services.gateway.http.ranges import wanted
from shared.ids import new_id
from shared.problems import NotFound
from tests.gateway.conftest import Played

URL = "/api/v1/documents/0193a2b4-0000-7000-8000-0000000000d0/content"
CONTENT = bytes(range(256)) * 10_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
OPEN, DESCRIBE = "cmd.files.OpenDocument", "qry.files.DescribeContent"


@pytest.fixture
async def document(played: Played, gateway: Gateway) -> Played:
    """A document with bytes in the blob store."""

    async def content() -> AsyncIterator[bytes]:
        for start in range(0, len(CONTENT), 100_000):
            yield CONTENT[start : start + 100_000]

    key = f"uploads/00/{new_id()}"
    await gateway.door.blobs.put(key, content())
    said = {
        "name": 'Bilan "2026" été.pdf',
        "media_type": "application/pdf",
        "size": len(CONTENT),
        "sha256": SHA256,
        "blob": key,
    }
    await played.answer(OPEN, said)
    await played.answer(DESCRIBE, said)
    return played


@pytest.mark.rows("M-14")
async def test_a_document_is_sent_whole_as_an_attachment_and_its_opening_recorded(
    document: Played, member: httpx.AsyncClient
) -> None:
    answer = await member.get(URL)

    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert len(document.of(OPEN)) == 1
    headers = answer.headers
    assert headers["content-type"] == "application/pdf"
    assert headers["content-length"] == str(len(CONTENT))
    assert headers["content-disposition"] == (
        "attachment; filename=\"Bilan _2026_ ete.pdf\"; filename*=UTF-8''Bilan%20%222026%22%20%C3%A9t%C3%A9.pdf"
    )
    assert headers["content-digest"] == f"sha-256=:{base64.b64encode(bytes.fromhex(SHA256)).decode()}:"
    assert headers["etag"] == f'"{SHA256}"'
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("header", "start", "end", "recorded"),
    [
        ("bytes=0-99", 0, 100, True),
        ("bytes=100-199", 100, 200, False),
        ("bytes=2559990-", 2_559_990, 2_560_000, False),
        ("bytes=2559990-9999999", 2_559_990, 2_560_000, False),
        ("bytes=-5", 2_559_995, 2_560_000, False),
        ("bytes=-9999999", 0, 2_560_000, False),
    ],
)
async def test_a_range_is_sent_and_only_one_from_the_start_is_an_opening(
    document: Played, member: httpx.AsyncClient, header: str, start: int, end: int, recorded: bool
) -> None:
    answer = await member.get(URL, headers={"Range": header})

    assert (answer.status_code, answer.content) == (206, CONTENT[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(CONTENT)}"
    assert len(document.of(OPEN)) == recorded


@pytest.mark.parametrize("header", ["bytes=2560000-", "bytes=-0", "bytes=9999999-99999999"])
async def test_a_range_beyond_the_end_is_416(document: Played, member: httpx.AsyncClient, header: str) -> None:
    answer = await member.get(URL, headers={"Range": header})

    assert (answer.status_code, answer.json()["code"]) == (416, "range-not-satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize("header", ["bytes=1-2,5-6", "bytes=5-2", "lines=1-2", "bytes=", "bytes=a-b", "bytes=-"])
def test_several_ranges_and_nonsense_are_answered_with_everything(header: str) -> None:
    assert wanted(header.encode()) is None


async def test_a_range_of_another_version_becomes_the_whole(document: Played, member: httpx.AsyncClient) -> None:
    stale = await member.get(URL, headers={"Range": "bytes=1-2", "If-Range": '"other"'})
    fresh = await member.get(URL, headers={"Range": "bytes=1-2", "If-Range": f'"{SHA256}"'})

    assert (stale.status_code, len(stale.content)) == (200, len(CONTENT))
    assert (fresh.status_code, fresh.content) == (206, CONTENT[1:3])


async def test_what_the_caller_has_already_is_304_and_no_opening(document: Played, member: httpx.AsyncClient) -> None:
    answer = await member.get(URL, headers={"If-None-Match": f'"x", W/"{SHA256}"'})
    changed = await member.get(URL, headers={"If-None-Match": '"x"'})

    assert (answer.status_code, answer.content) == (304, b"")
    assert (changed.status_code, len(document.of(OPEN))) == (200, 1)


async def test_head_tells_the_size_and_records_nothing(document: Played, member: httpx.AsyncClient) -> None:
    answer = await member.head(URL)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert document.of(OPEN) == []


async def test_a_document_that_may_not_be_seen_does_not_exist(played: Played, member: httpx.AsyncClient) -> None:
    await played.answer(OPEN, NotFound())

    answer = await member.get(URL)

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_missing_bytes_are_503_and_are_logged(
    played: Played, member: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    said = {"name": "a", "media_type": "text/plain", "size": 3, "sha256": SHA256, "blob": "uploads/00/gone"}
    await played.answer(OPEN, said)

    answer = await member.get(URL)

    assert (answer.status_code, answer.json()["code"]) == (503, "content-unavailable")
    assert "bytes are missing" in caplog.text
