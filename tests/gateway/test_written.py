"""Who names no position still reads what they just wrote."""

import httpx

from shared.problems import NotFound
from tests.gateway.conftest import Asked, Played

BOX = "0193a2b4-0000-7000-8000-0000000000aa"
MADE: tuple[int, dict[str, str], dict[str, str]] = (201, {}, {"Dossier-Position": "boxes=3"})


async def test_a_query_carries_the_sessions_own_last_write_as_a_courtesy(
    played: Played, member: httpx.AsyncClient
) -> None:
    await played.answer("cmd.gateway.MakeBox", MADE)
    await played.answer("qry.gateway.ListBoxes", [])
    await member.get("/api/v1/boxes")
    await member.post("/api/v1/boxes", json={"label": "x"})
    await member.get("/api/v1/boxes")
    before, after = (asked.context for asked in played.of("qry.gateway.ListBoxes"))
    assert (before.position, before.courtesy) == ("", False)
    assert (after.position, after.courtesy) == ("boxes=3", True)


async def test_a_position_that_the_caller_names_is_left_alone(played: Played, member: httpx.AsyncClient) -> None:
    await played.answer("cmd.gateway.MakeBox", MADE)
    await played.answer("qry.gateway.ListBoxes", [])
    await member.post("/api/v1/boxes", json={"label": "x"})
    await member.get("/api/v1/boxes", headers={"Dossier-Position": "boxes=1"})
    (asked,) = played.of("qry.gateway.ListBoxes")
    assert (asked.context.position, asked.context.courtesy) == ("boxes=1", False)


async def test_a_command_about_something_just_made_is_asked_again_before_it_is_not_found(
    played: Played, member: httpx.AsyncClient
) -> None:
    def rename(asked: Asked) -> object:
        return {"renamed": True} if asked.context.position == "boxes=3" else NotFound()

    await played.answer("cmd.gateway.MakeBox", MADE)
    await played.answer("cmd.gateway.RenameBox", rename)
    await member.post("/api/v1/boxes", json={"label": "x"})
    answer = await member.put(f"/api/v1/boxes/{BOX}/label", json={"label": "y"})
    assert (answer.status_code, answer.json()) == (200, {"renamed": True})


async def test_what_is_not_there_after_all_is_not_found(played: Played, member: httpx.AsyncClient) -> None:
    await played.answer("cmd.gateway.MakeBox", MADE)
    await played.answer("cmd.gateway.RenameBox", NotFound())
    await member.post("/api/v1/boxes", json={"label": "x"})
    answer = await member.put(f"/api/v1/boxes/{BOX}/label", json={"label": "y"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert len(played.of("cmd.gateway.RenameBox")) == 2
