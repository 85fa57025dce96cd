"""`dossier run`: a whole firm on one machine, from the first start to Ctrl-C."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import FrameType

import click

from services.cli import ports, ready
from services.cli.configuration import Plan
from services.cli.credentials import load_or_make
from services.cli.layout import Layout
from services.cli.moved import refuse_past
from services.cli.supervisor import Supervisor, kill_leftovers
from shared.settings import Settings

HINT_AFTER = 15.0
"""Seconds after which somebody who waits is told where to look."""


class Stopped(BaseException):
    """Somebody asked us to stop. Not an `Exception`: nothing on the way may take it for an error and go on."""


def run() -> None:
    """Start everything, wait until it is ready, fill it if it is new, say where it is, and stay until told to stop."""
    settings = Settings()
    layout = Layout(settings.data.resolve())
    layout.make()
    with layout.locked():
        for name in kill_leftovers(layout):
            click.echo(f"Ended {name}, left over from a start that was cut off.")
        refuse_past(layout, settings)
        ports.check_gateway(settings.host, settings.port)
        credentials = load_or_make(layout, settings)
        plan = Plan(layout, settings, credentials, ports.choose(layout.ports, avoid=settings.port))
        supervisor = Supervisor(plan)
        try:
            with _signals_stop():
                supervisor.start()
                _until_ready(supervisor, ready.local_address(settings), layout)
                _fill(plan)
                _introduce(plan)
                supervisor.wait()
                supervisor.check()
        except Stopped:
            click.echo("\nStopping ...")
        finally:
            _stop(supervisor)


@contextmanager
def _signals_stop() -> Iterator[None]:
    """Turn the first SIGINT, SIGTERM or SIGHUP into `Stopped`."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    with _handling(stop):
        yield


@contextmanager
def _handling(handler: object) -> Iterator[None]:
    which = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, handler) for number in which}  # type: ignore[arg-type]
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def _stop(supervisor: Supervisor) -> None:
    """Stop cleanly; a second signal meanwhile ends everything at once."""

    def force(number: int, frame: FrameType | None) -> None:
        click.echo("Ending at once.")
        supervisor.kill()

    with _handling(force):
        supervisor.stop()


def _until_ready(supervisor: Supervisor, address: str, layout: Layout) -> None:
    """Wait for the gateway to say that all services answer, and show which do not yet."""
    began, shown, hinted = time.monotonic(), "", False
    while True:
        supervisor.check()
        health = ready.ask(address)
        if health.ready:
            break
        waiting = ", ".join(health.waiting_for)
        if waiting != shown:
            click.echo(f"Waiting for {waiting} ...")
            shown = waiting
        if not hinted and time.monotonic() - began > HINT_AFTER:
            click.echo(f"This takes longer than usual; {layout.log} holds a log for each process.")
            hinted = True
        supervisor.nudge()
        time.sleep(0.1)
    click.echo(f"Ready after {time.monotonic() - began:.1f} s.")


def _fill(plan: Plan) -> None:
    """Fill a new firm with the demonstration, in a process of its own whose memory goes when it ends."""
    if not plan.settings.demo or plan.layout.demo_done.exists() or find_spec("services.cli.demo") is None:
        return
    # Its own session: Ctrl-C reaches us, and we end it.
    child = subprocess.Popen([sys.executable, "-m", "services.cli", "demo"], start_new_session=True)
    try:
        if child.wait() != 0:
            click.echo("The demonstration firm is not complete; the next start goes on with it.", err=True)
    except Stopped:
        child.terminate()
        child.wait()
        raise


def _introduce(plan: Plan) -> None:
    """Say where the firm is and how to get in."""
    credentials, layout = plan.credentials, plan.layout
    password = credentials.owner_password or "the one chosen with DOSSIER_OWNER_PASSWORD"
    mail = f"{layout.mailbox} (nothing leaves this machine)" if plan.sends_to_mailbox else plan.settings.smtp_host
    click.echo(
        f"\n  Address   {plan.settings.address}"
        f"\n  E-mail    {credentials.owner_email}"
        f"\n  Password  {password}"
        f"\n  Mail to   {mail}"
        f"\n  Logs in   {layout.log}"
        "\n\nCtrl-C stops everything."
    )
    sys.stdout.flush()
