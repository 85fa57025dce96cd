"""What a verification found, for people."""

from collections.abc import Iterator

from services.cli.verify import Findings


def lines(findings: Findings) -> Iterator[str]:
    """A table of the stores, then all that is wrong."""
    yield f"{'store':<16}{'events':>10}{'last':>10}{'aggregates':>12}{'sealed':>10}{'erased':>8}  "
    for name, store in sorted(findings.stores.items()):
        counts = f"{store.events:>10}{store.last:>10}{store.aggregates:>12}{store.sealed:>10}{store.erased:>8}"
        yield f"{name:<16}{counts}  {'wrong' if store.problem else 'sound'}"
    yield f"{findings.keys} keys, {findings.destroyed} of them destroyed; {findings.blobs} documents"
    if not findings.opened:
        yield "The master key is not known here (DOSSIER_MASTER_KEY): whether personal parts open was not checked."
    if not findings.published:
        yield "No broker answers: whether its stream fits the stores was not checked."
    for name, store in findings.stores.items():
        if store.problem:
            yield f"{name}: {store.problem}"
    if findings.key_problem:
        yield f"keys: {findings.key_problem}"
    yield from findings.blob_problems
