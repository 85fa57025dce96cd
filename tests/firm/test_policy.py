"""Who may manage whom, decided without a service (ruling 11)."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.firm.domain import (
    Manager,
    Member,
)
from shared.ids import new_id
from shared.problems import NotAllowed

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ADA, BOB = new_id(), new_id()


def member(role: str = "employee", permissions: tuple[str, ...] = (), id: UUID = ADA) -> Member:
    return Member(
        id=id,
        given_name="Ada",
        family_name="Lovelace",
        email="ada@cabinet.example",
        role=role,
        permissions=list(permissions),
        language="fr",
    )


@pytest.mark.rows("T-03", "T-57")
@pytest.mark.parametrize(
    ("manager", "within"),
    [
        (member("owner"), {"owner", "admin", "employee"}),
        (member("admin"), {"admin", "employee"}),
        (member("employee", ("manage-members",)), {"employee"}),
    ],
    ids=lambda value: value.role if isinstance(value, Member) else "",
)
def test_each_manages_those_within_their_reach(manager: Member, within: set[str]) -> None:
    for role in ("owner", "admin", "employee"):
        if role in within:
            Manager.of(manager).manage(role)
        else:
            with pytest.raises(NotAllowed):
                Manager.of(manager).manage("employee", role)


@pytest.mark.rows("T-57")
def test_an_employee_without_the_permission_or_a_deactivated_owner_manages_nobody() -> None:
    away = member("owner")
    away.set_active(False)
    for nobody in (member("employee", ("manage-accounts", "manage-contacts")), away):
        with pytest.raises(NotAllowed):
            Manager.of(nobody)


@pytest.mark.rows("T-57")
def test_an_employee_gives_no_permission_that_they_lack() -> None:
    manager = Manager.of(member("employee", ("manage-members", "manage-contacts")))
    manager.give(["manage-contacts", "manage-members"])
    with pytest.raises(NotAllowed):
        manager.give(["manage-contacts", "view-all-accounts"])
    Manager.of(member("admin")).give(["view-all-accounts"])


@pytest.mark.rows("T-57")
def test_an_employee_takes_over_no_sign_in_that_would_give_them_more() -> None:
    manager = Manager.of(member("employee", ("manage-members",)))
    manager.take_over(member("employee", ("manage-members",), BOB))
    with pytest.raises(NotAllowed):
        manager.take_over(member("employee", ("view-all-accounts",), BOB))
