"""What a firm on the engines has stored, read past the firm itself."""

from typing import Any

import orjson
from pymongo import MongoClient

from services.dossier.projections import SERVICES
from shared.parking import PARKED
from shared.readstore.mongo_query import STORED
from tests.engines.engines import Engines
from tests.faults.stores import Documents, Stored, shared


class InEngines:
    """See `tests.faults.stores.Kept`."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    def events(self) -> list[Stored]:
        asked = "SELECT notification_id, topic, originator_id, state FROM {0}.{0}_events ORDER BY 1"
        with self._engines.postgres.connected() as connection:
            return [
                event
                for service in sorted(SERVICES)
                for event in shared(service, connection.execute(asked.format(service)).fetchall())
            ]

    def documents(self) -> Documents:
        client: MongoClient[dict[str, Any]] = MongoClient(self._engines.mongo.url)
        with client:
            database = client["dossier_dossier"]
            names = [known["_id"] for known in database["collections"].find() if known["_id"] != PARKED.name]
            return {
                name: {kept["_id"]: orjson.loads(kept["d"]) for kept in database[f"d_{name}"].find(STORED, {"d": 1})}
                for name in names
            }
