"""Who may manage whom (ruling 11), over a real broker and real stores."""

import asyncio
from typing import Any

import pytest

from services.firm.contract import (
    ChangeMember,
    CreateMember,
    SetMemberActive,
    SetMemberPassword,
    SetMemberPermissions,
    SetMemberRole,
)
from shared.context import Context
from shared.ids import new_id
from shared.messages import Command
from tests.running import Answer, System

NEW = {"given_name": "Inès", "family_name": "Moreau", "email": "ines@cabinet.example"}
PASSWORD = "a password for ines"


@pytest.mark.rows("T-03", "T-57")
async def test_an_admin_cannot_make_change_or_remove_an_owner(system: System) -> None:
    admin, employee = await system.member("admin"), await system.member()
    refused = [
        await system.tell(CreateMember, admin, **NEW, role="owner"),
        await system.tell(SetMemberRole, admin, member_id=employee.id, role="owner"),
        await system.tell(SetMemberRole, admin, member_id=admin.id, role="owner"),
        await system.tell(SetMemberRole, admin, member_id=system.owner.id, role="admin"),
        await system.tell(SetMemberActive, admin, member_id=system.owner.id, active=False),
        await system.tell(SetMemberPermissions, admin, member_id=system.owner.id, permissions=[]),
        await system.tell(SetMemberPassword, admin, member_id=system.owner.id, password=PASSWORD),
        await system.tell(ChangeMember, admin, member_id=system.owner.id, given_name="Eve"),
    ]
    assert {(answer.status, answer.code) for answer in refused} == {(403, "not-allowed")}
    allowed = [
        await system.tell(CreateMember, admin, **NEW, role="admin"),
        await system.tell(SetMemberRole, admin, member_id=employee.id, role="admin"),
        await system.tell(SetMemberPermissions, admin, member_id=employee.id, permissions=["manage-members"]),
        await system.tell(SetMemberActive, admin, member_id=employee.id, active=False),
    ]
    assert [answer.status for answer in allowed] == [201, 200, 200, 200]


@pytest.mark.rows("T-57")
async def test_an_employee_who_manages_members_manages_employees_and_gives_what_they_have(system: System) -> None:
    manager = await system.member(permissions=["manage-members", "manage-contacts"])
    colleague, admin = await system.member(permissions=["view-all-accounts"]), await system.member("admin")
    refused = [
        await system.tell(CreateMember, manager, **NEW, role="admin"),
        await system.tell(CreateMember, manager, **NEW, permissions=["manage-accounts"]),
        await system.tell(SetMemberRole, manager, member_id=manager.id, role="admin"),
        await system.tell(SetMemberRole, manager, member_id=admin.id, role="employee"),
        await system.tell(SetMemberActive, manager, member_id=admin.id, active=False),
        await system.tell(
            SetMemberPermissions, manager, member_id=colleague.id, permissions=["view-all-accounts", "manage-accounts"]
        ),
        await system.tell(SetMemberPassword, manager, member_id=colleague.id, password=PASSWORD),
        await system.tell(ChangeMember, manager, member_id=colleague.id, email="eve@cabinet.example"),
    ]
    assert {(answer.status, answer.code) for answer in refused} == {(403, "not-allowed")}
    kept = ["view-all-accounts", "manage-contacts"]
    allowed = [
        await system.tell(CreateMember, manager, **NEW, permissions=["manage-contacts"], password=PASSWORD),
        await system.tell(SetMemberPermissions, manager, member_id=colleague.id, permissions=kept),
        await system.tell(ChangeMember, manager, member_id=colleague.id, given_name="Robert"),
        await system.tell(SetMemberPermissions, manager, member_id=colleague.id, permissions=[]),
        await system.tell(SetMemberPassword, manager, member_id=colleague.id, password=PASSWORD),
        await system.tell(SetMemberActive, manager, member_id=colleague.id, active=False),
    ]
    assert [answer.status for answer in allowed] == [201, 200, 200, 200, 200, 200]


@pytest.mark.rows("T-57")
async def test_others_manage_nobody(system: System) -> None:
    clerk = await system.member(permissions=["view-all-accounts", "manage-accounts", "manage-contacts"])
    colleague = await system.member()
    for caller, status in ((clerk, 403), (Context(), 401), (Context(kind="member", id=new_id()), 401)):
        refused = [
            await system.tell(CreateMember, caller, **NEW),
            await system.tell(ChangeMember, caller, member_id=colleague.id, given_name="Eve"),
            await system.tell(SetMemberRole, caller, member_id=colleague.id, role="admin"),
            await system.tell(SetMemberPermissions, caller, member_id=caller.id or new_id(), permissions=[]),
            await system.tell(SetMemberActive, caller, member_id=colleague.id, active=False),
            await system.tell(SetMemberPassword, caller, member_id=colleague.id, password=PASSWORD),
        ]
        assert {answer.status for answer in refused} == {status}


@pytest.mark.rows("T-57")
async def test_a_right_to_manage_that_was_just_taken_away_is_gone(system: System) -> None:
    manager = await system.member(permissions=["manage-members"])
    _, refused = await asyncio.gather(
        system.tell(SetMemberPermissions, system.owner, member_id=manager.id, permissions=[]),
        system.tell(CreateMember, manager.evolve(position="firm=0"), **NEW),
    )
    after = await system.tell(CreateMember, manager.evolve(position="firm=0"), **NEW | {"email": "z@cabinet.example"})
    assert after.status == 403
    assert refused.status in (201, 403)


@pytest.mark.rows("T-03")
async def test_there_is_always_an_active_owner(system: System) -> None:
    owner = system.owner
    refused: list[Answer] = [
        await system.tell(SetMemberRole, owner, member_id=owner.id, role="admin"),
        await system.tell(SetMemberActive, owner, member_id=owner.id, active=False),
    ]
    assert {(answer.status, answer.code) for answer in refused} == {(409, "last-owner")}
    other = await system.member("owner")
    assert (await system.tell(SetMemberActive, owner, member_id=other.id, active=False)).status == 200
    assert (await system.tell(SetMemberRole, owner, member_id=owner.id, role="admin")).code == "last-owner"
    assert (await system.tell(SetMemberActive, owner, member_id=other.id, active=True)).status == 200
    assert (await system.tell(SetMemberRole, owner, member_id=owner.id, role="admin")).status == 200


@pytest.mark.rows("T-03")
@pytest.mark.parametrize(
    ("command", "change"), [(SetMemberRole, {"role": "admin"}), (SetMemberActive, {"active": False})]
)
async def test_of_two_owners_who_leave_at_the_same_moment_one_stays(
    system: System, command: type[Command], change: dict[str, Any]
) -> None:
    owners = [system.owner, await system.member("owner")]
    left = await asyncio.gather(*(system.tell(command, owner, member_id=owner.id, **change) for owner in owners))
    assert sorted((answer.status, answer.code) for answer in left) == [(200, None), (409, "last-owner")]
