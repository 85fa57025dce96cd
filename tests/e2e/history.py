"""How much each service has recorded, to prove that something recorded nothing."""

from tests.e2e.system import Member


def recorded(owner: Member) -> dict[str, int]:
    """The number of the last event of each service, at a moment when nothing is under way any more.

    Records one contact of its own: what is read is then no older than that.
    """
    before: dict[str, int] = {}
    while (now := _look(owner)) != before | {"contacts": now["contacts"]}:
        before = now
    return now


def _look(owner: Member) -> dict[str, int]:
    owner.contact()
    written = owner.position["contacts"]

    def fresh() -> dict[str, int] | None:
        """The services' own numbers, once they know of the contact: the door keeps an answer for a moment."""
        services = owner.get("/health/ready").json()["services"]
        found = {name: int(str(state.get("position", "=0")).partition("=")[2]) for name, state in services.items()}
        return found if found["contacts"] >= written else None

    looked: dict[str, int] = owner.until(fresh, "a fresh look at the services")
    return looked
