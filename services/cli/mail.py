"""`dossier mail`: e-mails that wait or have failed."""

from typing import Any

import click
from rich.table import Table

from services.cli.asking import Asking, tell
from services.cli.tables import console

Mail = dict[str, Any]
_SERVICE = "notifications"


async def everything(line: Asking, *states: str) -> list[Mail]:
    """All e-mails in these states, the oldest first."""
    found: list[Mail] = []
    for state in states:
        after = None
        while True:
            page = await line.one(_SERVICE, "any.mail", state=state, after=after)
            found += page["items"]
            if (after := page["next"]) is None:
                break
    return found


async def retry(line: Asking, ids: list[str]) -> list[str]:
    """Have these sent again."""
    return [str((await line.one(_SERVICE, "any.mail-retry", id=id))["id"]) for id in ids]


def show(found: list[Mail], as_json: bool) -> None:
    if as_json:
        tell(found)
        return
    if not found:
        click.echo("No e-mail waits, and none has failed.")
        return
    table = Table("id", "state", "to", "queued", "next try", "tries", "error", box=None, header_style="bold")
    for one in found:
        when = [one["queued_at"][:19], (one["due"] or "-")[:19]]
        table.add_row(one["id"], one["state"], one["address"], *when, str(one["attempts"]), one["error"] or "")
    console().print(table)


def told(ids: list[str], as_json: bool) -> None:
    if as_json:
        tell(ids)
    else:
        click.echo("\n".join(f"{id}  is sent again" for id in ids) or "No e-mail has failed.")
