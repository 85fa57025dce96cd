"""What can be set, by environment variables that begin with `DOSSIER_`. Every setting is described where it stands."""

import os
import socket
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, FilePath, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read once, when a process starts."""

    model_config = SettingsConfigDict(
        env_prefix="DOSSIER_", env_ignore_empty=True, env_nested_delimiter="_", extra="ignore"
    )  # the delimiter is for `instances`

    data: Path = Field(Path("var"), description="The folder that holds everything: stores, blobs, mailbox, logs.")
    port: int = Field(
        8080, ge=1, le=65535, description="The gateway's port; the mailbox and the broker take free ones."
    )
    host: str = Field("127.0.0.1", description="The address that the gateway listens on.")
    demo: bool = Field(True, description="Fill an empty data folder with the demonstration firm.")
    owner_email: str | None = Field(
        None, description="E-mail address of the first owner; made up and printed if absent."
    )
    owner_password: SecretStr | None = Field(
        None, description="The first owner's password; made up and printed if absent."
    )
    events_url: SecretStr | None = Field(
        None, description="PostgreSQL URL of the event stores, a schema per service; default: SQLite files in `data`."
    )
    keys_url: SecretStr | None = Field(
        None, description="PostgreSQL URL of the key database; default: an SQLite file in `data`."
    )
    read_url: SecretStr | None = Field(
        None, description="MongoDB URL of the read models, a database per service; default: SQLite files in `data`."
    )
    read_bulk: int = Field(1_000, ge=1, description="Most updates that one bulk write to MongoDB carries.")
    instance: str = Field(
        default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}",
        description="This process among several of its service, in leases, health and metrics.",
    )
    instances: dict[str, Annotated[int, Field(ge=1, le=16)]] = Field(
        default_factory=dict,
        description="DOSSIER_INSTANCES_<SERVICE>: how many processes of a service, or of the gateway, `dossier run` "
        "starts; default 1.",
    )
    heartbeat: Path | None = Field(
        None,
        description="A folder in which the process touches `alive` every few seconds, and `ready` as long as it can do "
        "its work: for the health checks of containers. Default: none.",
    )
    nats_url: str = Field(
        "nats://127.0.0.1:4222",
        description="Address of the broker, or those of its servers with commas between; `dossier run` sets it.",
    )
    nats_replicas: int = Field(1, ge=1, le=5, description="Servers of the broker that keep each stream.")
    nats_ca: FilePath | None = Field(
        None, description="Certificates of who may vouch for the broker (PEM); turns TLS on."
    )
    nats_user: str | None = Field(None, description="User name at the broker: the service's name.")
    nats_password: SecretStr | None = Field(None, description="Password of that user.")
    master_key: SecretStr | None = Field(
        None, description="64 hexadecimal digits; wraps the keys of personal data. Only `contacts` is given it."
    )
    blobs_url: str | None = Field(
        None,
        description="Where bytes of documents lie (obstore URL, as `s3://bucket`); default `<data>/blobs`. "
        "A bucket needs a rule that aborts unfinished multipart uploads after some days.",
    )
    blobs_endpoint: str | None = Field(
        None, description="Address of the S3 server, if it is not Amazon's; `http://` sends everything in clear."
    )
    blobs_region: str | None = Field(None, description="S3 region, if the server has several; default us-east-1.")
    blobs_access_key: str | None = Field(
        None, description="S3 access key; default: what obstore finds by AWS_ACCESS_KEY_ID or as the machine's role."
    )
    blobs_secret_key: SecretStr | None = Field(None, description="The secret of that access key.")
    blobs_seconds: float = Field(
        20, gt=0, description="S3 must answer a request, or send on, within this time; a part has 5 MiB. Seconds."
    )
    upload_limit: int = Field(2 * 1024**3, ge=1, description="Largest upload, bytes.")
    orphan_hours: float = Field(
        24, gt=0, description="Uploads that no document speaks of are removed after this many hours."
    )
    body_limit: int = Field(1024**2, ge=1, description="Largest JSON body, bytes.")
    session_hours: float = Field(12, gt=0, description="A session ends this many hours after sign-in.")
    session_idle_minutes: float = Field(
        120, gt=0, description="A session ends after this many minutes without a request."
    )
    sign_in_failures_account: int = Field(
        5, ge=1, description="Failed sign-ins with one e-mail address, within the window, before it has to wait."
    )
    sign_in_failures_address: int = Field(
        20, ge=1, description="Failed sign-ins from one network address, within the window, before it has to wait."
    )
    sign_in_window_minutes: float = Field(15, gt=0, description="For how long a failed sign-in counts.")
    cookie_secure: bool = Field(False, description="Send the session cookie over HTTPS only; set it behind TLS.")
    smtp_host: str = Field("127.0.0.1", description="SMTP server; the embedded mailbox by default.")
    smtp_port: int = Field(0, ge=0, le=65535, description="SMTP port; `dossier run` sets that of the mailbox.")
    smtp_user: str | None = Field(None, description="User name at the SMTP server, if it wants one.")
    smtp_password: SecretStr | None = Field(None, description="Password at the SMTP server.")
    smtp_tls: bool | Literal["implicit"] = Field(
        False, description="`true` requires STARTTLS, `implicit` encrypts from the first byte (port 465, RFC 8314)."
    )
    smtp_ca: FilePath | None = Field(
        None, description="Certificates of who may vouch for the SMTP server (PEM); default: the system's."
    )
    mail_from: str = Field("Dossier <dossier@localhost.localdomain>", description="The sender of e-mails.")
    smtp_seconds: float = Field(
        40, gt=0, le=50, description="An e-mail not handed over in this time is tried again later, seconds."
    )
    mail_delay: float = Field(0, ge=0, description="Seconds before an e-mail leaves, in which its cause can be undone.")
    mail_retry_seconds: float = Field(
        30, gt=0, description="Pause before the second try to hand over an e-mail; the later ones grow from it."
    )
    time_zone: str = Field("Europe/Paris", description="Time zone of the moments named in e-mails (IANA name).")
    public_url: str | None = Field(None, description="Address of the front-end in e-mails; default `http://host:port`.")
    firm_name: str = Field("Cabinet", description="The firm's name, used in e-mails.")
    default_region: str = Field("FR", description="Country of phone numbers typed without a prefix (ISO 3166).")
    firm_language: str = Field("fr", pattern="^(fr|en)$", description="Language where nobody chose one.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    def folder(self, name: str) -> Path:
        """A folder below the data folder, made if absent."""
        path = self.data / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def address(self) -> str:
        """Where people reach the firm."""
        return self.public_url or f"http://{self.host}:{self.port}"
