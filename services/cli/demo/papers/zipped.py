"""Office files are zip archives that tell when they were packed; here they always tell the same."""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_EPOCH = (1980, 1, 1, 0, 0, 0)


def repacked(archive: bytes, instead: Mapping[str, bytes]) -> bytes:
    """The same archive without its times, with other bytes for the members named in `instead`."""
    packed = BytesIO()
    with ZipFile(BytesIO(archive)) as before, ZipFile(packed, "w") as after:
        for name in before.namelist():
            entry = ZipInfo(name, _EPOCH)
            entry.compress_type = ZIP_DEFLATED
            after.writestr(entry, instead.get(name) or before.read(name))
    return packed.getvalue()
