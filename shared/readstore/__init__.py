"""The read store: documents that projections write and queries read.

`interface` and `conditions` say what can be asked, `sqlite` answers on one machine and `mongo` for several, `cursor`
carries pages over HTTP.
"""

from shared.readstore.interface import ReadStore
from shared.readstore.sqlite import SqliteReadStore
from shared.settings import Settings


def open_store(settings: Settings, service: str, name: str = "read") -> ReadStore:
    """The store of this name that belongs to a service; nothing connects before its first use."""
    if settings.read_url is not None:
        # Not on one machine, where nothing needs it: PyMongo takes memory in every process.
        from shared.readstore.mongo import MongoReadStore

        database = f"dossier_{service}" if name == "read" else f"dossier_{service}_{name}"
        return MongoReadStore(settings.read_url.get_secret_value(), database, bulk=settings.read_bulk)
    return SqliteReadStore(settings.folder(service) / f"{name}.db")
