"""What notifications learn from the events of others, whatever they do not care about."""

from datetime import UTC, datetime
from typing import Any

from services.notifications.projections.actions import evolve as evolve_action
from services.notifications.projections.names import evolve_contact, evolve_member
from services.notifications.projections.outbox import evolve as evolve_message
from shared.events import Meta, Recorded
from shared.ids import new_id
from shared.readstore.interface import Document

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ACTOR, ID = str(new_id()), str(new_id())


def happened(topic: str, **data: Any) -> Recorded:
    meta = Meta("member", ACTOR, "Test", "test", "")
    return Recorded(topic.split(".")[0], 1, topic, ID, 1, None, NOW, data, meta)


def after(evolve: Any, *events: Recorded) -> Document:
    document: Document = {}
    for event in events:
        document = evolve(document, event)
    return document


ADA = happened(
    "firm.member.created", given_name="Ada", family_name="Roy", email="ada@example.org", role="admin", language="fr"
)
TOM = happened(
    "contacts.contact.created",
    name="Tom",
    emails=[{"address": "a@example.org", "primary": False}, {"address": "b@example.org", "primary": True}],
    language=None,
)


def test_a_member_has_a_name_an_address_a_language_and_may_have_left() -> None:
    known = {"name": "Ada Roy", "email": "ada@example.org", "language": "fr", "active": True}
    assert after(evolve_member, ADA) == known
    assert after(
        evolve_member,
        ADA,
        happened("firm.member.renamed", given_name="Ada", family_name="Lefèvre", was={}),
        happened("firm.member.email-changed", email="new@example.org", was="ada@example.org"),
        happened("firm.member.language-changed", language="en", was="fr"),
        happened("firm.member.role-changed", role="owner", was="admin"),
        happened("firm.member.deactivated"),
    ) == {"name": "Ada Lefèvre", "email": "new@example.org", "language": "en", "active": False}
    assert after(evolve_member, ADA, happened("firm.member.deactivated"), happened("firm.member.activated")) == known


def test_a_contact_is_written_to_at_their_primary_address() -> None:
    assert after(evolve_contact, TOM)["email"] == "b@example.org"
    assert after(evolve_contact, TOM, happened("contacts.contact.emails-changed", emails=[], was=[]))["email"] == ""


def test_a_contact_is_active_if_neither_switched_off_nor_deleted() -> None:
    off, on = happened("contacts.contact.deactivated"), happened("contacts.contact.activated")
    deleted, restored = happened("contacts.contact.deleted"), happened("contacts.contact.restored")
    assert after(evolve_contact, TOM)["active"]
    assert not after(evolve_contact, TOM, off)["active"]
    assert not after(evolve_contact, TOM, off, deleted, restored)["active"]
    assert not after(evolve_contact, TOM, off, deleted, on)["active"]
    assert after(evolve_contact, TOM, off, deleted, on, restored)["active"]


def test_an_action_reads_as_it_was_last_changed() -> None:
    content = {"subject": "Liasse", "body": "<p>Vu.</p>", "occurred_at": NOW.isoformat()}
    place: dict[str, Any] = {
        "kind": "note",
        "account_id": None,
        "contact_id": ID,
        "participants": [],
        "direction": None,
    }
    recorded = happened("interactions.interaction.recorded", **content, **place, author_id=ACTOR)
    changed = happened("interactions.interaction.changed", **content | {"subject": "Bilan"}, direction=None, was={})
    joined = happened("interactions.interaction.participants-changed", participants=[{"member_id": ACTOR}], was=[])
    deleted, restored = happened("interactions.interaction.deleted"), happened("interactions.interaction.restored")
    action = after(evolve_action, recorded, changed, joined, deleted)
    assert (action["subject"], action["participants"], action["deleted"]) == ("Bilan", [{"member_id": ACTOR}], True)
    assert action["author_id"] == ACTOR
    assert not evolve_action(action, restored)["deleted"]


def test_a_message_is_shown_as_it_stands() -> None:
    about = {"service": "interactions", "id": ID, "topic": "interactions.interaction.recorded", "key": "interactions:1"}
    queued = happened(
        "notifications.message.queued",
        recipient={"member_id": ACTOR},
        account_id=ID,
        address="ada@example.org",
        subject="Nouvelle interaction",
        about=about,
        reason="participant",
        due=NOW.isoformat(),
    )
    tried = happened("notifications.message.attempt-failed", attempt=1, error="451", next="2026-11-23T10:00:00+00:00")
    failed = happened("notifications.message.failed", attempt=2, error="550")
    again = happened("notifications.message.requeued", due="2026-11-24T10:00:00+00:00")
    sent = happened("notifications.message.sent", message_id="<x>", attempt=3)
    stages = [after(evolve_message, *[queued, tried, failed, again, sent][: n + 1]) for n in range(5)]
    assert [stage["state"] for stage in stages] == ["queued", "queued", "failed", "queued", "sent"]
    assert [stage["due"] is None for stage in stages] == [False, False, True, False, True]
    assert [stage["attempts"] for stage in stages] == [0, 1, 2, 2, 3]
    assert [stage["error"] for stage in stages] == [None, "451", "550", "550", None]
    withheld = after(evolve_message, queued, happened("notifications.message.withheld", reason="no-access"))
    assert (withheld["state"], withheld["withheld"], withheld["due"]) == ("withheld", "no-access", None)
