"""The commands that look after what a firm has stored. Each imports what it needs when it is called."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from services.cli.talking import plainly, progress, say

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
PLACE = click.Path(path_type=Path)
_json = click.option("--json", "as_json", is_flag=True, help="For programs.")
_yes = click.option("--yes", is_flag=True, help="Do not ask.")


@click.command()
@click.argument("dest", type=PLACE)
@click.option("--keys", "keys_dest", type=PLACE, help="Folder of the keys; default DEST.keys.")
@click.option("--recipient", "-r", multiple=True, help="Public key (age1..., ssh-...) or file of them, for the data.")
@click.option("--keys-recipient", "-k", multiple=True, help="The same for the keys.")
@click.option("--passphrase-file", type=FILE, help="A passphrase for the data, in place of recipients.")
@click.option("--keys-passphrase-file", type=FILE, help="A passphrase for the keys.")
@click.option("--allow-missing", is_flag=True, help="Go on where bytes of documents are lost.")
@_json
@plainly
def backup(
    dest: Path,
    keys_dest: Path | None,
    recipient: Sequence[str],
    keys_recipient: Sequence[str],
    passphrase_file: Path | None,
    keys_passphrase_file: Path | None,
    allow_missing: bool,
    as_json: bool,
) -> None:
    """Back the firm up to the new folder DEST while it runs, and its keys to another one, both encrypted."""
    from services.cli.backup import Backup
    from services.cli.backup.secret import lock
    from shared.settings import Settings

    place = dest.resolve()
    keys_place = keys_dest.resolve() if keys_dest else place.with_name(f"{place.name}.keys")
    locks = lock("the data", recipient, passphrase_file), lock("the keys", keys_recipient, keys_passphrase_file)
    with progress() as report:
        done = Backup(Settings(), report).write(place, locks[0], keys_place, locks[1], allow_missing=allow_missing)
    say(
        as_json,
        {"data": str(place), "keys_folder": str(keys_place), **vars(done)},
        f"{sum(done.events.values())} events and {done.blobs} documents in {place}",
        f"{done.keys} keys in {keys_place}"
        + ("" if done.master_key else ", without the master key: keep it elsewhere"),
        *(f"Lost before: {name}" for name in done.missing),
    )


@click.command()
@click.argument("source", type=PLACE)
@click.option("--keys", "keys_source", type=PLACE, help="Folder of the keys, of this backup or a later one.")
@click.option("--identity", "-i", type=FILE, multiple=True, help="File with a private key that opens data or keys.")
@click.option("--passphrase-file", type=FILE, help="The passphrase of the data.")
@click.option("--keys-passphrase-file", type=FILE, help="The passphrase of the keys.")
@click.option("--erasures", type=PLACE, multiple=True, help="Ledger of erasures, or folder of a later backup.")
@_yes
@_json
@plainly
def restore(
    source: Path,
    keys_source: Path | None,
    identity: Sequence[Path],
    passphrase_file: Path | None,
    keys_passphrase_file: Path | None,
    erasures: Sequence[Path],
    yes: bool,
    as_json: bool,
) -> None:
    """Bring the firm back from the folder SOURCE, into an empty data folder and empty engines."""
    from services.cli.backup.secret import identities
    from services.cli.restore import Restore
    from services.cli.restore.source import Source
    from shared.settings import Settings

    place = source.resolve()
    data = Source.of(place, "data")
    keys = Source.of(keys_source.resolve() if keys_source else place.with_name(f"{place.name}.keys"), "keys")
    settings, known = Settings(), identities(identity)
    made = max(data.manifest.made_at, keys.manifest.made_at)
    if not erasures and not yes:
        text = (
            f"No ledger of erasures is named: people erased after {made:%Y-%m-%d %H:%M} UTC will be there again. Go on?"
        )
        click.confirm(text, abort=True, err=True)
    data.unlock(known, passphrase_file, "the data")
    keys.unlock(known, keys_passphrase_file, "the keys")
    with progress() as report:
        done = Restore(data, keys, settings, report).write(erasures)
    say(
        as_json,
        {"data_folder": str(settings.data.resolve()), **vars(done)},
        f"{sum(done.events.values())} events and {done.blobs} documents of {done.made_at} are back.",
        f"{done.erased} people, erased after the backup was made, stay erased. `dossier run` starts the firm.",
        *(f"Lost before: {name}" for name in done.missing),
    )


@click.command("verify-stores")
@click.option("--bytes", "content", is_flag=True, help="Read every document as well.")
@_json
@plainly
def verify_stores(content: bool, as_json: bool) -> None:
    """Check every event store, key and document, changing nothing; exit code 1 if anything is wrong."""
    from services.cli.verify import Verification
    from services.cli.verify.report import lines
    from shared.settings import Settings

    with progress() as report:
        findings = Verification(Settings(), report).run(content=content)
    say(as_json, findings.plain(), *lines(findings))
    sys.exit(0 if findings.sound else 1)


@click.command()
@click.argument("file", type=PLACE)
@_json
@plainly
def erasures(file: Path, as_json: bool) -> None:
    """Write the ledger of erasures to FILE: ids and moments, no names. Keep it apart from the backups."""
    from services.cli.stores.erasures import ledger_of, written
    from services.cli.stores.places import Places
    from shared.process import write_atomically
    from shared.settings import Settings

    places = Places(Settings())
    with places.keys.reading() as reading:
        keys = list(reading)
    if not keys:
        raise places.nowhere
    ledger = ledger_of(keys)
    write_atomically(file.resolve(), written(ledger))
    say(as_json, {"file": str(file.resolve()), "erasures": len(ledger)}, f"{len(ledger)} erasures in {file}")


@click.command()
@click.option("--to", type=FILE, help="File of settings (NAME=value) that name the engines; default: the environment.")
@_yes
@_json
@plainly
def migrate(to: Path | None, yes: bool, as_json: bool) -> None:
    """Copy the firm from its data folder to the engines of DOSSIER_EVENTS_URL, _KEYS_URL and _BLOBS_URL."""
    from services.cli.migrate import Migration, destination

    settings = destination(to)
    if not yes:
        click.confirm(f"Copy the firm in {settings.data.resolve()} to the engines named?", abort=True, err=True)
    with progress() as report:
        done = Migration(settings, report).run()
    say(
        as_json,
        vars(done),
        f"{sum(done.events.values())} events, {done.keys} keys and {done.blobs} documents were copied and compared.",
        "Start the firm with these settings from now on; what lies in the data folder is its past.",
    )


COMMANDS = (backup, restore, verify_stores, erasures, migrate)
