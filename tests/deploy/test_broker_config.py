"""`dossier broker-config`: real servers take what it prints, and let in those whom shared/permissions.py lets in."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from nats.aio.client import Client
from nats.errors import Error as NatsError

from services.cli import main
from services.cli.broker_config import EVERYONE, helm_values, password_variable, server
from services.cli.configuration import BROKER
from shared.permissions import permissions
from tests.broker import free_port
from tests.waiting import eventually

PROGRAM = Path(sys.executable).with_name(BROKER)
PASSWORDS = {password_variable(user): f"s{secrets.token_hex(8)}" for user in EVERYONE}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with the printed configuration, on a port and a folder of the test's own."""
    folder, port = tmp_path_factory.mktemp("broker"), free_port()
    text = server("test").replace('"/data"', json.dumps(str(folder / "store")))
    (folder / "nats.conf").write_text(text)
    command: list[str | Path] = [PROGRAM, "-c", folder / "nats.conf", "-a", "127.0.0.1", "-p", str(port)]
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen([*command, "-m", str(free_port())], env=PASSWORDS, stdout=log, stderr=log)
        yield f"nats://127.0.0.1:{port}"
        child.terminate()
        child.wait(10)


async def connected(url: str, user: str, password: str) -> Client | None:
    client = Client()
    try:
        await client.connect(url, user=user, password=password, allow_reconnect=False, max_reconnect_attempts=0)
    except (NatsError, OSError):
        await client.close()
        return None
    return client


async def test_each_user_gets_in_with_their_own_password_alone(url: str) -> None:
    async def up() -> bool:
        client = await connected(url, "admin", PASSWORDS[password_variable("admin")])
        if client:
            await client.close()
        return client is not None

    await eventually(up)
    for user in EVERYONE:
        client = await connected(url, user, PASSWORDS[password_variable(user)])
        assert client, user
        await client.close()
        assert await connected(url, user, "wrong") is None


def test_users_and_rights_are_those_of_the_code() -> None:
    users = json.loads(helm_values())["config"]["merge"]["authorization"]["users"]
    found = {user["user"]: (user["permissions"]["publish"], user["permissions"]["subscribe"]) for user in users}
    assert found == {user: permissions(user) for user in EVERYONE}
    assert {user["password"] for user in users} == {f"<< ${password_variable(user)} >>" for user in EVERYONE}


def test_servers_of_a_cluster_ask_each_other_for_certificates(tmp_path: Path) -> None:
    refused = CliRunner().invoke(main, ["broker-config", "--route", "b:6222"])
    assert (refused.exit_code, "certificates" in refused.output) == (1, True)
    _certificate(tmp_path)
    routes = ("--route", "a:6222", "--route", "b:6222")
    printed = CliRunner().invoke(main, ["broker-config", "--name", "a", *routes, "--tls", str(tmp_path)])
    (tmp_path / "nats.conf").write_text(printed.output)
    checked = subprocess.run(
        [PROGRAM, "-t", "-c", tmp_path / "nats.conf"], env=PASSWORDS, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert printed.output.count('"verify": true') == 1


def test_a_server_without_passwords_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "nats.conf").write_text(server("a"))
    checked = subprocess.run(
        [PROGRAM, "-t", "-c", tmp_path / "nats.conf"],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        check=False,
    )
    assert checked.returncode != 0


def _certificate(folder: Path) -> None:
    """A key and a certificate that vouches for itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("a")]), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "tls.key").write_bytes(private)
    for file in ("tls.crt", "ca.crt"):
        (folder / file).write_bytes(made.public_bytes(pem))
