"""Who can open a backup: recipients of age, or whoever knows a passphrase."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import pyrage  # type: ignore[import-untyped]
from click import ClickException

from services.cli.backup.age import Identity, Recipient

PROTECTED = "identity.age"
"""An identity of this backup alone, sealed by the passphrase (age's scrypt, which takes about a second)."""


@dataclass(frozen=True)
class Lock:
    """What a folder is locked with: recipients, or a passphrase."""

    recipients: Sequence[Recipient] = ()
    passphrase: str | None = None


def recipients(texts: Iterable[str]) -> list[Recipient]:
    """Public keys: `age1...`, `ssh-ed25519 ...`, or a file with one to a line. `ClickException` for what is none."""
    return [_recipient(line) for text in texts for line in _lines(text)]


def lock(what: str, keys: Sequence[str], file: Path | None) -> Lock:
    """What a part of a backup is locked with: recipients or a passphrase, which is asked for if neither is given."""
    if keys and file:
        raise ClickException(f"Name recipients or a passphrase for {what}, not both.")
    if keys:
        return Lock(recipients(keys))
    if file:
        return Lock(passphrase=passphrase_in(file))
    return Lock(passphrase=click.prompt(f"Passphrase for {what}", hide_input=True, confirmation_prompt=True, err=True))


def identities(files: Iterable[Path]) -> list[Identity]:
    """Private keys: files of `age-keygen`, or private keys of ssh without a passphrase."""
    return [identity for file in files for identity in _identities(file)]


def sealed_by(passphrase: str) -> tuple[Recipient, bytes]:
    """A recipient made for the occasion, and its identity sealed by the passphrase."""
    identity = pyrage.x25519.Identity.generate()
    return identity.to_public(), pyrage.passphrase.encrypt(str(identity).encode(), passphrase)


def unsealed(path: Path, passphrase: str) -> Identity:
    """The identity that a passphrase opens."""
    try:
        return pyrage.x25519.Identity.from_str(pyrage.passphrase.decrypt(path.read_bytes(), passphrase).decode())
    except pyrage.DecryptError as error:
        raise ClickException(f"The passphrase does not open {path}.") from error


def passphrase_in(file: Path) -> str:
    """The first line of a file."""
    lines = file.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0]:
        raise ClickException(f"{file} holds no passphrase in its first line.")
    return lines[0]


def _lines(text: str) -> list[str]:
    path = Path(text)
    if text.startswith(("age1", "ssh-")) or not path.is_file():
        return [text]
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def _recipient(text: str) -> Recipient:
    kind = pyrage.ssh if text.startswith("ssh-") else pyrage.x25519
    try:
        return kind.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise ClickException(f"{text!r} is no public key of age or ssh, nor a file of them.") from error


def _identities(file: Path) -> list[Identity]:
    content = file.read_bytes()
    try:
        if b"PRIVATE KEY" in content:
            return [pyrage.ssh.Identity.from_buffer(content)]
        lines = [line for line in content.decode().splitlines() if line and not line.startswith("#")]
        return [pyrage.x25519.Identity.from_str(line.strip()) for line in lines]
    except (pyrage.IdentityError, UnicodeDecodeError) as error:
        raise ClickException(f"{file} holds no private key of age or ssh.") from error
