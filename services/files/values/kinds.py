"""What folders and documents may be called, whose rights are set, what a file is like."""

import re
import unicodedata
from typing import Annotated, Literal, Protocol
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from shared.validation import register

Right = Literal["none", "read", "full"]
"""What may be set on a folder for somebody (M-39). None (null) stands for "not set"."""

LONGEST_NAME = 255
"""Bytes of a file's name in UTF-8: what file systems take."""

register(
    "file-name-required", "Le fichier doit avoir un nom sans chemin.", "The file must have a name, without a path."
)
register("file-name-too-long", "Le nom du fichier dépasse 255 octets.", "The file's name is longer than 255 bytes.")
register(
    "member-or-contact",
    "Un collaborateur ou un contact est attendu, pas les deux.",
    "A member or a contact is expected, not both.",
)

# Control characters, line separators, and the marks of direction by which "gpj.exe" reads as "exe.jpg".
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def _normal(value: object) -> object:
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


def _fit(name: str) -> str:
    if name in ("", ".", "..") or "/" in name or "\\" in name:
        raise PydanticCustomError("file-name-required", "a name without a path")
    if _UNFIT.search(name):
        raise PydanticCustomError("control-character", "no control characters")
    if len(name.encode()) > LONGEST_NAME:
        raise PydanticCustomError("file-name-too-long", "at most 255 bytes")
    return name


FileName = Annotated[str, AfterValidator(_fit), BeforeValidator(_normal)]
"""A file's name: NFC, without path and control characters, 1 to 255 bytes of UTF-8, not `.` or `..`."""

MediaType = Annotated[str, StringConstraints(max_length=200, pattern=r"^[\x21-\x7e]+/[\x20-\x7e]+$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in hexadecimal."""
BlobName = Annotated[str, StringConstraints(max_length=300, pattern=r"^[A-Za-z0-9][A-Za-z0-9/_.-]*$")]


class Subject(BaseModel):
    """Whose right: a member's (M-45) or a contact's (M-42)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    member_id: UUID | None = None
    contact_id: UUID | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Subject":
        if (self.member_id is None) == (self.contact_id is None):
            raise PydanticCustomError("member-or-contact", "a member or a contact, not both")
        return self

    @property
    def key(self) -> str:
        """As events name them: `member:<id>` or `contact:<id>`."""
        return f"member:{self.member_id}" if self.member_id else f"contact:{self.contact_id}"


class Content(BaseModel):
    """What the door must know to send a document's bytes. `size` in bytes, `sha256` in hexadecimal.

    `position`: where it stands recorded that the document was opened.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    media_type: str
    size: int
    sha256: str
    blob: str
    version: int
    position: str | None = None


class Contents(Protocol):
    """Finds the content of documents, by their own events."""

    async def content(self, document_id: UUID) -> Content:
        """Raises `NotFound`."""
