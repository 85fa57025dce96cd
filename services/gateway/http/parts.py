"""The one file of a multipart body, as a stream: nothing of it is kept, neither in memory nor in a folder of ours."""

import base64
import binascii
import hashlib
import re
from collections.abc import AsyncIterator

from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser, parse_options_header

from services.gateway.http.call import Call
from services.gateway.http.names import file_name
from services.gateway.http.problems import InvalidHeader, TooLarge, UnsupportedMediaType
from shared.problems import Refusal

FIELD = "file"
FRAME = 64 * 1024
"""Bytes that a body may have around its file: boundaries and the part's headers."""

_HEAD = 512
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]{44}):")


class MalformedMultipart(Refusal):
    """Not multipart/form-data as RFC 7578 wants it."""

    code, status = "malformed-multipart", 400
    fr, en = "Le corps n'est pas un formulaire multipart lisible.", "The body is not a readable multipart form."


class FileRequired(Refusal):
    code, status = "file-required", 422
    fr, en = "Un fichier est attendu dans le champ « file ».", "A file is expected in the field “file”."


class OneFileOnly(Refusal):
    """More than one file, or a field beside it."""

    code, status = "one-file-only", 422
    fr, en = "Un seul fichier à la fois, et pas d'autre champ.", "One file at a time, and no other field."


class EmptyFile(Refusal):
    code, status = "empty-file", 422
    fr, en = "Ce fichier est vide.", "This file is empty."


class DigestMismatch(Refusal):
    """The bytes that arrived are not those that `Content-Digest` speaks of (RFC 9530)."""

    code, status = "digest-mismatch", 422
    fr = "Le contenu reçu ne correspond pas à son empreinte (Content-Digest)."
    en = "The content received does not match its digest (Content-Digest)."


def wanted_digest(call: Call) -> bytes | None:
    """The SHA-256 that the file must have, by the header `Content-Digest`; other algorithms are not checked."""
    given = call.headers.get(b"content-digest")
    if given is None:
        return None
    match = _DIGEST.search(given.decode("latin-1"))
    if match is None:
        if b"sha-256" in given:
            raise InvalidHeader(name="Content-Digest")
        return None
    try:
        return base64.b64decode(match[1], validate=True)
    except binascii.Error:
        raise InvalidHeader(name="Content-Digest") from None


class FilePart:
    """Reads a body up to its file's first bytes (`open`), then gives the file (`content`) and checks the rest.

    Whatever is wrong with the body is raised before `content` ends, so that what is written from it is given up.
    """

    def __init__(self, call: Call, body: AsyncIterator[bytes], limit: int) -> None:
        self._events = self._parse(_boundary(call), body)
        self._limit = limit
        self._digest = wanted_digest(call)
        self.name = ""
        self.head = b""

    async def open(self) -> None:
        """Read the part's headers and first bytes: `name` and `head` are known afterwards."""
        segment = await anext(self._events, None)
        if not isinstance(segment, MultipartSegment) or segment.name != FIELD or segment.filename is None:
            raise FileRequired(field=FIELD)
        self.name = file_name(segment.filename)
        while len(self.head) < _HEAD and isinstance(piece := await anext(self._events, None), bytes | bytearray):
            self.head += piece
            if len(self.head) > self._limit:
                raise TooLarge(limit=self._limit)

    async def content(self) -> AsyncIterator[bytes]:
        """The file's bytes, from the first."""
        size, digest = 0, hashlib.sha256()
        async for piece in self._pieces():
            size += len(piece)
            if size > self._limit:
                raise TooLarge(limit=self._limit)
            if self._digest is not None:
                digest.update(piece)
            yield piece
        if size == 0:
            raise EmptyFile(field=FIELD)
        if self._digest is not None and digest.digest() != self._digest:
            raise DigestMismatch(field=FIELD)

    async def _pieces(self) -> AsyncIterator[bytes]:
        if self.head:
            yield self.head
        async for event in self._events:
            if isinstance(event, MultipartSegment):
                raise OneFileOnly(field=event.name or FIELD)
            if event is not None:
                yield bytes(event)

    async def _parse(
        self, boundary: str, body: AsyncIterator[bytes]
    ) -> AsyncIterator[MultipartSegment | bytes | bytearray | None]:
        try:
            with PushMultipartParser(boundary, max_segment_count=2) as parser:
                received = 0
                async for chunk in body:
                    received += len(chunk)
                    if received > self._limit + FRAME:
                        raise TooLarge(limit=self._limit)
                    for event in parser.parse(chunk):
                        yield event
        except ParserLimitReached:
            raise OneFileOnly(field=FIELD) from None
        except MultipartError:
            raise MalformedMultipart from None


def _boundary(call: Call) -> str:
    kind, options = parse_options_header(call.headers.get(b"content-type", b"").decode("latin-1"))
    if kind != "multipart/form-data":
        raise UnsupportedMediaType(wanted="multipart/form-data")
    boundary: str = options.get("boundary", "")
    if not 1 <= len(boundary) <= 70:
        raise MalformedMultipart
    return boundary
