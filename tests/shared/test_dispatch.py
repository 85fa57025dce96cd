"""The way into a service: what callers get for good requests, bad ones, repeated ones and simultaneous ones."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.context import Context
from shared.dispatch import Dispatcher, Reply
from shared.ids import new_id
from shared.keys import KeyDatabase, Keys
from shared.messages import Command, Message
from shared.position import Progress
from shared.repository import Repository
from shared.store import EventStore
from tests.shared import cards
from tests.shared.cards import BreakCard, GetCard, MakeCard, RenameCard
from tests.shared.sample import Card

Wire = Callable[[EventStore, str], Dispatcher]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[EventStore]:
    database = KeyDatabase(tmp_path / "keys.db", secrets.token_bytes(32))
    opened = EventStore("tests", tmp_path, [Card], Keys(database))
    await opened.open()
    yield opened
    await opened.close()
    database.close()


def wired(store: EventStore, access: str = "welcome", **reached: int) -> Dispatcher:
    given = {Repository[Card]: Repository(store, Card)}
    return Dispatcher([cards], given, access, store, Progress(reached))


async def ask(
    dispatcher: Dispatcher, kind: type[Message], body: Any = None, params: Any = None, **context: Any
) -> tuple[Reply, Any]:
    sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    given = json.dumps(params) if params else ""
    caller = Context(kind="member", id=context.pop("id", None), **context)
    reply = await asyncio.create_task(dispatcher.dispatch(kind.nats_subject(), caller, given, sent))
    return reply, json.loads(reply.body)


async def test_creating_answers_201_with_id_version_position_and_location(store: EventStore) -> None:
    reply, answer = await ask(wired(store), MakeCard, {"name": "Zoé"})
    assert reply.status == 201
    assert answer["version"] == 1
    assert answer["position"] == reply.headers["Dossier-Position"] == "tests=1"
    assert reply.headers["Location"] == f"/api/v1/cards/{answer['id']}"
    assert reply.headers["ETag"] == '"1"'


async def test_a_query_takes_its_fields_from_path_and_query_string(store: EventStore) -> None:
    _, made = await ask(wired(store), MakeCard, {"name": "Zoé"})
    reply, answer = await ask(wired(store), GetCard, params={"card_id": made["id"], "deep": "true"})
    assert (reply.status, answer["name"], answer["deep"]) == (200, "Zoé", True)
    assert reply.headers["ETag"] == '"1"'


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        (b"{", 400, "malformed-body", None),
        (b"[]", 400, "malformed-body", None),
        (b'{"name":"\\ud800"}', 400, "malformed-body", None),
        (b'{"name":"a\xff"}', 400, "malformed-body", None),
        (b"[" * 100_000, 400, "malformed-body", None),
        (b'{"name":' + b'{"a":' * 5000, 400, "malformed-body", None),
        ({}, 422, "required", "/name"),
        ({"name": 5}, 422, "not-a-text", "/name"),
        ({"name": "x" * 10_000}, 422, "too-long", "/name"),
        ({"name": "  "}, 422, "too-short", "/name"),
        ({"name": "a\nb"}, 422, "line-break", "/name"),
        ({"name": "a\x00b"}, 422, "control-character", "/name"),
        ({"name": "a", "size": "1"}, 422, "not-a-number", "/size"),
        ({"name": "a", "size": 10}, 422, "too-large", "/size"),
        ({"name": "a", "size": 10**30}, 422, "not-a-number", "/size"),
        ({"name": "a", "other": 1}, 422, "unknown-field", "/other"),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
async def test_bad_input_gets_a_problem_and_changes_nothing(
    store: EventStore, body: Any, status: int, code: str, pointer: str | None, language: str
) -> None:
    reply, problem = await ask(wired(store), MakeCard, body, language=language)
    assert reply.status == problem["status"] == status
    codes = [problem["code"], *(error["code"] for error in problem.get("errors", []))]
    assert code in codes
    if pointer:
        assert problem["errors"][0]["pointer"] == pointer
        assert problem["errors"][0]["detail"]
    assert await store.notifications(0, 10) == []


async def test_a_field_given_in_path_and_body_is_refused(store: EventStore) -> None:
    id = str(new_id())
    reply, problem = await ask(wired(store), RenameCard, {"card_id": id, "name": "x"}, params={"card_id": id})
    assert (reply.status, problem["errors"][0]["pointer"]) == (400, "/card_id")


async def test_what_is_not_an_id_is_said_to_be_none(store: EventStore) -> None:
    reply, problem = await ask(wired(store), GetCard, params={"card_id": "42"})
    assert (reply.status, problem["errors"][0]["code"]) == (422, "not-an-id")


async def test_unknown_ids_are_not_found(store: EventStore) -> None:
    reply, problem = await ask(wired(store), GetCard, params={"card_id": str(new_id())})
    assert (reply.status, problem["code"]) == (404, "not-found")


async def test_no_handler_runs_without_the_right(store: EventStore) -> None:
    reply, problem = await ask(wired(store, "refused"), MakeCard, {"name": "x"})
    assert (reply.status, problem["code"]) == (403, "not-allowed")
    assert await store.notifications(0, 10) == []


async def test_an_unforeseen_failure_is_a_problem_not_a_silence(store: EventStore) -> None:
    reply, problem = await ask(wired(store), BreakCard)
    assert (reply.status, problem["code"]) == (500, "internal-error")


async def test_the_same_key_and_body_get_the_same_answer_and_one_effect(store: EventStore, tmp_path: Path) -> None:
    dispatcher, caller = wired(store), new_id()
    first, _ = await ask(dispatcher, MakeCard, {"name": "x"}, id=caller, idempotency_key="k")
    await ask(dispatcher, MakeCard, {"name": "between"})
    store._idle.clear()
    second, _ = await ask(dispatcher, MakeCard, {"name": "x"}, id=caller, idempotency_key="k")
    assert (second.status, second.body, second.headers) == (first.status, first.body, first.headers)
    assert [n.topic for n in await store.notifications(0, 10)].count("tests.card.created") == 2


async def test_a_key_used_fifty_times_at_once_has_one_effect(store: EventStore) -> None:
    dispatcher, caller = wired(store), new_id()
    uses = [ask(dispatcher, MakeCard, {"name": "x"}, id=caller, idempotency_key="k") for _ in range(50)]
    replies = [reply for reply, _ in await asyncio.gather(*uses)]
    assert {reply.status for reply in replies} == {201}
    assert len({reply.body for reply in replies}) == 1
    assert [n.topic for n in await store.notifications(0, 200)].count("tests.card.created") == 1


async def test_a_key_with_another_body_is_refused(store: EventStore) -> None:
    dispatcher, caller = wired(store), new_id()
    await ask(dispatcher, MakeCard, {"name": "x"}, id=caller, idempotency_key="k")
    reply, problem = await ask(dispatcher, MakeCard, {"name": "y"}, id=caller, idempotency_key="k")
    assert (reply.status, problem["code"]) == (422, "idempotency-key-reused")


async def test_a_key_belongs_to_its_caller(store: EventStore) -> None:
    dispatcher = wired(store)
    first, _ = await ask(dispatcher, MakeCard, {"name": "x"}, id=new_id(), idempotency_key="k")
    second, _ = await ask(dispatcher, MakeCard, {"name": "x"}, id=new_id(), idempotency_key="k")
    assert first.body != second.body


async def test_a_refused_command_does_not_use_up_its_key(store: EventStore) -> None:
    caller = new_id()
    await ask(wired(store, "refused"), MakeCard, {"name": "x"}, id=caller, idempotency_key="k")
    reply, _ = await ask(wired(store), MakeCard, {"name": "x"}, id=caller, idempotency_key="k")
    assert reply.status == 201


async def test_simultaneous_changes_are_retried_not_shown(store: EventStore) -> None:
    dispatcher = wired(store)
    _, made = await ask(dispatcher, MakeCard, {"name": "x"})
    path = {"card_id": made["id"]}
    changes = [ask(dispatcher, RenameCard, {"name": f"n{number}"}, path) for number in range(3)]
    assert [reply.status for reply, _ in await asyncio.gather(*changes)] == [200, 200, 200]
    assert (await store.peek(Card, UUID(made["id"]))).version == 4


async def test_if_match_of_another_version_changes_nothing(store: EventStore) -> None:
    dispatcher = wired(store)
    _, made = await ask(dispatcher, MakeCard, {"name": "x"})
    card, path = UUID(made["id"]), {"card_id": made["id"]}
    reply, problem = await ask(dispatcher, RenameCard, {"name": "y"}, path, if_match=9, target=card)
    assert (reply.status, problem["code"]) == (412, "changed-meanwhile")
    reply, _ = await ask(dispatcher, RenameCard, {"name": "y"}, path, if_match=1, target=card)
    assert reply.status == 200


async def test_a_position_that_is_not_reached_is_said_so_with_retry_after(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.dispatch.PATIENCE", 0.05)
    reply, problem = await ask(wired(store, other=3), MakeCard, {"name": "x"}, position="other=4;unknown=9")
    assert (reply.status, problem["code"], reply.headers["Retry-After"]) == (503, "not-caught-up", "1")
    reply, _ = await ask(wired(store, other=3), MakeCard, {"name": "x"}, position="other=3;unknown=9")
    assert reply.status == 201


async def test_a_broken_position_is_a_bad_request(store: EventStore) -> None:
    reply, problem = await ask(wired(store), MakeCard, {"name": "x"}, position="nonsense")
    assert (reply.status, problem["code"]) == (400, "invalid-position")


def test_a_command_that_does_not_say_what_it_needs_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="which right"):

        class Careless(Command):
            """Nobody thought of rights."""


async def test_a_position_that_the_door_added_by_itself_refuses_nothing(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.dispatch.COURTESY", 0.05)
    _, made = await ask(wired(store), MakeCard, {"name": "x"})
    late = {"position": "other=4", "courtesy": True}
    reply, _ = await ask(wired(store, other=3), GetCard, params={"card_id": made["id"]}, **late)
    assert reply.status == 200
