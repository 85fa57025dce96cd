"""Members of the staff: made, changed, listed, over a real broker and real stores."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from services.firm.contract import (
    ChangeMember,
    CreateMember,
    GetMember,
    ListMembers,
    SetMemberActive,
    SetMemberPassword,
    SetMemberPermissions,
    SetMemberRole,
    SignIn,
)
from shared.context import Context
from shared.ids import new_id
from tests.running import System

NEW = {"given_name": "Inès", "family_name": "Moreau", "email": "ines@cabinet.example"}
PASSWORD = "a password for ines"


async def seen(system: System, id: UUID) -> dict[str, Any]:
    """A member as the owner sees them."""
    answer = await system.ask(GetMember, system.owner, member_id=id)
    assert answer.status == 200
    found: dict[str, Any] = answer.json
    return found


async def sign_in(system: System, email: str, password: str) -> int:
    return (await system.tell(SignIn, Context(), email=email, password=password)).status


@pytest.mark.rows("T-03", "T-57")
async def test_a_member_is_created_with_role_permissions_and_password(system: System) -> None:
    permissions = ["manage-contacts", "view-all-accounts", "manage-contacts"]
    made = await system.tell(CreateMember, system.owner, **NEW, permissions=permissions, password=PASSWORD)
    assert (made.status, made.headers["Location"]) == (201, f"/api/v1/members/{made.id}")
    assert await seen(system, made.id) == NEW | {
        "id": str(made.id),
        "role": "employee",
        "permissions": ["view-all-accounts", "manage-contacts"],
        "language": "fr",
        "active": True,
        "can_sign_in": True,
        "version": made.json["version"],
    }
    assert await sign_in(system, "INES@cabinet.example", PASSWORD) == 200


async def test_a_member_without_a_password_signs_in_once_one_is_set(system: System) -> None:
    ines = await system.member(**NEW)
    assert ines.id
    assert (await seen(system, ines.id))["can_sign_in"] is False
    assert await sign_in(system, NEW["email"], PASSWORD) == 401
    assert (await system.tell(SetMemberPassword, system.owner, member_id=ines.id, password=PASSWORD)).status == 200
    assert (await seen(system, ines.id))["can_sign_in"] is True
    assert await sign_in(system, NEW["email"], PASSWORD) == 200


async def test_two_members_never_have_the_same_address(system: System) -> None:
    bob = await system.member(email="bob@cabinet.example")
    again = await system.tell(CreateMember, system.owner, **NEW | {"email": "BOB@Cabinet.example"})
    assert (again.status, again.code, again.json["errors"][0]["pointer"]) == (409, "email-taken", "/email")
    ines = await system.member(**NEW)
    taken = await system.tell(ChangeMember, system.owner, member_id=ines.id, email="bob@cabinet.example")
    assert taken.code == "email-taken"
    together = await asyncio.gather(
        *(system.tell(CreateMember, system.owner, **NEW | {"email": "zoe@cabinet.example"}) for _ in range(3))
    )
    assert sorted(answer.status for answer in together) == [201, 409, 409]
    assert bob.id


async def test_an_address_that_a_member_leaves_is_free_for_another(system: System) -> None:
    ines = await system.member(**NEW, password=PASSWORD)
    changed = await system.tell(
        ChangeMember,
        system.owner,
        member_id=ines.id,
        email="i.moreau@cabinet.example",
        given_name="Inés",
        language="en",
    )
    assert changed.status == 200
    assert ines.id
    found = await seen(system, ines.id)
    assert (found["email"], found["given_name"], found["family_name"], found["language"]) == (
        "i.moreau@cabinet.example",
        "Inés",
        "Moreau",
        "en",
    )
    assert await sign_in(system, NEW["email"], PASSWORD) == 401
    assert await sign_in(system, "i.moreau@cabinet.example", PASSWORD) == 200
    assert (await system.tell(CreateMember, system.owner, **NEW)).status == 201
    same = await system.tell(ChangeMember, system.owner, member_id=ines.id, email="I.Moreau@cabinet.example")
    assert same.status == 200


async def test_members_are_listed_by_name_page_by_page(system: System) -> None:
    for given, family in (("Émile", "Zola"), ("Zoé", "Abel"), ("Ève", "abel")):
        await system.member(given_name=given, family_name=family)
    names, after = [], None
    while True:
        page = await system.ask(ListMembers, system.owner, limit=2, after=after)
        names += [f"{item['given_name']} {item['family_name']}".strip() for item in page.json["items"]]
        after = page.json["next"]
        if after is None:
            break
    assert names == ["Ève abel", "Zoé Abel", "ada", "Émile Zola"]


async def test_members_are_filtered_by_part_of_a_name_and_by_being_active(system: System) -> None:
    emile = await system.member(given_name="Émile", family_name="Zola")
    await system.tell(SetMemberActive, system.owner, member_id=emile.id, active=False)

    async def found(**fields: Any) -> list[str]:
        page = await system.ask(ListMembers, system.owner, **fields)
        return [item["given_name"] for item in page.json["items"]]

    assert await found(q="EMILE z") == ["Émile"]
    assert await found(q="%") == []
    assert await found(active="true") == ["ada"]
    assert await found(active="false", q="zo") == ["Émile"]
    assert await found() == ["ada", "Émile"]


async def test_anybody_signed_in_sees_names_and_roles_but_not_the_rights_of_others(system: System) -> None:
    clerk = await system.member()
    listed = (await system.ask(ListMembers, clerk)).json["items"]
    hidden = {"email", "permissions", "language", "can_sign_in"}
    for item in listed:
        assert hidden.isdisjoint(item) == (item["id"] != str(clerk.id))
    assert hidden.isdisjoint((await system.ask(GetMember, clerk, member_id=system.owner.id)).json)
    manager = await system.member(permissions=["manage-members"])
    assert all(hidden <= item.keys() for item in (await system.ask(ListMembers, manager)).json["items"])
    assert (await system.ask(ListMembers, Context())).status == 401


async def test_what_does_not_exist_is_not_found(system: System) -> None:
    for command, fields in (
        (ChangeMember, {"given_name": "Eve"}),
        (SetMemberRole, {"role": "admin"}),
        (SetMemberPermissions, {"permissions": []}),
        (SetMemberActive, {"active": True}),
        (SetMemberPassword, {"password": PASSWORD}),
    ):
        assert (await system.tell(command, system.owner, member_id=new_id(), **fields)).code == "not-found"
    assert (await system.ask(GetMember, system.owner, member_id=new_id())).code == "not-found"


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"email": "no address"}, "/email", "invalid-email"),
        ({"given_name": ""}, "/given_name", "too-short"),
        ({"given_name": "x" * 10_000}, "/given_name", "too-long"),
        ({"family_name": "a\nb"}, "/family_name", "line-break"),
        ({"role": "king"}, "/role", "not-among"),
        ({"permissions": ["everything"]}, "/permissions/0", "not-among"),
        ({"password": "short"}, "/password", "too-short"),
        ({"password": "ines@cabinet.example"}, "/password", "password-holds-email"),
        ({"language": "de"}, "/language", "not-among"),
        ({"salary": 1}, "/salary", "unknown-field"),
    ],
)
async def test_bad_input_is_refused_with_a_pointer_to_the_field(
    system: System, fields: dict[str, Any], pointer: str, code: str
) -> None:
    refused = await system.tell(CreateMember, system.owner, **NEW | fields)
    assert refused.status == 422
    assert [(error["pointer"], error["code"]) for error in refused.json["errors"]] == [(pointer, code)]


async def test_a_change_to_another_version_than_the_present_one_is_refused(system: System) -> None:
    ines = await system.member(**NEW)
    assert ines.id
    version = (await seen(system, ines.id))["version"]
    late = system.owner.evolve(if_match=version + 1)
    assert (await system.tell(ChangeMember, late, member_id=ines.id, given_name="Eve")).status == 412
    there = system.owner.evolve(if_match=version)
    assert (await system.tell(ChangeMember, there, member_id=ines.id, given_name="Eve")).status == 200


async def test_a_command_sent_twice_under_one_key_acts_once(system: System) -> None:
    sender = system.owner.evolve(idempotency_key="once")
    first = await system.tell(CreateMember, sender, **NEW)
    again = await system.tell(CreateMember, sender, **NEW)
    assert (first.status, first.json) == (again.status, again.json)
    other = await system.tell(CreateMember, sender, **NEW | {"email": "z@cabinet.example"})
    assert other.code == "idempotency-key-reused"
