"""docker-compose.yml: everything is in it, everybody is told their own secrets, and none stands there in clear."""

import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from services.cli.broker_config import EVERYONE, password_variable
from services.cli.configuration import SECRETS
from shared.permissions import ADMIN
from shared.settings import Settings
from tests.deploy.files import (
    COMPOSE,
    EXAMPLE_ENV,
    OF_ONE_MACHINE,
    OTHERS,
    PROCESSES,
    ROOT,
    SETTINGS,
    compose,
    in_image,
    variables,
)

SERVICES: dict[str, Any] = compose()["services"]
PINNED = re.compile(r"[\w./-]+:v?\d+\.\d+(\.\d+)?(-[\w.]+)?")
FILL = ROOT / "deploy" / "compose" / "fill-env"


def environment(name: str) -> dict[str, str]:
    found: dict[str, str] = SERVICES[name].get("environment", {})
    return found


def mounts(name: str) -> dict[str, str]:
    """What is mounted where: `source:target[:ro]`."""
    return {mount.split(":")[1]: mount.split(":")[0] for mount in SERVICES[name].get("volumes", [])}


def test_every_process_runs_from_the_one_image() -> None:
    running = {name: service["command"] for name, service in SERVICES.items() if name in PROCESSES}
    assert running == {name: [name] for name in PROCESSES}
    assert len({SERVICES[name]["image"] for name in PROCESSES}) == 1


def test_every_image_is_named_by_version() -> None:
    assert [service["image"] for service in SERVICES.values() if not PINNED.fullmatch(service["image"])] == []


def test_every_setting_is_passed_on_and_nothing_else() -> None:
    passed = {variable for name in PROCESSES for variable in environment(name)} | set(in_image())
    ours = {variable for variable in passed if variable.startswith("DOSSIER_")}
    assert sorted(ours - SETTINGS) == []
    assert sorted(SETTINGS - ours - OF_ONE_MACHINE - {"DOSSIER_PORT"}) == []
    assert sorted(v for name in PROCESSES for v in environment(name) if v not in ours and not OTHERS.fullmatch(v)) == []


def test_each_process_is_told_its_own_secrets_and_nobody_elses() -> None:
    for secret, told in SECRETS.items():
        if told:
            assert {name for name in PROCESSES if secret in environment(name)} <= set(told), secret
    for name in PROCESSES:
        user = ADMIN if name == "streams" else name
        assert environment(name)["DOSSIER_NATS_USER"] == user
        assert environment(name)["DOSSIER_NATS_PASSWORD"].startswith(f"${{{password_variable(user)}:?")
    assert [name for name in PROCESSES if "DOSSIER_KEYS_URL" in environment(name)] == ["contacts"]
    assert SERVICES["operator"]["profiles"] == ["operator"]  # is told everything, and runs only when called
    assert {name for name in PROCESSES if "DOSSIER_EVENTS_URL" not in environment(name)} == {"gateway", "streams"}


def test_the_broker_knows_the_password_of_everyone() -> None:
    assert {password_variable(user) for user in EVERYONE} <= set(environment("nats"))


def test_no_secret_stands_there_in_clear() -> None:
    for name in SERVICES:
        for variable, value in environment(name).items():
            if re.search(r"PASSWORD|SECRET|MASTER_KEY", variable):
                assert re.fullmatch(r"\$\{\w+:(\?[^}]+|-)\}", value), f"{name}: {variable}"
    urls = [
        value for name in SERVICES for value in environment(name).values() if re.match(r"\w+://\w+:.*@", str(value))
    ]
    assert urls
    assert [url for url in urls if not re.match(r"\w+://\w+:\$\{\w+:\?[^}]+\}@", url)] == []


def test_everything_that_must_be_filled_in_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+):\?", COMPOSE.read_text()))
    example = variables(EXAMPLE_ENV)
    assert sorted(asked - set(example)) == []
    mentioned = set(re.findall(r"\$\{(\w+)[:}]", COMPOSE.read_text()))
    assert sorted(set(example) - mentioned) == []


def test_only_this_machine_reaches_what_is_published() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert "127.0.0.1:${DOSSIER_PORT:-8080}:8080" in published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []
    assert compose()["networks"]["inside"] == {"internal": True}


def test_processes_write_nowhere_but_in_memory_and_engines_keep_what_they_write() -> None:
    for name in PROCESSES:
        assert SERVICES[name]["read_only"] is True
        assert {mount.split(":")[0] for mount in SERVICES[name]["tmpfs"]} == {"/data", "/tmp"}  # noqa: S108
        assert not mounts(name)
    kept = {
        "nats": "/data",
        "postgres": "/var/lib/postgresql/data",
        "mongo": "/data/db",
        "blobs": "/blobs",
        "prometheus": "/prometheus",
        "grafana": "/var/lib/grafana",
    }
    for name, folder in kept.items():
        assert mounts(name)[folder] in compose()["volumes"], name
    assert f'store_dir: "{kept["nats"]}"' in (ROOT / "deploy" / "broker.conf").read_text()


def test_folders_and_files_that_are_mounted_exist() -> None:
    own = [source for name in SERVICES for source in mounts(name).values() if source.startswith(".")]
    assert [source for source in own if not (ROOT / source).exists()] == []


def test_everything_that_stays_is_watched_restarted_and_bounded() -> None:
    for name, service in SERVICES.items():
        if service.get("restart", "no") != "no":
            assert name in PROCESSES or service["healthcheck"]["test"], name
            assert service["deploy"]["resources"]["limits"]["memory"], name
    once = {name for name, service in SERVICES.items() if "restart" not in service}
    waited = {
        other
        for service in SERVICES.values()
        for other, how in service.get("depends_on", {}).items()
        if how["condition"] == "service_completed_successfully"
    }
    assert once == waited == {"broker-config", "bucket"}


def test_the_role_of_mongodb_covers_every_service() -> None:
    script = (ROOT / "deploy" / "compose" / "mongo-init.js").read_text()
    named = re.search(r"services = \[(.*?)\]", script)
    assert named
    assert set(re.findall(r'"(\w+)"', named[1])) == PROCESSES - {"streams"}


def test_secrets_are_made_once_and_never_written_over(tmp_path: Path) -> None:
    target = tmp_path / "env"
    assert subprocess.run(["sh", FILL, target], capture_output=True, check=False).returncode == 0
    made = variables(target)
    assert made.keys() == variables(EXAMPLE_ENV).keys()
    secrets = [made[name] for name, value in variables(EXAMPLE_ENV).items() if value in ("__secret__", "__key__")]
    assert len(set(secrets)) == len(secrets) > len(EVERYONE)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    bytes.fromhex(made["DOSSIER_MASTER_KEY"])
    before = target.read_bytes()
    again = subprocess.run(["sh", FILL, target], capture_output=True, text=True, check=False)
    assert (again.returncode, target.read_bytes()) == (1, before)
    assert "nothing changed" in again.stderr
    assert os.listdir(tmp_path) == ["env"]


@pytest.mark.parametrize("name", sorted(PROCESSES))
def test_what_a_process_is_told_can_be_read(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The environment as compose fills it in, read by the settings themselves."""
    target = tmp_path / "env"
    subprocess.run(["sh", FILL, target], capture_output=True, check=True)
    filled = variables(target)

    def fill(found: re.Match[str]) -> str:
        return filled.get(found[1]) or (found[3] if found[2] == "-" else "")

    for variable in os.environ:
        if variable.startswith("DOSSIER_"):
            monkeypatch.delenv(variable)
    for variable, value in (in_image() | environment(name)).items():
        if variable.startswith("DOSSIER_"):
            monkeypatch.setenv(variable, re.sub(r"\$\{(\w+):([?-])([^}]*)\}", fill, str(value)))
    settings = Settings()
    assert settings.nats_user == (ADMIN if name == "streams" else name)
    assert settings.smtp_host == "mailpit"
    assert (settings.master_key is not None) == (name == "contacts")
