"""How much each service has recorded, to prove that something recorded nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.system import Member


@contextmanager
def nothing_recorded_by(owner: Member) -> Iterator[None]:
    """Fails if a service has recorded anything while the block ran; the owner must do nothing else meanwhile."""
    history = History(owner)
    before = history.recorded()
    yield
    assert history.recorded() == before


class History:
    """Looks at the services' own numbers. Each look records one contact, which is not counted."""

    def __init__(self, owner: Member) -> None:
        self._owner = owner
        self._looks = 0

    def recorded(self) -> dict[str, int]:
        """The number of the last event of each service, at a moment when nothing is under way any more."""
        before: dict[str, int] = {}
        while (now := self._look()) != before:
            before = now
        return now

    def _look(self) -> dict[str, int]:
        self._owner.contact()
        self._looks += 1
        written = self._owner.position["contacts"]

        def fresh() -> dict[str, int] | None:
            """What the services say, once they know of the contact: the door keeps their answers for a moment."""
            services = self._owner.get("/health/ready").json()["services"]
            found = {name: int(str(state.get("position", "=0")).partition("=")[2]) for name, state in services.items()}
            return found if found["contacts"] >= written else None

        looked: dict[str, int] = self._owner.until(fresh, "a fresh look at the services")
        return looked | {"contacts": looked["contacts"] - self._looks}
