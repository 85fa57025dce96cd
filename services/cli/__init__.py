"""The `dossier` command.

Each verb imports what it needs when it is called, so that `--help` is quick and `run` stays small.
"""

import sys

import click


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
def serve(process: str) -> None:
    """Run one PROCESS in the foreground: a service, gateway, mailbox or streams."""
    from services.cli.serve import serve

    serve(process)


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
