"""Uploads: a stream from the socket to the blob store, recorded once its bytes are safe, or nothing of it left."""

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.http.names import LONGEST, FileNameRequired, FileNameTooLong, attachment, file_name, media_type
from shared.problems import NotFound, Unavailable
from shared.settings import Settings
from tests.gateway.conftest import Played

FOLDER = "0193a2b4-0000-7000-8000-0000000000f0"
URL = f"/api/v1/folders/{FOLDER}/documents"
DOCUMENT = "0193a2b4-0000-7000-8000-0000000000d0"
BOUNDARY = "frontier"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@pytest.fixture
async def folder(played: Played) -> Played:
    """A folder in which one may publish."""
    await played.answer("qry.files.MayPublish", {"account_id": FOLDER})
    await played.answer("cmd.files.PublishDocument", {"id": DOCUMENT, "version": 1, "position": "files=1"})
    return played


def blobs(settings: Settings) -> list[Path]:
    return [path for path in (settings.data / "blobs").rglob("*") if path.is_file()]


def published(played: Played) -> dict[str, Any]:
    asked = played.of("cmd.files.PublishDocument")[-1]
    body: dict[str, Any] = orjson.loads(asked.body)
    return asked.params | body


def part(content: bytes, disposition: str = 'form-data; name="file"; filename="a.txt"') -> bytes:
    return f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


@pytest.mark.rows("M-15")
async def test_a_file_is_stored_then_recorded_with_its_size_hash_and_own_type(
    folder: Played, member: httpx.AsyncClient, settings: Settings
) -> None:
    content = b"%PDF-1.7\n" + bytes(range(256)) * 8_000

    answer = await member.post(URL, files={"file": ("Bilan 2026 – é.pdf", content, "text/html")})

    assert answer.status_code == 201, answer.text
    assert answer.json()["id"] == DOCUMENT
    assert answer.headers["location"] == f"/api/v1/documents/{DOCUMENT}/content"
    said = published(folder)
    assert said["folder_id"] == FOLDER
    assert said["name"] == "Bilan 2026 – é.pdf"
    assert said["media_type"] == "application/pdf"
    assert (said["size"], said["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert (settings.data / "blobs" / said["blob"]).read_bytes() == content


async def test_who_may_not_publish_is_told_before_a_byte_is_read(
    played: Played, member: httpx.AsyncClient, settings: Settings
) -> None:
    await played.answer("qry.files.MayPublish", NotFound())
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        read += 1
        yield part(b"x")

    answer = await member.post(URL, content=body(), headers=FORM)

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert (read, blobs(settings)) == (0, [])


async def test_a_file_that_the_service_refuses_leaves_nothing(
    folder: Played, member: httpx.AsyncClient, settings: Settings
) -> None:
    await folder.answer("cmd.files.PublishDocument", (422, {"code": "invalid-input"}, {}))

    answer = await member.post(URL, files={"file": ("a.txt", b"x")})

    assert (answer.status_code, blobs(settings)) == (422, [])


async def test_a_file_whose_recording_is_uncertain_is_kept_for_the_sweeper(
    folder: Played, member: httpx.AsyncClient, settings: Settings
) -> None:
    await folder.answer("cmd.files.PublishDocument", Unavailable())

    assert (await member.post(URL, files={"file": ("a.txt", b"x")})).status_code == 503
    assert len(blobs(settings)) == 1


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (part(b"") + END, FORM, 422, "empty-file"),
        (END, FORM, 422, "file-required"),
        (b"", FORM, 400, "malformed-multipart"),
        (part(b"x", 'form-data; name="other"; filename="a.txt"') + END, FORM, 422, "file-required"),
        (part(b"x", 'form-data; name="file"') + END, FORM, 422, "file-required"),
        (part(b"x", 'form-data; name="file"; filename=""') + END, FORM, 422, "file-name-required"),
        (part(b"x", 'form-data; name="file"; filename="a/.."') + END, FORM, 422, "file-name-required"),
        (part(b"x", f'form-data; name="file"; filename="{"é" * 128}"') + END, FORM, 422, "file-name-too-long"),
        (part(b"x") + part(b"y") + END, FORM, 422, "one-file-only"),
        (part(b"x") + part(b"y", 'form-data; name="note"') + END, FORM, 422, "one-file-only"),
        (part(b"x") + part(b"y") + part(b"z") + END, FORM, 422, "one-file-only"),
        (part(b"x" * 5_000), FORM, 400, "malformed-multipart"),
        (b"--frontier\r\nContent-Disposition: form-data", FORM, 400, "malformed-multipart"),
        (b"--frontier\r\nno colon\r\n\r\nx\r\n" + END, FORM, 400, "malformed-multipart"),
        (b"nonsense", FORM, 400, "malformed-multipart"),
        (part(b"x") + END, {"Content-Type": "multipart/form-data"}, 400, "malformed-multipart"),
        (part(b"x") + END, {"Content-Type": "application/json"}, 415, "unsupported-media-type"),
        (part(b"x") + END, FORM | {"Content-Digest": "sha-256=:AAAA:"}, 400, "invalid-header"),
        (part(b"x" * 3_000_001) + END, FORM, 413, "too-large"),
    ],
)
async def test_a_broken_upload_is_refused_and_leaves_nothing(
    folder: Played,
    member: httpx.AsyncClient,
    settings: Settings,
    body: bytes,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    answer = await member.post(URL, content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert blobs(settings) == []
    assert folder.of("cmd.files.PublishDocument") == []


async def test_a_file_above_the_limit_is_413_as_soon_as_it_is_passed(
    folder: Played, member: httpx.AsyncClient, settings: Settings
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield part(b"")[:-2]
        while True:
            sent += 1
            yield b"x" * 100_000

    answer = await member.post(URL, content=endless(), headers=FORM)

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert sent < 40
    assert blobs(settings) == []


async def test_content_that_does_not_match_its_digest_is_refused(
    folder: Played, member: httpx.AsyncClient, settings: Settings
) -> None:
    right = base64.b64encode(hashlib.sha256(b"content").digest()).decode()

    wrong = await member.post(URL, files={"file": ("a", b"other")}, headers={"Content-Digest": f"sha-256=:{right}:"})
    assert (wrong.status_code, wrong.json()["code"], blobs(settings)) == (422, "digest-mismatch", [])

    fine = await member.post(
        URL, files={"file": ("a", b"content")}, headers={"Content-Digest": f"md5=:x:, sha-256=:{right}:"}
    )
    assert fine.status_code == 201


async def test_the_same_file_with_the_same_idempotency_key_is_the_same_command(
    folder: Played, member: httpx.AsyncClient, settings: Settings
) -> None:
    for content in (b"one", b"one", b"two"):
        await member.post(URL, files={"file": ("a", content)}, headers={"Idempotency-Key": "k"})

    first, second, third = (asked.body for asked in folder.of("cmd.files.PublishDocument"))
    assert first == second != third
    assert len(blobs(settings)) == 2


async def test_a_body_arriving_byte_by_byte_is_read_just_as_well(
    folder: Played, member: httpx.AsyncClient, settings: Settings
) -> None:
    content = b"\r\n--frontie\r\n-"
    whole = part(content) + END

    async def dripping() -> AsyncIterator[bytes]:
        for index in range(len(whole)):
            yield whole[index : index + 1]

    assert (await member.post(URL, content=dripping(), headers=FORM)).status_code == 201
    assert (settings.data / "blobs" / published(folder)["blob"]).read_bytes() == content


# Names and types


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Zoé\\bilan.xlsx", "bilan.xlsx"),
        ("a\r\nb\x00.txt", "ab.txt"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
        ("  spaced .txt ", "spaced .txt"),
    ],
)
def test_a_name_keeps_neither_path_nor_what_cannot_be_seen(given: str, kept: str) -> None:
    assert file_name(given) == kept


@given(given=st.text(max_size=400))
def test_any_name_is_kept_in_a_safe_form_or_refused(given: str) -> None:
    try:
        name = file_name(given)
    except (FileNameRequired, FileNameTooLong):
        return
    assert name
    assert not set(name) & set("/\\\r\n\0")
    assert len(name.encode()) <= LONGEST
    attachment(name).encode("ascii")


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.pdf", b"%PDF-1.4", "application/pdf"),
        ("a.html", b"%PDF-1.4", "application/pdf"),
        ("a.pdf", b"<html>", "application/octet-stream"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("a.docx", b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.docx", b"hello", "application/octet-stream"),
        ("a.jpg", b"PK\x03\x04", "application/zip"),
        ("a.txt", b"hello", "text/plain"),
        ("a", b"hello", "application/octet-stream"),
        ("a.eml", b"From: x", "message/rfc822"),
    ],
)
def test_the_type_follows_the_bytes_before_the_name(name: str, head: bytes, kind: str) -> None:
    assert media_type(name, head) == kind
