"""The words of files, and the reasons for which something is refused."""

from services.files.values.kinds import (
    BlobName,
    Content,
    Contents,
    FileName,
    MediaType,
    Right,
    Sha256,
    Subject,
)

__all__ = ["BlobName", "Content", "Contents", "FileName", "MediaType", "Right", "Sha256", "Subject"]
