"""The secrets of one machine: made once, kept in `<data>/secrets.json` for its owner's eyes only."""

import json
import secrets
from dataclasses import asdict, dataclass

from click import ClickException

from services.cli.layout import Layout
from shared.permissions import ADMIN, USERS
from shared.process import write_atomically
from shared.settings import Settings

OWNER_EMAIL = "owner@cabinet.example"
"""The made-up address of the first owner (a name reserved by RFC 2606)."""


@dataclass
class Credentials:
    """`owner_password` is None where a person chose it: it is theirs and not kept."""

    master_key: str
    nats: dict[str, str]
    owner_email: str
    owner_password: str | None


def load_or_make(layout: Layout, settings: Settings) -> Credentials:
    """Read the secrets, make what is missing, and let what the environment says stand before what is kept.

    Raises `ClickException` where going on would cost data: keys were made before, and their file is gone or damaged.
    """
    kept = _read(layout) if layout.secrets.exists() else _make(layout, settings)
    for user in (*USERS, ADMIN):
        kept.nats.setdefault(user, secrets.token_hex(24))
    write_atomically(layout.secrets, json.dumps(asdict(kept), indent=1) + "\n", mode=0o600)
    return _with_environment(kept, settings)


def _make(layout: Layout, settings: Settings) -> Credentials:
    if settings.master_key is None and (layout.data / "contacts").exists():
        raise ClickException(
            f"{layout.secrets} is missing, and {layout.data} holds personal data that only its master key opens. "
            "Put the file back, or set DOSSIER_MASTER_KEY."
        )
    chosen = settings.owner_password is not None
    return Credentials(
        master_key=settings.master_key.get_secret_value() if settings.master_key else secrets.token_hex(32),
        nats={},
        owner_email=settings.owner_email or OWNER_EMAIL,
        owner_password=None if chosen else secrets.token_urlsafe(12),
    )


def _read(layout: Layout) -> Credentials:
    try:
        return Credentials(**json.loads(layout.secrets.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ClickException(f"{layout.secrets} cannot be read; put it back from a backup.") from error


def _with_environment(kept: Credentials, settings: Settings) -> Credentials:
    return Credentials(
        master_key=settings.master_key.get_secret_value() if settings.master_key else kept.master_key,
        nats=kept.nats,
        owner_email=settings.owner_email or kept.owner_email,
        owner_password=settings.owner_password.get_secret_value() if settings.owner_password else kept.owner_password,
    )
