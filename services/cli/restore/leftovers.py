"""What was computed from another history: a firm that comes back must not meet it."""

import asyncio

from click import ClickException

from services.cli.verify.marks import marks
from shared.permissions import SERVICES
from shared.settings import Settings


def refuse_leftovers(settings: Settings) -> None:
    """`ClickException` if the broker's stream or the read models hold events of another life of the firm.

    Numbers are given out again after a restore; who remembers them from before would take new events for old ones.
    """
    if asyncio.run(marks()):
        raise ClickException(
            f"The broker at {settings.nats_url} still has what the firm published before: delete its streams EVENTS "
            "and SCHEDULES. They are filled again from the event stores."
        )
    if settings.read_url is not None and (found := _read_models(settings.read_url.get_secret_value())):
        raise ClickException(
            f"MongoDB still has read models of the firm: drop {', '.join(found)}. They are made again from the events."
        )


def _read_models(url: str) -> list[str]:
    from pymongo import MongoClient  # late: a firm of files does without
    from pymongo.errors import PyMongoError

    starts = tuple(f"dossier_{service}" for service in (*SERVICES, "gateway"))
    try:
        with MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=3_000) as client:
            return sorted(name for name in client.list_database_names() if name.startswith(starts))
    except PyMongoError as error:
        raise ClickException(f"MongoDB cannot be reached: {str(error).partition(',')[0]}.") from error
