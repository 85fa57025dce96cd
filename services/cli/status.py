"""`dossier status`: how each service of the running firm is."""

import json

import click

from services.cli import ready
from shared.settings import Settings


def status(as_json: bool) -> bool:
    """Print readiness, lag (events not yet applied) and parked events per service; False if anything is not ready."""
    address = ready.local_address(Settings())
    health = ready.ask(address)
    if as_json:
        click.echo(json.dumps(health.document or {"ready": False, "services": {}}))
        return health.ready
    if not health.services:
        click.echo(f"{address} is ready." if health.ready else f"Nothing answers at {address}.")
        return health.ready
    click.echo(f"{'service':<16}{'ready':<8}{'lag':>8}{'parked':>8}")
    for name, state in sorted(health.services.items()):
        answer = "yes" if state.get("ready") else "no"
        click.echo(f"{name:<16}{answer:<8}{_number(state.get('lag')):>8}{_number(state.get('parked')):>8}")
    return health.ready


def _number(value: object) -> str:
    """A count, the sum of several by name, or a dash where the service did not say."""
    if isinstance(value, dict):
        return str(sum(part for part in value.values() if isinstance(part, int)))
    return str(value) if isinstance(value, int) else "-"
