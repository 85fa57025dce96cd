"""The `dossier` command.

Each verb imports what it needs when it is called, so that `--help` is quick and `run` stays small.
"""

import logging
import os
import sys

import click

from services.cli.operating import COMMANDS as OPERATING
from services.cli.safekeeping import COMMANDS as SAFEKEEPING


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Dossier: everything an accounting firm knows and does about each of its clients.

    Settings are environment variables that begin with DOSSIER_; shared/settings.py describes each.
    """


@main.command()
def run() -> None:
    """Start the whole firm on this machine; Ctrl-C stops it."""
    from services.cli.run import run

    run()


@main.command()
@click.argument("process")
@click.option("--instance", type=click.IntRange(min=1), help="Which of several on this machine; the first is 1.")
def serve(process: str, instance: int | None) -> None:
    """Run one PROCESS in the foreground: a service, gateway, mailbox or streams."""
    from services.cli.serve import serve

    serve(process, instance)
    logging.shutdown()
    os._exit(0)  # everything is closed: taking the interpreter apart takes seconds where many processes end at once


@main.command()
@click.argument("services", nargs=-1)
def restart(services: tuple[str, ...]) -> None:
    """Start SERVICES (default: all, the gateway included) again, one process after the other, while the firm works."""
    from services.cli.restart import restart

    restart(services)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(as_json: bool) -> None:
    """Say how each service of the running firm is."""
    from services.cli.status import status

    sys.exit(0 if status(as_json) else 1)


@main.command()
def demo() -> None:
    """Fill the running firm with the demonstration data; go on where an earlier run was cut off."""
    from services.cli.fill import fill

    fill()


@main.command()
@click.option("--name", default="nats", show_default=True, help="Name of this server; each of a cluster has its own.")
@click.option("--route", "routes", multiple=True, metavar="HOST:PORT", help="A server of the cluster; once for each.")
@click.option("--tls", help="Folder on the server with tls.crt, tls.key and ca.crt; a cluster needs them.")
@click.option("--helm", is_flag=True, help="Values for the chart nats/nats in place of a configuration.")
def broker_config(name: str, routes: tuple[str, ...], tls: str | None, helm: bool) -> None:
    """Print the broker's configuration: its users and what each may do. Passwords come from its environment."""
    from services.cli.broker_config import print_configuration

    print_configuration(name, routes, tls, helm=helm)


for command in (*OPERATING, *SAFEKEEPING):
    main.add_command(command)
