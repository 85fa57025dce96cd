"""What the broker and the supervisor are told: the templates of `deploy/`, filled in."""

import json
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

from click import ClickException

from services.cli.credentials import Credentials
from services.cli.layout import Layout
from services.cli.ports import LOCAL
from shared.permissions import ADMIN, SERVICES, permissions
from shared.process import write_atomically
from shared.settings import Settings

TREE = Path(__file__).parents[2]
BROKER = "nats-server"
SCALED = (*SERVICES, "gateway")
"""What several processes can run at once."""
SECRETS: dict[str, tuple[str, ...]] = {
    "DOSSIER_MASTER_KEY": ("contacts",),
    "DOSSIER_KEYS_URL": ("contacts",),
    "DOSSIER_EVENTS_URL": SERVICES,
    "DOSSIER_READ_URL": SCALED,
    "DOSSIER_OWNER_EMAIL": ("firm",),
    "DOSSIER_OWNER_PASSWORD": ("firm",),
    "DOSSIER_SMTP_USER": ("notifications",),
    "DOSSIER_SMTP_PASSWORD": ("notifications",),
    "DOSSIER_BLOBS_ACCESS_KEY": ("gateway", "files"),
    "DOSSIER_BLOBS_SECRET_KEY": ("gateway", "files"),
    "DOSSIER_NATS_PASSWORD": (),
}
"""Which process is told which secret. Every other process gets an empty value, which counts as none."""


@dataclass(frozen=True)
class Plan:
    """Everything that the processes of one start are told."""

    layout: Layout
    settings: Settings
    credentials: Credentials
    ports: dict[str, int]

    @property
    def sends_to_mailbox(self) -> bool:
        """Unless the settings name an SMTP server, e-mails end in the mailbox of the data folder."""
        defaults = Settings.model_fields
        return self.settings.smtp_host == defaults["smtp_host"].default and self.settings.smtp_port == 0

    @property
    def platform(self) -> list[str]:
        """What the services stand on; stopped last."""
        return [BROKER, *(["mailbox"] if self.sends_to_mailbox else [])]

    def __post_init__(self) -> None:
        for service in self.settings.instances.keys() - set(SCALED):
            known = ", ".join(SCALED)
            raise ClickException(f"DOSSIER_INSTANCES_{service.upper()}: there is no service {service!r}, but {known}.")

    @property
    def services(self) -> list[str]:
        """The programs of the services, each instance one."""
        return [
            "streams",
            *(name for service in SCALED for name in (*self.instances(service), *self.stand_ins(service))),
        ]

    def instances(self, service: str) -> list[str]:
        """Names of the processes that run a service, or the gateway."""
        return [process(service, number) for number in range(1, self.settings.instances.get(service, 1) + 1)]

    def stand_ins(self, service: str) -> list[str]:
        """Who runs a service while its only instance is started again."""
        return [] if len(self.instances(service)) > 1 else [process(service, 2)]

    def write(self) -> Path:
        """Write both configurations into the data folder; returns the supervisor's."""
        run = self.layout.run
        write_atomically(run / "nats.conf", nats(self), mode=0o600)
        write_atomically(run / "supervisord.conf", supervisord(self), mode=0o600)
        return run / "supervisord.conf"

    def environment(self) -> dict[str, str]:
        """What the supervisor adds to its own environment; each process inherits it, apart from others' secrets."""
        return {
            "DOSSIER_DATA": str(self.layout.data),
            "DOSSIER_NATS_URL": f"nats://{LOCAL}:{self.ports['nats']}",
            "DOSSIER_SMTP_PORT": str(self.smtp_port),
            "DOSSIER_MASTER_KEY": self.credentials.master_key,
            "DOSSIER_OWNER_EMAIL": self.credentials.owner_email,
            "DOSSIER_OWNER_PASSWORD": self.credentials.owner_password or "",
            "MALLOC_ARENA_MAX": "2",  # fewer arenas, less memory held by idle threads
        }

    @property
    def smtp_port(self) -> int:
        if self.sends_to_mailbox:
            return self.ports["smtp"]
        implicit = self.settings.smtp_tls == "implicit"
        return self.settings.smtp_port or (465 if implicit else 587)  # submission, RFC 8314 and 6409


def nats(plan: Plan) -> str:
    """The broker's configuration, with one user per service and what each may do."""
    return _template("nats.conf").substitute(
        server_name=json.dumps("dossier"),
        port=plan.ports["nats"],
        pid_file=json.dumps(str(plan.layout.run / f"{BROKER}.pid")),
        store=json.dumps(str(plan.layout.data / "nats")),
        users="\n".join(_user(name, password) for name, password in plan.credentials.nats.items()),
    )


def supervisord(plan: Plan) -> str:
    """The supervisor's configuration."""
    return _template("supervisord.conf").substitute(
        directory=_escape(str(TREE)),
        run=_escape(str(plan.layout.run)),
        log=_escape(str(plan.layout.log)),
        socket=_escape(str(plan.layout.socket)),
        platform=",".join(plan.platform),
        services=",".join(plan.services),
        programs="".join(_program(plan, name) for name in (*plan.platform, *plan.services)),
    )


def _user(name: str, password: str) -> str:
    publish, subscribe = permissions(name)
    # JSON is a subset of what the broker reads.
    rights = {"publish": publish, "subscribe": subscribe, "allow_responses": True}
    return f"    {{user: {json.dumps(name)}, password: {json.dumps(password)}, permissions: {json.dumps(rights)}}}"


def process(service: str, number: int) -> str:
    """The name of a service's process: of its first instance, the service's own."""
    return service if number == 1 else f"{service}-{number}"


def _program(plan: Plan, name: str) -> str:
    service = name if name in plan.platform else name.partition("-")[0]
    return _template("program.conf").substitute(
        name=name,
        command=_escape(shlex.join(_command(plan, name, service))),
        environment=",".join(f'{key}="{value}"' for key, value in _environment(plan, service).items()),
        autostart="false" if service in SCALED and name in plan.stand_ins(service) else "true",
        patience=2 if name in plan.platform else 5,
        logfile=_escape(_escape(str(plan.layout.log / f"{name}.log"))),  # this value is expanded twice
    )


def _command(plan: Plan, name: str, service: str) -> list[str]:
    if service == BROKER:
        return [str(Path(sys.executable).with_name(BROKER)), "-c", str(plan.layout.run / "nats.conf")]
    instance = ["--instance", name.partition("-")[2] or "1"] if service in SCALED else []
    return [sys.executable, "-m", "services.cli", "serve", service, *instance]


def _environment(plan: Plan, service: str) -> dict[str, str]:
    """What a process is told apart from what all are."""
    environment = {secret: "" for secret, told in SECRETS.items() if service not in told}
    if service == BROKER and "GOMAXPROCS" not in os.environ:
        # Go's scheduler looks for work on every processor, and so takes them from the services it wakes.
        environment["GOMAXPROCS"] = str(max(1, (os.cpu_count() or 1) // 4))
    user = ADMIN if service == "streams" else service
    if user in plan.credentials.nats:
        environment |= {"DOSSIER_NATS_USER": user, "DOSSIER_NATS_PASSWORD": plan.credentials.nats[user]}
    return environment


def _template(name: str) -> Template:
    return Template((TREE / "deploy" / name).read_text(encoding="utf-8"))


def _escape(text: str) -> str:
    """The supervisor expands `%(...)s` in every value."""
    return text.replace("%", "%%")
