"""`dossier broker-config`: the users of the broker and what each may do, for servers that `dossier run` does not start.

Passwords are not in it: each user's is the environment variable that `password_variable` names, which nats-server
reads when it starts. It takes a value that begins with a digit for a number, so passwords begin with a letter.
"""

import json
from pathlib import Path
from string import Template
from typing import Any

import click

from shared.permissions import ADMIN, USERS, permissions

TEMPLATE = Path(__file__).parents[2] / "deploy" / "broker.conf"
EVERYONE = (*USERS, ADMIN)


def password_variable(user: str) -> str:
    """The variable in the environment of nats-server that holds a user's password."""
    return f"DOSSIER_NATS_PASSWORD_{user.upper()}"


def print_configuration(name: str, routes: tuple[str, ...], tls: str | None, *, helm: bool) -> None:
    """Print what was asked for; `ClickException` says what is missing."""
    try:
        click.echo(helm_values() if helm else server(name, routes, Path(tls) if tls else None))
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def server(name: str, routes: tuple[str, ...] = (), tls: Path | None = None) -> str:
    """A whole configuration: of one server, or of one in a cluster whose members are found at `routes` (`host:port`).

    Servers of a cluster know each other by certificates: `ValueError` for routes without `tls`, a folder with
    `tls.crt`, `tls.key` and `ca.crt`. The same certificate is shown to clients.
    """
    if routes and tls is None:
        raise ValueError("Servers of a cluster must know each other: name the folder of their certificates.")
    users = (_as_written(user, f"${password_variable(user)}") for user in EVERYONE)
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        name=json.dumps(name),
        tls=_tls(tls, verify=False) if tls else "",
        cluster=_cluster(routes, tls) if routes and tls else "",
        users="\n".join(f"    {user}" for user in users),
    )


def helm_values() -> str:
    """Values for the chart `nats/nats`: JSON, which is YAML. The chart takes the quotes off what stands in `<< >>`."""
    users = [_user(user, f"<< ${password_variable(user)} >>") for user in EVERYONE]
    return json.dumps({"config": {"merge": {"authorization": {"users": users}}}}, indent=1)


def _user(name: str, password: str) -> dict[str, Any]:
    publish, subscribe = permissions(name)
    rights = {"publish": publish, "subscribe": subscribe, "allow_responses": True}
    return {"user": name, "password": password, "permissions": rights}


def _as_written(name: str, password: str) -> str:
    """JSON is a subset of what the broker reads, apart from variables, which stand without quotes."""
    return json.dumps(_user(name, password)).replace(json.dumps(password), password)


def _tls(folder: Path, *, verify: bool) -> str:
    files = {"cert_file": "tls.crt", "key_file": "tls.key", **({"ca_file": "ca.crt"} if verify else {})}
    named = {key: str(folder / file) for key, file in files.items()}
    return f"tls {json.dumps(named | {'verify': verify})}"


def _cluster(routes: tuple[str, ...], tls: Path) -> str:
    urls = json.dumps([f"nats://{route}" for route in routes])
    return f"cluster {{\n  name: dossier\n  port: 6222\n  routes: {urls}\n  {_tls(tls, verify=True)}\n}}"
