"""The bytes of a document from one blob store to another."""

from click import ClickException

from services.cli.stores.examine import Blob
from shared.blobs import Blobs, Missing


async def copied(blob: Blob, old: Blobs, new: Blobs) -> bool:
    """Whether the new store has the blob now; False if neither has it. `ClickException` if its bytes are others."""
    try:
        if await new.size(blob.name) == blob.size:
            return True  # blobs are whole or absent, and never changed
    except Missing:
        pass
    try:
        stream = await old.read(blob.name)
    except Missing:
        return False
    stored = await new.put(blob.name, stream)
    if (stored.size, stored.sha256) != (blob.size, blob.sha256):
        await new.delete(blob.name)
        raise ClickException(
            f"The bytes of {blob.name} are not those that were published; see `dossier verify-stores`."
        )
    return True
