"""How a message stands, and what can still become of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.domain import Message
from services.notifications.values import About, NotFailed, Recipient, pause
from shared.ids import new_id
from tests.scenario import fact, given, when_made

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ZOE = Recipient(contact_id=new_id())
ABOUT = About(service="interactions", id=new_id(), topic="interactions.interaction.recorded", key="interactions:1")


def queued() -> Message:
    return Message.queue(
        new_id(), ZOE, ABOUT, account_id=None, address="zoe@example.org", subject="Nouvelle interaction", due=NOW
    )


def refused(message: Message) -> None:
    message.refused("451 later", permanent=False, now=NOW, first=30)


def failed(message: Message) -> None:
    message.refused("550 never", permanent=True, now=NOW, first=30)


def sent(message: Message) -> None:
    message.sent("<id@host>")


@pytest.mark.rows("U-18", "U-19")
def test_a_message_is_promised_to_a_participant() -> None:
    made = when_made(queued)
    made.then(
        fact(
            Message.Created,
            recipient={"contact_id": str(ZOE.contact_id)},
            address="zoe@example.org",
            reason="participant",
            due=NOW,
            about=ABOUT.plain(),
        )
    )
    made.and_now(state="queued", recipient=ZOE, about=ABOUT, recipient_id=ZOE.id)


def test_it_is_sent_once() -> None:
    given(queued).when(sent).then(fact(Message.Sent, message_id="<id@host>", attempt=1)).and_now(state="sent")
    given(queued, sent).when(sent).then_nothing()


def test_a_try_that_failed_is_repeated_after_a_pause() -> None:
    given(queued).when(refused).then(
        fact(Message.AttemptFailed, attempt=1, error="451 later", next=NOW + timedelta(seconds=30))
    ).and_now(state="queued", due=NOW + timedelta(seconds=30))
    given(queued, refused).when(refused).then(fact(Message.AttemptFailed, attempt=2, next=NOW + timedelta(minutes=2)))
    given(queued, refused).when(sent).then(fact(Message.Sent, attempt=2))


def test_what_is_refused_for_good_has_failed() -> None:
    given(queued, refused).when(failed).then(fact(Message.Failed, attempt=2, error="550 never")).and_now(state="failed")


def test_it_fails_after_two_days_of_tries() -> None:
    def often(message: Message) -> None:
        for _ in range(51):
            refused(message)

    given(queued, often).when(refused).then(fact(Message.Failed, attempt=52, error="451 later"))


def test_the_pauses_grow_and_span_more_than_a_day() -> None:
    pauses = [wait for failures in range(1, 52) if (wait := pause(failures, 30))]
    seconds = [wait.total_seconds() for wait in pauses]
    assert seconds[:6] == [30, 120, 600, 1800, 3600, 3600]
    assert seconds == sorted(seconds)
    assert sum(pauses, timedelta()) >= timedelta(hours=24)
    assert pause(52, 30) is None


def test_it_can_be_withheld() -> None:
    given(queued).when(lambda m: m.withhold("no-access")).then(fact(Message.Withheld, reason="no-access")).and_now(
        state="withheld"
    )


def test_what_failed_can_be_tried_anew() -> None:
    later = NOW + timedelta(days=3)
    given(queued, refused, failed).when(lambda m: m.retry(later)).then(fact(Message.Requeued, due=later)).and_now(
        state="queued", failures=0, attempts=2
    )


@pytest.mark.parametrize("steps", [(), (sent,), (lambda m: m.withhold("deleted"),)])
def test_only_what_failed_is_tried_anew(steps: tuple[Callable[[Message], None], ...]) -> None:
    given(queued, *steps).when(lambda m: m.retry(NOW)).then_rejected(NotFailed)


@pytest.mark.parametrize("end", [sent, failed, lambda m: m.withhold("deleted")])
@pytest.mark.parametrize("late", [sent, refused, failed, lambda m: m.withhold("deleted")])
def test_what_is_told_to_a_message_that_no_longer_waits_changes_nothing(
    end: Callable[[Message], None], late: Callable[[Message], None]
) -> None:
    given(queued, end).when(late).then_nothing()
