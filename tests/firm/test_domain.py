"""What the aggregates of the firm decide."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.firm.domain import (
    AddressClaim,
    Attempts,
    EmailTaken,
    Firm,
    LastOwner,
    Member,
    MemberSessions,
    Session,
    TooManyAttempts,
    check_attempts,
)
from shared.ids import new_id
from tests.scenario import fact, given, when_made

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


def session(id: UUID = ADA, member_id: UUID = ADA, hours: float = 12) -> Session:
    return Session(id=id, member_id=member_id, token_hash="ab", expires_at=NOW + timedelta(hours=hours), language="fr")


def claim() -> AddressClaim:
    return AddressClaim(id=AddressClaim.id_of("ada@cabinet.example"), member_id=ADA)


def firm() -> Firm:
    return Firm(id=Firm.ID, owner_id=ADA)


def test_a_new_member_is_active_and_has_no_password() -> None:
    when_made(member).then(fact(Member.Created, role="employee", email="ada@cabinet.example")).and_now(
        active=True, password=None
    )


def test_a_member_takes_the_part_of_the_name_that_is_given() -> None:
    was = {"given_name": "Ada", "family_name": "Lovelace"}
    given(member).when(lambda m: m.rename(None, "King")).then(
        fact(Member.Renamed, given_name="Ada", family_name="King", was=was)
    )


def test_what_is_already_so_records_nothing() -> None:
    def again(m: Member) -> None:
        m.rename("Ada", None)
        m.change_email("ada@cabinet.example")
        m.speak("fr")
        m.take_role("employee")
        m.set_permissions([])
        m.set_active(True)

    given(member).when(again).then_nothing()


def test_changes_tell_what_was_before() -> None:
    def change(m: Member) -> None:
        m.change_email("countess@cabinet.example")
        m.speak("en")
        m.take_role("admin")
        m.set_permissions(["manage-contacts"])

    given(member).when(change).then(
        fact(Member.EmailChanged, email="countess@cabinet.example", was="ada@cabinet.example"),
        fact(Member.LanguageChanged, language="en", was="fr"),
        fact(Member.RoleChanged, role="admin", was="employee"),
        fact(Member.PermissionsChanged, permissions=["manage-contacts"], was=[]),
    )


def test_a_member_can_be_deactivated_and_activated_again() -> None:
    given(member).when(lambda m: m.set_active(False)).then(fact(Member.Deactivated)).and_now(active=False)
    given(member, lambda m: m.set_active(False)).when(lambda m: m.set_active(True)).then(fact(Member.Activated))


def test_a_password_is_kept_as_its_hash() -> None:
    given(member).when(lambda m: m.set_password("$argon2id$")).then(fact(Member.PasswordChanged)).and_now(
        password="$argon2id$"
    )


@pytest.mark.rows("T-03", "T-57")
def test_the_last_active_owner_cannot_leave() -> None:
    given(firm).when(lambda f: f.count(ADA, owns=False)).then_rejected(LastOwner)


@pytest.mark.rows("T-03", "T-57")
def test_one_of_two_owners_can_leave() -> None:
    given(firm, lambda f: f.count(BOB, owns=True)).when(lambda f: f.count(ADA, owns=False)).then(
        fact(Firm.OwnerRemoved, member_id=ADA)
    ).and_now(owners={BOB})


def test_who_owned_already_or_never_did_changes_nothing() -> None:
    given(firm).when(lambda f: f.count(ADA, owns=True)).then_nothing()
    given(firm).when(lambda f: f.count(BOB, owns=False)).then_nothing()


def test_an_address_belongs_to_one_member() -> None:
    given(claim).when(lambda c: c.take(BOB)).then_rejected(EmailTaken, field="email")
    given(claim).when(lambda c: c.take(ADA)).then_nothing()


def test_an_address_that_was_given_up_can_be_taken_by_another() -> None:
    given(claim).when(lambda c: c.release(ADA)).then(fact(AddressClaim.Released, was=ADA))
    given(claim, lambda c: c.release(ADA)).when(lambda c: c.take(BOB)).then(
        fact(AddressClaim.TakenAgain, member_id=BOB)
    )


def test_nobody_gives_up_the_address_of_another() -> None:
    given(claim).when(lambda c: c.release(BOB)).then_nothing()


def test_a_session_ends_once() -> None:
    given(session).when(lambda s: s.end("signed-out")).then(fact(Session.Ended, reason="signed-out"))
    given(session, lambda s: s.end("signed-out")).when(lambda s: s.end("deactivated")).then_nothing()


def test_a_session_is_open_until_its_time_is_over_or_it_is_ended() -> None:
    one = session(hours=1)
    assert one.open_at(NOW)
    assert not one.open_at(NOW + timedelta(hours=1))
    one.end("signed-out")
    assert not one.open_at(NOW)


def test_a_member_s_open_sessions_forget_those_that_have_expired() -> None:
    old, new = session(new_id(), hours=1), session(new_id(), hours=3)
    later = NOW + timedelta(hours=2)
    given(lambda: MemberSessions.of(ADA), lambda m: m.opened(old, NOW)).when(lambda m: m.opened(new, later)).then(
        fact(MemberSessions.Opened, session_id=new.id, expired=[old.id])
    ).and_now(open={new.id: new.expires_at})


def test_closing_is_recorded_even_if_no_session_is_open_so_that_a_sign_in_under_way_conflicts() -> None:
    given(lambda: MemberSessions.of(ADA)).when(lambda m: m.close([])).then(fact(MemberSessions.Closed, session_ids=[]))


def test_failures_are_counted_until_a_sign_in_goes_well() -> None:
    def attempts() -> Attempts:
        return Attempts(id=Attempts.id_of("account", "hash", 1), of="account")

    given(attempts).when(lambda a: a.fail(NOW)).then(fact(Attempts.Failed, at=NOW)).and_now(failures=[NOW])
    given(attempts, lambda a: a.fail(NOW)).when(Attempts.forgive).then(fact(Attempts.Forgiven)).and_now(failures=[])
    given(attempts).when(Attempts.forgive).then_nothing()


def test_attempts_are_refused_while_too_many_failures_lie_within_the_window() -> None:
    window = timedelta(minutes=15)
    failures = [NOW - timedelta(minutes=minutes) for minutes in (20, 14, 10, 1)]
    check_attempts(failures, 4, window, NOW)
    with pytest.raises(TooManyAttempts) as refused:
        check_attempts(failures, 3, window, NOW)
    assert refused.value.retry_after == 60
    check_attempts(failures, 3, window, NOW + timedelta(minutes=1))
