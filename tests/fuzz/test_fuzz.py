"""Whatever fits the description of the API, or nearly does: no 5xx, no answer outside it, no way around sign-in."""

from pathlib import Path
from random import SystemRandom

from tests.e2e.stage import Stage
from tests.fuzz.fuzzing import LONG, SHORT, fuzz

LEAST = 10_000  # cases of the long form, over all roles


def test_nothing_that_fits_the_description_breaks_it(stage: Stage, tmp_path: Path, long: bool) -> None:
    """The owner, an admin and an employee who sees one account; at what exists, and at what is found on the way."""
    seed = SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    tried = 0
    for role in ("reader", "admin", "owner"):
        for aimed in (True, False) if long else (True,):
            found = fuzz(stage, stage.cast[role], LONG if long else SHORT, seed, tmp_path, aimed=aimed)
            tried += found.cases
            assert not found.failures, f"as {role}, aimed: {aimed}, seed {seed}:\n{found.failures}"
    assert tried >= (LEAST if long else 500)

    assert stage.owner.read("/accounts")["items"]
    assert stage.firm.stranger().get("/health/ready").status_code == 200
