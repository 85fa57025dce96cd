"""A service that takes a question and dies with it."""

import httpx
import pytest

from services.gateway.http import upstream
from tests.gateway.conftest import Asked, Played


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "PATIENCE", 0.4)


async def test_a_question_that_nobody_answers_is_asked_once_more(played: Played, member: httpx.AsyncClient) -> None:
    def dies_first(asked: Asked) -> object:
        return [] if len(played.of("qry.gateway.ListBoxes")) > 1 else None

    await played.answer("qry.gateway.ListBoxes", dies_first)
    assert (await member.get("/api/v1/boxes")).status_code == 200
    assert len(played.of("qry.gateway.ListBoxes")) == 2


async def test_a_command_that_nobody_answers_is_not_repeated(played: Played, member: httpx.AsyncClient) -> None:
    await played.answer("cmd.gateway.MakeBox", lambda asked: None)
    answer = await member.post("/api/v1/boxes", json={"label": "x"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert len(played.of("cmd.gateway.MakeBox")) == 1
