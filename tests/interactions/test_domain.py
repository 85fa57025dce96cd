"""What an interaction accepts, refuses and records."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.interactions.domain import Interaction
from services.interactions.values import (
    AccountOrContactRequired,
    Content,
    Kind,
    NoDirection,
    Participant,
    SubjectRequired,
    TextRequired,
)
from shared.ids import new_id
from shared.problems import NotFound
from tests.scenario import fact, given, when_made

ACCOUNT, CONTACT, AUTHOR, COMMENT = new_id(), new_id(), new_id(), new_id()
ZOE, MARC = Participant(member_id=new_id()), Participant(contact_id=new_id())
YESTERDAY = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 5, 4, 14, 0, tzinfo=UTC)


def recorded(
    kind: Kind = "note",
    content: Content | None = None,
    account_id: UUID | None = ACCOUNT,
    contact_id: UUID | None = None,
    participants: list[Participant] | None = None,
) -> Callable[[], Interaction]:
    def make() -> Interaction:
        return Interaction.record(
            new_id(),
            kind,
            content or Content("Liasse", "<p>Reçue.</p>", YESTERDAY),
            account_id=account_id,
            contact_id=contact_id,
            author_id=AUTHOR,
            participants=participants or [],
        )

    return make


def commented(interaction: Interaction) -> None:
    interaction.comment(COMMENT, AUTHOR, "<p>Vu.</p>")


def deleted(interaction: Interaction) -> None:
    interaction.delete()


@pytest.mark.rows("D-06", "D-17", "D-22", "U-16")
@pytest.mark.parametrize("kind", ["note", "call", "phone_message", "email"])
def test_each_of_the_four_kinds_is_recorded(kind: Kind) -> None:
    when_made(recorded(kind)).then(
        fact(Interaction.Created, kind=kind, subject="Liasse", body="<p>Reçue.</p>", author_id=AUTHOR)
    )


@pytest.mark.rows("D-18", "D-26")
@pytest.mark.parametrize(("account", "contact"), [(ACCOUNT, None), (None, CONTACT), (ACCOUNT, CONTACT)])
def test_it_is_for_an_account_or_a_contact_or_both(account: UUID | None, contact: UUID | None) -> None:
    made = when_made(recorded(account_id=account, contact_id=contact))
    made.then(fact(Interaction.Created, account_id=account, contact_id=contact))
    made.and_now(person_id=contact or account)


@pytest.mark.rows("D-18")
def test_it_is_for_somebody() -> None:
    when_made(recorded(account_id=None)).then_rejected(AccountOrContactRequired, field="account_id")


@pytest.mark.rows("U-03", "U-29")
@pytest.mark.parametrize("moment", [YESTERDAY, NEXT_YEAR])
def test_it_keeps_the_moment_at_which_it_happened_or_will(moment: datetime) -> None:
    when_made(recorded("call", Content("Bilan", "", moment))).then(fact(Interaction.Created, occurred_at=moment))


@pytest.mark.parametrize(
    ("kind", "content", "refusal"),
    [
        ("call", Content("", "<p>Oui.</p>", YESTERDAY), SubjectRequired),
        ("phone_message", Content("", "", YESTERDAY), SubjectRequired),
        ("note", Content("", "", YESTERDAY), TextRequired),
        ("note", Content("", "<p> </p>", YESTERDAY), TextRequired),
        ("note", Content("Liasse", "", YESTERDAY, "incoming"), NoDirection),
    ],
)
def test_it_says_something_that_suits_its_kind(kind: Kind, content: Content, refusal: Any) -> None:
    when_made(recorded(kind, content)).then_rejected(refusal)


def test_a_note_needs_no_subject_if_it_has_a_text() -> None:
    when_made(recorded("note", Content("", "<p>Vu.</p>", YESTERDAY))).then(fact(Interaction.Created, subject=""))


@pytest.mark.parametrize("direction", ["incoming", "outgoing", None])
def test_a_call_goes_one_way_or_the_other_or_it_is_not_said(direction: Any) -> None:
    when_made(recorded("call", Content("Bilan", "", YESTERDAY, direction))).then(
        fact(Interaction.Created, direction=direction)
    )


@pytest.mark.rows("D-21", "D-29")
def test_what_changes_is_recorded_with_what_was() -> None:
    changed = Content("Liasse 2026", "<p>Reçue.</p>", NEXT_YEAR)
    given(recorded()).when(lambda i: i.change(changed)).then(
        fact(
            Interaction.Changed,
            subject="Liasse 2026",
            occurred_at=NEXT_YEAR,
            was={
                "subject": "Liasse",
                "body": "<p>Reçue.</p>",
                "occurred_at": "2026-11-22T09:30:00+00:00",
                "direction": None,
            },
        )
    ).and_now(content=changed)


def test_the_same_content_again_records_nothing() -> None:
    given(recorded()).when(lambda i: i.change(i.content)).then_nothing()


def test_a_change_leaves_no_interaction_that_says_nothing() -> None:
    nothing = Content("", "", YESTERDAY)
    given(recorded()).when(lambda i: i.change(nothing)).then_rejected(TextRequired, field="body")
    given(recorded("call")).when(lambda i: i.change(nothing)).then_rejected(SubjectRequired, field="subject")


@pytest.mark.rows("U-18")
def test_participants_are_members_and_contacts() -> None:
    when_made(recorded(participants=[ZOE, MARC])).then(
        fact(
            Interaction.Created,
            participants=[{"member_id": str(ZOE.member_id)}, {"contact_id": str(MARC.contact_id)}],
        )
    )


@pytest.mark.rows("U-18")
def test_participants_change_as_a_whole() -> None:
    given(recorded(participants=[ZOE])).when(lambda i: i.set_participants([MARC])).then(
        fact(Interaction.ParticipantsChanged, participants=[MARC.plain()], was=[ZOE.plain()])
    )


def test_the_same_participants_in_another_order_record_nothing() -> None:
    given(recorded(participants=[ZOE, MARC])).when(lambda i: i.set_participants([MARC, ZOE])).then_nothing()


def test_only_those_who_do_not_take_part_yet_are_added() -> None:
    assert given(recorded(participants=[ZOE])).aggregate.added([ZOE, MARC]) == [MARC]


@pytest.mark.rows("U-19", "U-48")
def test_a_comment_is_recorded_with_its_author() -> None:
    given(recorded()).when(commented).then(
        fact(Interaction.Commented, comment_id=COMMENT, author_id=AUTHOR, body="<p>Vu.</p>")
    )


@pytest.mark.rows("U-48")
def test_a_comment_can_be_changed_and_deleted() -> None:
    given(recorded(), commented).when(lambda i: i.change_comment(COMMENT, "<p>Lu.</p>")).then(
        fact(Interaction.CommentChanged, comment_id=COMMENT, body="<p>Lu.</p>", was="<p>Vu.</p>")
    )
    given(recorded(), commented).when(lambda i: i.delete_comment(COMMENT)).then(
        fact(Interaction.CommentDeleted, comment_id=COMMENT)
    ).and_now(comments={})


def test_the_same_comment_again_records_nothing() -> None:
    given(recorded(), commented).when(lambda i: i.change_comment(COMMENT, "<p>Vu.</p>")).then_nothing()


@pytest.mark.parametrize("body", ["", "<p></p>", "<br>"])
def test_a_comment_says_something(body: str) -> None:
    given(recorded()).when(lambda i: i.comment(COMMENT, AUTHOR, body)).then_rejected(TextRequired, field="body")
    given(recorded(), commented).when(lambda i: i.change_comment(COMMENT, body)).then_rejected(TextRequired)


def test_an_unknown_comment_is_not_found() -> None:
    given(recorded()).when(lambda i: i.change_comment(COMMENT, "<p>Lu.</p>")).then_rejected(NotFound)
    gone = given(recorded(), commented, lambda i: i.delete_comment(COMMENT))
    gone.when(lambda i: i.delete_comment(COMMENT)).then_rejected(NotFound)


@pytest.mark.rows("D-21", "D-29")
def test_deleting_hides_it_and_can_be_undone() -> None:
    given(recorded()).when(deleted).then(fact(Interaction.Deleted)).and_now(deleted=True)
    given(recorded(), deleted).when(lambda i: i.restore()).then(fact(Interaction.Restored)).and_now(deleted=False)


def test_only_what_was_deleted_can_be_brought_back() -> None:
    given(recorded()).when(lambda i: i.restore()).then_rejected(NotFound)


@pytest.mark.parametrize(
    "ask",
    [
        lambda i: i.change(Content("Autre", "", YESTERDAY)),
        lambda i: i.set_participants([ZOE]),
        lambda i: i.comment(new_id(), AUTHOR, "<p>Vu.</p>"),
        lambda i: i.change_comment(COMMENT, "<p>Lu.</p>"),
        lambda i: i.delete_comment(COMMENT),
        deleted,
    ],
)
def test_a_deleted_interaction_is_not_there(ask: Callable[[Interaction], object]) -> None:
    given(recorded(), commented, deleted).when(ask).then_rejected(NotFound)


@pytest.mark.rows("U-48")
def test_a_thousand_comments_are_kept() -> None:
    def discussed(interaction: Interaction) -> None:
        for number in range(1_000):
            interaction.comment(new_id(), AUTHOR, f"<p>{number}</p>")

    given(recorded(), discussed).when(commented).then(fact(Interaction.Commented))
