"""The operator's commands over a running firm. Each imports what it needs when it is called."""

import sys
from typing import Any

import click

_json = click.option("--json", "as_json", is_flag=True, help="For programs.")
_yes = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group()
def parked() -> None:
    """Events that a projection failed on. They wait; everything else goes on."""


@parked.command("list")
@_json
def parked_list(as_json: bool) -> None:
    """List what is parked, in every service."""
    from services.cli import parked
    from services.cli.asking import run

    parked.show_all(run(parked.everything), as_json)


@parked.command("show")
@click.argument("key")
@_json
def parked_show(key: str, as_json: bool) -> None:
    """Show one parked event and why it failed."""
    from services.cli import parked
    from services.cli.asking import run

    parked.show(run(lambda line: parked.find(line, key)), as_json)


@parked.command("replay")
@click.argument("key", required=False)
@click.option("--all", "everything", is_flag=True, help="Everything that is parked.")
@_json
def parked_replay(key: str | None, everything: bool, as_json: bool) -> None:
    """Try a parked event again, once what it failed on is put right, and those that wait behind it."""
    from services.cli import parked
    from services.cli.asking import Asking, run

    _one_or_all(key, everything, "KEY")

    async def work(line: Asking) -> list[Any]:
        return await parked.replay(line, [await parked.find(line, key)] if key else await parked.everything(line))

    sys.exit(0 if parked.told(run(work), as_json) else 1)


@parked.command("skip")
@click.argument("key")
@_yes
@_json
def parked_skip(key: str, yes: bool, as_json: bool) -> None:
    """Give a parked event up: its projection will never have seen it. Those behind it are tried."""
    from services.cli import parked
    from services.cli.asking import run

    event = run(lambda line: parked.find(line, key))
    if not yes:
        click.confirm(
            f"{event['projection']} will never see {event['topic']} of {event['aggregate']}. Go on?", abort=True
        )
    healed = run(lambda line: line.one(event["process"], "skip", key=key))["healed"]
    if as_json:
        from services.cli.asking import tell

        tell({"key": key, "healed": healed})
    else:
        click.echo(f"{key} is given up; {'nothing' if healed else 'something'} of its aggregate still waits.")


@click.group()
def projections() -> None:
    """What is shown: made anew from all events beside the live one, compared, and put in its place.

    NAME is that of a projection, or `service/name` where several services have one of that name.
    """


@projections.command("list")
@_json
def projections_list(as_json: bool) -> None:
    """List the projections of every service."""
    from services.cli import projections
    from services.cli.asking import run

    projections.show_all(run(projections.everything), as_json)


@projections.command("rebuild")
@click.argument("name")
@_json
def projections_rebuild(name: str, as_json: bool) -> None:
    """Make NAME anew beside the live one, which serves on, and wait for it."""
    from services.cli import projections
    from services.cli.asking import run, tell

    state = run(lambda line: projections.rebuild(line, name, quiet=as_json))
    if as_json:
        tell(state)
    else:
        click.echo(f"{name} is rebuilt; `dossier projections compare {name}` looks at every document of both.")


@projections.command("compare")
@click.argument("name")
@_json
def projections_compare(name: str, as_json: bool) -> None:
    """Compare what was rebuilt with the live one, document by document. Ends with 1 if they differ."""
    from services.cli import projections
    from services.cli.asking import run

    found = run(lambda line: projections.compare(line, name, quiet=True))
    sys.exit(0 if projections.show_comparison(found, as_json) else 1)


@projections.command("swap")
@click.argument("name")
@_yes
@_json
def projections_swap(name: str, yes: bool, as_json: bool) -> None:
    """Have what was rebuilt take the live one's place. The documents that were live are gone then."""
    from services.cli import projections
    from services.cli.asking import run, tell

    if not yes:
        click.confirm(
            f"The rebuilt {name} takes the place of the live one, whose documents are dropped. Go on?", abort=True
        )
    one = run(lambda line: projections.swap(line, name))
    if as_json:
        tell({"service": one["service"], "name": one["name"], "swapped": True})
    else:
        click.echo(f"{name} is now the one that was rebuilt.")


@projections.command("give-up")
@click.argument("name")
@_json
def projections_give_up(name: str, as_json: bool) -> None:
    """Forget what was rebuilt of NAME; the live one stays as it is."""
    from services.cli import projections
    from services.cli.asking import run, tell

    one = run(lambda line: projections.give_up(line, name))
    if as_json:
        tell({"service": one["service"], "name": one["name"], "swapped": False})
    else:
        click.echo(f"What was rebuilt of {name} is forgotten.")


@click.group()
def relay() -> None:
    """The way of events from the stores to the stream."""


@relay.command("status")
@_json
def relay_status(as_json: bool) -> None:
    """Say how far each service's events have come. Ends with 1 if some are not on the stream."""
    from services.cli import relay
    from services.cli.asking import run

    sys.exit(0 if relay.show(run(relay.look), as_json) else 1)


@click.group()
def mail() -> None:
    """E-mails that wait or have failed."""


@mail.command("list")
@_json
def mail_list(as_json: bool) -> None:
    """List the e-mails that have failed, then those that wait."""
    from services.cli import mail
    from services.cli.asking import run

    mail.show(run(lambda line: mail.everything(line, "failed", "queued")), as_json)


@mail.command("retry")
@click.argument("id", required=False)
@click.option("--all", "everything", is_flag=True, help="Every e-mail that has failed.")
@_json
def mail_retry(id: str | None, everything: bool, as_json: bool) -> None:
    """Send an e-mail again: one that failed begins anew, one that waits is tried at once."""
    from services.cli import mail
    from services.cli.asking import Asking, run

    _one_or_all(id, everything, "ID")

    async def work(line: Asking) -> list[str]:
        ids = [id] if id else [one["id"] for one in await mail.everything(line, "failed")]
        return await mail.retry(line, ids)

    mail.told(run(work), as_json)


def _one_or_all(one: str | None, everything: bool, what: str) -> None:
    if (one is None) != everything:
        raise click.ClickException(f"Name one {what}, or say --all.")


COMMANDS = (parked, projections, relay, mail)
