"""The directory of members, event by event."""

from datetime import UTC, datetime
from typing import Any

from services.firm.projections import evolve
from shared.events import Meta, Recorded

META = Meta("member", None, "Test", "test", "")
CREATED = {
    "given_name": "Zoé",
    "family_name": "Œuvrard",
    "email": "zoe@cabinet.example",
    "role": "employee",
    "permissions": [],
    "language": "fr",
}


def recorded(topic: str, version: int, **data: Any) -> Recorded:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return Recorded("firm", version, f"firm.member.{topic}", "m1", version, None, at, data, META)


def directory(*events: Recorded) -> dict[str, Any]:
    member: dict[str, Any] = {}
    for event in (recorded("created", 1, originator_topic="x", **CREATED), *events):
        member = evolve(member, event)
    return member


def test_a_new_member_is_active_sorted_by_family_name_and_cannot_yet_sign_in() -> None:
    assert directory() == CREATED | {
        "id": "m1",
        "version": 1,
        "active": True,
        "has_password": False,
        "name": "Zoé Œuvrard",
        "sort": "oeuvrard zoe",
    }


def test_the_document_follows_the_member() -> None:
    member = directory(
        recorded("renamed", 2, given_name="Zoé", family_name="Abel", was={}),
        recorded("email-changed", 3, email="z@cabinet.example", was="zoe@cabinet.example"),
        recorded("role-changed", 4, role="admin", was="employee"),
        recorded("permissions-changed", 5, permissions=["manage-members"], was=[]),
        recorded("language-changed", 6, language="en", was="fr"),
        recorded("deactivated", 7),
    )
    assert member == directory() | {
        "family_name": "Abel",
        "name": "Zoé Abel",
        "sort": "abel zoe",
        "email": "z@cabinet.example",
        "role": "admin",
        "permissions": ["manage-members"],
        "language": "en",
        "active": False,
        "version": 7,
    }
    assert evolve(member, recorded("activated", 8))["active"] is True


def test_of_a_password_the_directory_knows_only_that_there_is_one() -> None:
    member = directory(recorded("password-changed", 2, hash="$argon2id$secret"))
    assert member["has_password"] is True
    assert "secret" not in str(member)
