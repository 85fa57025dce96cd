"""Where a firm's stores lie, by its settings."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import orjson
from click import ClickException

from services.cli.layout import Layout
from services.cli.stores.rows import Event, Key, Row
from services.cli.stores.sqlite import SqliteEvents, SqliteKeys
from shared.settings import Settings

DEPENDENTS_FIRST = ("notifications", "dossier", "files", "interactions", "accounts", "contacts", "firm")
"""Every service before those whose things its events name.

Copies that are begun in this order hold the cause of everything they hold: what an event names was recorded before it,
in a store whose copy is begun later.
"""


def master_key_of(text: str) -> bytes:
    """The master key from its 64 hexadecimal digits."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ClickException("The master key is not 64 hexadecimal digits (DOSSIER_MASTER_KEY).")
    return key


class Table(Protocol[Row]):
    """Rows that are read as of one moment, and written all or not at all."""

    def reading(self) -> AbstractContextManager[Iterator[Row]]: ...

    def write(self, rows: Iterable[Row], /) -> None: ...


@dataclass(frozen=True)
class Places:
    """The stores of one firm: below the data folder, unless the settings name engines for them."""

    settings: Settings

    @property
    def data(self) -> Path:
        return self.settings.data.resolve()

    @property
    def nowhere(self) -> ClickException:
        """What to say where nothing is stored."""
        return ClickException(f"There is no firm in {self.data}, nor in engines that the settings name (DOSSIER_DATA).")

    def events(self, service: str) -> Table[Event]:
        """The event store of a service."""
        if self.settings.events_url is not None:
            from services.cli.stores.postgres import PostgresEvents  # late: it wants libpq

            return PostgresEvents(service, self.settings.events_url)
        return SqliteEvents(service, self.data / service)

    @property
    def master_key(self) -> bytes | None:
        """What wraps the keys: from the environment, else from the secrets of `dossier run`; None if neither knows."""
        kept = Layout(self.data).secrets
        if self.settings.master_key is not None:
            return master_key_of(self.settings.master_key.get_secret_value())
        try:
            return master_key_of(orjson.loads(kept.read_bytes())["master_key"]) if kept.exists() else None
        except (ValueError, KeyError, TypeError) as error:
            raise ClickException(f"{kept} cannot be read.") from error

    @property
    def keys(self) -> Table[Key]:
        """The key database."""
        if self.settings.keys_url is not None:
            from services.cli.stores.postgres import PostgresKeys

            return PostgresKeys(self.settings.keys_url)
        return SqliteKeys(self.data / "keys" / "keys.db")
