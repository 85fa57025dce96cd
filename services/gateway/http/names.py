"""Names and media types of files, as far as they can be believed."""

import mimetypes
import re
import unicodedata
from urllib.parse import quote

from shared.problems import Refusal

LONGEST = 255  # bytes in UTF-8: what file systems take
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_UNKNOWN = "application/octet-stream"


class FileNameRequired(Refusal):
    code, status = "file-name-required", 422
    fr, en = "Le fichier n'a pas de nom.", "The file has no name."


class FileNameTooLong(Refusal):
    code, status = "file-name-too-long", 422
    fr, en = "Le nom du fichier dépasse 255 octets.", "The file's name is longer than 255 bytes."


def file_name(given: str | None) -> str:
    """The name that a file keeps: no path, no character that cannot be seen, NFC. Refuses none and one too long."""
    name = re.split(r"[/\\]", given or "")[-1]
    name = unicodedata.normalize("NFC", _UNSEEN.sub("", name)).strip()
    if name in ("", ".", ".."):
        raise FileNameRequired(field="file")
    if len(name.encode()) > LONGEST:
        raise FileNameTooLong(field="file")
    return name


_MAGIC: tuple[tuple[bytes, frozenset[str]], ...] = (
    (b"%PDF-", frozenset({"application/pdf"})),
    (b"\x89PNG\r\n\x1a\n", frozenset({"image/png"})),
    (b"\xff\xd8\xff", frozenset({"image/jpeg"})),
    (b"GIF8", frozenset({"image/gif"})),
    (b"II*\0", frozenset({"image/tiff"})),
    (b"MM\0*", frozenset({"image/tiff"})),
    (b"\x1f\x8b", frozenset({"application/gzip"})),
)
"""How a file of a type begins. What begins so is of that type whatever its name says."""

_CONTAINERS: tuple[tuple[bytes, str, tuple[str, ...]], ...] = (
    (b"PK\x03\x04", "application/zip", ("application/vnd.", "application/epub", "application/java-archive")),
    (b"\xd0\xcf\x11\xe0", _UNKNOWN, ("application/msword", "application/vnd.ms-", "application/x-msi")),
)
"""Beginnings shared by several types: the name decides among those that are packed like this."""


def media_type(name: str, head: bytes) -> str:
    """The type of a file by its first bytes and its name; what the sender says of it is not asked."""
    guessed = mimetypes.guess_type(name, strict=False)[0] or _UNKNOWN
    for beginning, types in _MAGIC:
        if head.startswith(beginning):
            return min(types)
    for beginning, plain, packed in _CONTAINERS:
        if head.startswith(beginning):
            return guessed if guessed.startswith(packed) else plain
    known = {kind for _, types in _MAGIC for kind in types}
    if guessed in known or guessed.startswith(("application/vnd.openxmlformats", "application/msword")):
        return _UNKNOWN  # it is named like one but does not begin like one
    return guessed


def attachment(name: str) -> str:
    """`Content-Disposition` that saves under this name in every browser (RFC 6266, RFC 8187)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w .()+,=@~-]", "_", plain).strip() or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
