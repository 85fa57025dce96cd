"""Publishing a file: asked first, then streamed to the blob store, and recorded when its bytes are safe."""

import logging

import orjson
from litestar.types import HTTPScope, Receive, Send

from services.gateway.http.bodies import announced, chunks
from services.gateway.http.call import Call
from services.gateway.http.door import Door, passed_on
from services.gateway.http.forwarding import parameters
from services.gateway.http.names import media_type
from services.gateway.http.parts import FRAME, FilePart
from services.gateway.http.problems import MalformedRequest, TooLarge
from services.gateway.http.upstream import Reply
from shared.blobs import Stored, upload_key
from shared.context import Context
from shared.ids import derived_id, new_id

MAY_PUBLISH = "qry.files.MayPublish"
PUBLISH = "cmd.files.PublishDocument"
_log = logging.getLogger(__name__)


class Upload:
    """`POST /folders/{folder_id}/documents`, multipart/form-data with one field `file`."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        call = Call.of(scope)
        folder = scope["path_params"]["folder_id"]
        context = await self._door.admit(call, "POST", folder)
        asked = parameters(scope)
        if scope["query_string"]:
            raise MalformedRequest
        allowed = await self._door.writes.ask(MAY_PUBLISH, context, params=asked)
        if allowed.refused:
            await passed_on(call, allowed)(scope, receive, send)
            return
        limit = self._door.settings.upload_limit
        length = announced(call)
        if length is not None and length > limit + FRAME:
            raise TooLarge(limit=limit)
        part = FilePart(call, chunks(receive), limit)
        await part.open()
        reply = await self._publish(context, folder, part, asked)
        await passed_on(call, reply if reply.refused else _created(reply))(scope, receive, send)

    async def _publish(self, context: Context, folder: str, part: FilePart, asked: str) -> Reply:
        stored = await self._door.blobs.put(upload_key(new_id()), part.content())
        try:
            stored = await self._named(context, folder, stored)
            reply = await self._record(context, part, stored, asked)
        except Exception:
            # Whether it was recorded is unknown: the sweeper of the files service removes it if it was not.
            _log.warning("an upload was not answered for", extra={"request": context.request, "blob": stored.key})
            raise
        if 400 <= reply.status < 500 and context.idempotency_key is None:
            await self._door.blobs.delete(stored.key)
        return reply

    async def _named(self, context: Context, folder: str, stored: Stored) -> Stored:
        """With an idempotency key, the same file gets the same blob, so that a second try is the same command."""
        if context.idempotency_key is None:
            return stored
        key = upload_key(derived_id("upload", context.id, context.idempotency_key, folder, stored.sha256))
        await self._door.blobs.rename(stored.key, key)
        return Stored(key, stored.size, stored.sha256)

    async def _record(self, context: Context, part: FilePart, stored: Stored, asked: str) -> Reply:
        body = {
            "name": part.name,
            "media_type": media_type(part.name, part.head),
            "size": stored.size,
            "sha256": stored.sha256,
            "blob": stored.key,
        }
        return await self._door.writes.ask(PUBLISH, context, orjson.dumps(body), asked)


def _created(reply: Reply) -> Reply:
    """A document was made: 201, and where its content is found."""
    location = f"/api/v1/documents/{reply.json()['id']}/content"
    return Reply(201, reply.body, {**reply.headers, "Location": location})
