"""Uploads that are cut off, too long, without a name or full of paths: refused or made harmless, nothing half done."""

import base64
import hashlib
import socket
from collections.abc import Iterator

import pytest

from tests.e2e.client import API, code, told
from tests.e2e.history import nothing_recorded_by
from tests.e2e.system import Firm, Member

EDGE = "edge"
FORM = f"multipart/form-data; boundary={EDGE}"


def _part(name: str = 'name="file"; filename="a.txt"', content: bytes = b"abc", end: bytes = b"--edge--\r\n") -> bytes:
    return f"--{EDGE}\r\nContent-Disposition: form-data; {name}\r\n\r\n".encode() + content + b"\r\n" + end


WRONG: dict[str, tuple[bytes, dict[str, str], set[str]]] = {
    "no form at all": (b"abc", {}, {"malformed-multipart", "file-required"}),
    "another media type": (_part(), {"content-type": "application/json"}, {"unsupported-media-type"}),
    "no boundary": (_part(), {"content-type": "multipart/form-data"}, {"malformed-multipart"}),
    "nothing": (b"", {}, {"malformed-multipart", "file-required"}),
    "another field": (_part('name="other"; filename="a.txt"'), {}, {"file-required"}),
    "no file": (_part('name="file"'), {}, {"file-required"}),
    "no name": (_part('name="file"; filename=""'), {}, {"file-name-required", "file-required"}),
    "a name of dots": (_part('name="file"; filename=".."'), {}, {"file-name-required"}),
    "a name too long": (
        _part(f'name="file"; filename="{"x" * 300}"'),
        {},
        {"file-name-too-long", "malformed-multipart"},
    ),
    "an empty file": (_part(content=b""), {}, {"empty-file"}),
    "two files": (_part(end=_part()), {}, {"one-file-only"}),
    "a body without its end": (_part(end=b""), {}, {"malformed-multipart"}),
    "another digest": (
        _part(),
        {"content-digest": f"sha-256=:{base64.b64encode(hashlib.sha256(b'abd').digest()).decode()}:"},
        {"digest-mismatch"},
    ),
    "a broken digest": (_part(), {"content-digest": "sha-256=:x:"}, {"invalid-header"}),
}


@pytest.fixture
def folder(owner: Member) -> str:
    return owner.folder(owner.account())


@pytest.fixture
def nothing_recorded(owner: Member, folder: str) -> Iterator[None]:
    """At the end every service has recorded as much as at the beginning."""
    with nothing_recorded_by(owner):
        yield


def _kept(firm: Firm) -> int:
    """Files in the blob store."""
    return sum(1 for path in firm.blobs.rglob("*") if path.is_file())


@pytest.mark.usefixtures("nothing_recorded")
def test_an_upload_that_is_no_single_whole_named_file_is_refused_and_leaves_nothing(
    firm: Firm, owner: Member, folder: str
) -> None:
    before, wrong = _kept(firm), []
    for what, (body, headers, expected) in WRONG.items():
        answer = owner.request(
            "POST", f"/folders/{folder}/documents", content=body, headers={"content-type": FORM} | headers
        )
        if not 400 <= answer.status_code < 500 or code(answer) not in expected:
            wrong.append(f"{what}: {told(answer)[:300]}")
    assert not wrong, "\n".join(wrong)
    assert _kept(firm) == before


def _open(firm: Firm, owner: Member, folder: str, *headers: str) -> socket.socket:
    """A request of our own making, up to the end of its headers."""
    connection = socket.create_connection(("127.0.0.1", firm.machine.port), timeout=20)
    head = [
        f"POST {API}/folders/{folder}/documents HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {owner.token}",
        f"Content-Type: {FORM}",
        *headers,
    ]
    connection.sendall("\r\n".join([*head, "", ""]).encode())
    return connection


@pytest.mark.usefixtures("nothing_recorded")
def test_an_upload_cut_off_half_way_leaves_nothing(firm: Firm, owner: Member, folder: str) -> None:
    before = _kept(firm)
    body = _part(content=b"x" * 1_000_000)
    with _open(firm, owner, folder, f"Content-Length: {len(body)}") as connection:
        connection.sendall(body[: len(body) // 2])
    owner.until(lambda: _kept(firm) == before, "what had arrived is removed")
    assert not list(owner.every(f"/folders/{folder}/documents"))


@pytest.mark.usefixtures("nothing_recorded")
def test_an_upload_announced_above_the_limit_is_refused_before_it_is_sent(
    firm: Firm, owner: Member, folder: str
) -> None:
    with _open(firm, owner, folder, f"Content-Length: {3 * 1024**3}", "Connection: close") as connection:
        assert b" 413 " in connection.recv(100).split(b"\r\n")[0]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\zoe\\Bilan.pdf", "Bilan.pdf"),
        ("Relevé d’été.pdf", "Relevé d’été.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
    ],
)
def test_of_a_file_name_with_a_path_only_the_name_is_kept(owner: Member, folder: str, given: str, kept: str) -> None:
    form = _part(f'name="file"; filename="{given}"'.replace("\\", "\\\\"))
    answer = owner.request("POST", f"/folders/{folder}/documents", content=form, headers={"content-type": FORM})
    document = owner.did(answer)["id"]
    assert owner.read(f"/documents/{document}")["name"] == kept
    disposition = owner.get(f"/documents/{document}/content").headers["content-disposition"]
    assert not {"/", "\\", "\n", "\u202e"} & set(disposition.partition("''")[0])
