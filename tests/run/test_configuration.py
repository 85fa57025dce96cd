"""What the broker and the supervisor are told."""

import configparser
import os
import stat
from pathlib import Path

import pytest
from click import ClickException
from supervisor.options import ServerOptions  # type: ignore[import-untyped]

from services.cli.configuration import SECRETS
from services.cli.layout import SOCKET_PATH_LIMIT, Layout
from shared.permissions import ADMIN, SERVICES
from shared.settings import Settings
from tests.run.machine import plan_in


def processes(configuration: Path) -> dict[str, dict[str, str]]:
    """The environment of each process as the supervisor itself understands its configuration."""
    options = ServerOptions()
    options.realize(["-c", str(configuration)])
    groups = options.process_group_configs
    configs = [process for group in groups for process in group.process_configs]
    return {process.name: process.environment for process in configs if process.autostart}


def test_the_supervisor_runs_every_service_the_gateway_the_broker_and_the_mailbox(tmp_path: Path) -> None:
    found = processes(plan_in(tmp_path / "a folder with 100% spaces").write())
    assert set(found) == {"nats-server", "mailbox", "streams", "gateway", *SERVICES}


def test_each_instance_is_a_process_with_the_rights_of_its_service(tmp_path: Path) -> None:
    plan = plan_in(tmp_path, instances={"files": 3, "gateway": 2})
    found = processes(plan.write())
    assert set(found) == {"nats-server", "mailbox", "streams", "gateway", "gateway-2", "files-2", "files-3", *SERVICES}
    assert found["files-3"] == found["files"]
    assert found["gateway-2"]["DOSSIER_NATS_USER"] == "gateway"


def test_instances_of_what_is_no_service_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ClickException, match="DOSSIER_INSTANCES_MAILBOX"):
        plan_in(tmp_path, instances={"mailbox": 2})


def test_each_process_is_told_its_own_secrets_and_nobody_elses(tmp_path: Path) -> None:
    plan = plan_in(tmp_path)
    inherited = {"DOSSIER_SMTP_PASSWORD": "s", **plan.environment()}
    for name, own in processes(plan.write()).items():
        told = {**inherited, **own}
        assert bool(told["DOSSIER_MASTER_KEY"]) == (name == "contacts")
        assert bool(told["DOSSIER_OWNER_PASSWORD"]) == (name == "firm")
        assert bool(told["DOSSIER_SMTP_PASSWORD"]) == (name == "notifications")
        user = ADMIN if name == "streams" else name
        assert told["DOSSIER_NATS_PASSWORD"] == plan.credentials.nats.get(user, "")


def test_every_secret_setting_is_kept_from_those_who_do_not_need_it() -> None:
    secret = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert {f"DOSSIER_{name.upper()}" for name in secret} <= set(SECRETS)


def test_an_empty_variable_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOSSIER_MASTER_KEY", "")
    monkeypatch.setenv("DOSSIER_OWNER_EMAIL", "")
    assert Settings().master_key is None
    assert Settings().owner_email is None


def test_configurations_with_passwords_are_for_their_owner_only(tmp_path: Path) -> None:
    plan = plan_in(tmp_path)
    for path in (plan.write(), plan.layout.run / "nats.conf"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    parser = configparser.RawConfigParser(inline_comment_prefixes=(" ;",))
    parser.read(plan.layout.run / "supervisord.conf")
    commands = [parser[section]["command"] for section in parser.sections() if section.startswith("program:")]
    assert not [password for password in plan.credentials.nats.values() if password in " ".join(commands)]


def test_e_mails_go_to_the_mailbox_unless_a_server_is_named(tmp_path: Path) -> None:
    own, named = plan_in(tmp_path / "own"), plan_in(tmp_path / "named", smtp_host="mail.cabinet.example")
    assert own.environment()["DOSSIER_SMTP_PORT"] == str(own.ports["smtp"])
    assert named.environment()["DOSSIER_SMTP_PORT"] == "587"
    assert "mailbox" in processes(own.write())
    assert "mailbox" not in processes(named.write())


def test_the_supervisors_socket_fits_whatever_the_data_folder_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    layout = Layout(tmp_path / ("dossier-" * 20))
    layout.make()
    assert len(os.fsencode(layout.socket.name)) < SOCKET_PATH_LIMIT
    assert layout.socket.parent.parent == tmp_path
    assert stat.S_IMODE(layout.socket.parent.stat().st_mode) == 0o700
    layout.socket.parent.chmod(0o777)
    with pytest.raises(ClickException, match="somebody else"):
        layout.make()


def test_a_data_folder_is_used_by_one_at_a_time(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.make()
    with layout.locked(), pytest.raises(ClickException, match="DOSSIER_DATA"), layout.locked():
        pass
    with layout.locked():
        assert int((layout.run / "run.pid").read_text()) == os.getpid()
