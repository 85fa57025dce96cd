"""E-mails leave once, also when servers refuse, hang or are away, the service restarts, or the broker forgets (S1)."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from services.notifications.contract import GetMessage, ListMessages, RetryMessage
from shared.broker import declare_streams
from shared.schedules import Schedules
from tests.broker import free_port
from tests.notifications.office import office
from tests.notifications.sink import listening
from tests.waiting import eventually

ANN, ZOE = "ann@cabinet.example", "zoe@client.example"


@pytest.mark.rows("U-18")
@pytest.mark.parametrize("plan", ["rcpt 450 greylisted", "data 451 try later"])
async def test_what_a_server_refuses_for_now_is_sent_again(tmp_path: Path, plan: str) -> None:
    async with office(tmp_path) as firm:
        firm.sink.plans += [plan, plan]
        [message] = await firm.told(await firm.note(firm.clerk, firm.colleague), 1)
        assert (message["attempts"], message["error"]) == (3, None)
        assert len(firm.sink.to(ANN)) == 1


async def test_a_try_that_failed_is_to_be_seen_with_the_reason_and_the_moment_of_the_next(tmp_path: Path) -> None:
    async with office(tmp_path, mail_retry_seconds=3600) as firm:
        firm.sink.plans.append("data 451 try later")
        id = await firm.note(firm.clerk, firm.colleague)

        async def failed_once() -> bool:
            return [message["attempts"] for message in await firm.messages(interaction_id=id)] == [1]

        await eventually(failed_once)
        [message] = await firm.messages(firm.clerk, state="queued")
        assert message["error"] == "451 try later"
        assert datetime.fromisoformat(message["due"]) > datetime.now(UTC)


async def test_what_a_server_refuses_for_good_fails_until_somebody_sends_it_again(tmp_path: Path) -> None:
    async with office(tmp_path) as firm:
        firm.sink.plans.append("rcpt 550 no such user")
        [message] = await firm.told(await firm.note(firm.clerk, firm.colleague), 1, failed=1)
        assert (message["attempts"], message["error"], message["due"]) == (1, "550 no such user", None)
        retry = {"message_id": message["id"]}
        assert (await firm.system.tell(RetryMessage, firm.clerk, **retry)).status == 403
        assert (await firm.system.tell(RetryMessage, firm.owner, **retry)).status == 200
        [sent] = await firm.told(UUID(message["interaction_id"]), 1)
        assert sent["attempts"] == 2
        again = await firm.system.tell(RetryMessage, firm.owner, **retry)
        assert (again.status, again.code) == (409, "message-not-failed")


@pytest.mark.parametrize("plan", ["hang", "close"])
async def test_an_email_whose_answer_was_lost_goes_again_under_the_same_id(tmp_path: Path, plan: str) -> None:
    async with office(tmp_path, smtp_seconds=0.5) as firm:
        firm.sink.plans.append(plan)
        await firm.told(await firm.note(firm.clerk, firm.colleague), 1)
        first, second = firm.sink.to(ANN)
        assert first["Message-ID"] == second["Message-ID"]


async def test_one_server_that_hangs_does_not_hold_up_the_others(tmp_path: Path) -> None:
    async with office(tmp_path, smtp_seconds=30) as firm:
        firm.sink.plans += ["hang", "hang", "hang"]
        stuck = await firm.note(firm.clerk, firm.colleague, firm.zoe, firm.tom)
        await eventually(lambda: len(firm.sink.taken) == 3)
        await firm.told(await firm.note(firm.clerk, firm.colleague), 1)
        assert len(await firm.messages(state="queued", interaction_id=stuck)) == 3


async def test_nothing_is_lost_while_the_server_is_away(tmp_path: Path) -> None:
    port = free_port()
    async with office(tmp_path, smtp_port=port) as firm:
        id = await firm.note(firm.clerk, firm.colleague, firm.zoe)

        async def tried() -> bool:
            messages = await firm.messages(interaction_id=id)
            return len(messages) == 2 and all(message["attempts"] >= 2 for message in messages)

        await eventually(tried)
        async with listening(port) as sink:
            await firm.told(id, 2)
            assert sorted(sink.recipients) == [ANN, ZOE]


@pytest.mark.rows("U-18")
async def test_nothing_goes_out_twice_after_a_restart_or_when_it_falls_due_again(tmp_path: Path) -> None:
    async with office(tmp_path) as firm:
        id = await firm.note(firm.clerk, firm.colleague)
        await firm.comment(firm.clerk, id)
        messages = await firm.told(id, 2)
        await firm.away()
        reactions = tmp_path / "data" / "notifications" / "reactions.db"
        for file in reactions.parent.glob("reactions.db*"):
            file.unlink()
        await firm.back()
        schedules = Schedules(firm.system.services["notifications"].connection, "notifications")
        for message in messages:
            await schedules.at(message["id"], datetime.now(UTC))
        await firm.quiet()
        assert len(firm.sink.to(ANN)) == 2


async def test_what_waits_leaves_after_the_service_was_away(tmp_path: Path) -> None:
    async with office(tmp_path) as firm:
        await firm.away()
        id = await firm.note(firm.clerk, firm.colleague)
        await firm.back()
        await firm.told(id, 1)


async def test_what_waits_leaves_after_the_broker_has_lost_its_store(tmp_path: Path) -> None:
    async with office(tmp_path, mail_delay=3) as firm:
        id = await firm.note(firm.clerk, firm.colleague)
        await firm.told(id, 1, queued=1)
        connection = firm.system.connection
        reconnects = connection.stats["reconnects"]
        firm.system.broker.kill()
        firm.system.broker.forget()
        firm.system.broker.start()
        await eventually(lambda: connection.stats["reconnects"] > reconnects)
        await declare_streams(connection)
        await firm.told(id, 1)
        assert len(firm.sink.to(ANN)) == 1


async def test_an_email_can_be_undone_within_its_delay(tmp_path: Path) -> None:
    async with office(tmp_path, mail_delay=60) as firm:
        id = await firm.note(firm.clerk, firm.colleague)
        [message] = await firm.told(id, 1, queued=1)
        assert datetime.fromisoformat(message["due"]) > datetime.now(UTC)
        assert firm.sink.seen == 0


async def test_a_message_is_shown_to_who_sees_what_it_is_about(tmp_path: Path) -> None:
    async with office(tmp_path) as firm:
        stranger = await firm.member("Eve", "eve@cabinet.example", "fr", level=None)
        [message] = await firm.told(await firm.note(firm.clerk, firm.colleague), 1)
        for actor, status in ((firm.owner, 200), (firm.clerk, 200), (stranger, 404)):
            answer = await firm.system.ask(GetMessage, actor, message_id=message["id"])
            assert answer.status == status
        assert answer.code == "not-found"


async def test_messages_are_listed_in_pages_the_latest_first(tmp_path: Path) -> None:
    async with office(tmp_path) as firm:
        ids = [await firm.note(firm.clerk, firm.colleague) for _ in range(5)]
        for id in ids:
            await firm.told(id, 1)
        found: list[str] = []
        after = None
        while True:
            page = (await firm.system.ask(ListMessages, firm.clerk, limit=2, after=after)).json
            found += [message["interaction_id"] for message in page["items"]]
            after = page["next"]
            if after is None:
                break
        assert found == [str(id) for id in reversed(ids)]
        broken = await firm.system.ask(ListMessages, firm.clerk, after="nonsense")
        assert (broken.status, broken.code) == (400, "invalid-cursor")
