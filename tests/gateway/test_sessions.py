"""Sessions: how one is begun, found, protected and ended."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from eventsourcing.persistence import Notification

from services.gateway.app import Gateway
from shared.events import Meta
from shared.ids import new_id
from shared.settings import Settings
from tests.broker import NatsServer, connected
from tests.gateway.conftest import MEMBER, TOKEN, Played
from tests.shared.history import Log, publish
from tests.waiting import eventually

BOXES = "/api/v1/boxes"
CSRF = {"X-Dossier-CSRF": "1"}


class Firm(Log):
    """The history of the firm service, as far as sessions go."""

    def __init__(self) -> None:
        super().__init__("firm")

    def record(self, id: UUID, topic: str, **data: Any) -> None:
        self.last += 1
        meta = asdict(Meta("member", str(MEMBER), "SignIn", "r1", "127.0.0.1"))
        state = {"at": datetime.now(UTC).isoformat(), "data": data, "scope": None, "meta": meta}
        self.rows.append(Notification(id, 1, topic, orjson.dumps(state), self.last))
        self.saved.set()

    def opens(self, token: str, member: UUID = MEMBER, hours: float = 1, language: str = "fr") -> UUID:
        id = new_id()
        self.record(
            id,
            "firm.session.opened",
            member_id=str(member),
            token_hash=hashlib.sha256(token.encode()).hexdigest(),
            expires_at=(datetime.now(UTC) + timedelta(hours=hours)).isoformat(),
            language=language,
        )
        return id


async def told(server: NatsServer, firm: Firm, gateway: Gateway) -> None:
    """Publish the history, and return once the gateway's copy holds it."""
    connection = await connected(server.url)
    await publish(connection, firm)
    await connection.close()
    await gateway.progress.wait({"firm": firm.last}, seconds=10)


async def test_a_session_told_by_events_is_found_without_asking(
    nats_server: NatsServer, played: Played, gateway: Gateway, stranger: httpx.AsyncClient
) -> None:
    await played.answer("qry.gateway.ListBoxes", [])
    firm = Firm()
    session = firm.opens("a-token-from-the-history")
    await told(nats_server, firm, gateway)

    answer = await stranger.get(BOXES, headers={"Authorization": "bearer a-token-from-the-history"})

    assert answer.status_code == 200
    assert played.of("qry.firm.FindSession") == []
    context = played.of("qry.gateway.ListBoxes")[0].context
    assert (context.id, context.session, context.language) == (MEMBER, str(session), "fr")


@pytest.mark.parametrize("topic", ["firm.session.ended", "firm.member.deactivated"])
async def test_a_session_that_ended_opens_nothing_any_more(
    nats_server: NatsServer, played: Played, gateway: Gateway, stranger: httpx.AsyncClient, topic: str
) -> None:
    await played.answer("qry.gateway.ListBoxes", [])
    firm = Firm()
    session = firm.opens("a-token-from-the-history")
    firm.opens("another-token-of-theirs")
    await told(nats_server, firm, gateway)
    headers = {"Authorization": "Bearer a-token-from-the-history"}
    assert (await stranger.get(BOXES, headers=headers)).status_code == 200

    firm.record(session if topic == "firm.session.ended" else MEMBER, topic)
    await told(nats_server, firm, gateway)

    assert (await stranger.get(BOXES, headers=headers)).json()["code"] == "sign-in-required"
    other = await stranger.get(BOXES, headers={"Authorization": "Bearer another-token-of-theirs"})
    assert other.status_code == (200 if topic == "firm.session.ended" else 401)


async def test_none_broken_ended_and_foreign_proofs_get_the_same_answer(
    played: Played, stranger: httpx.AsyncClient
) -> None:
    played.open_session("an-expired-token-0000001", expires_at="2020-01-01T00:00:00+00:00")
    proofs: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer nobody-has-this-token-00"},
        {"Authorization": "Bearer an-expired-token-0000001"},
        {"Authorization": f"Bearer {TOKEN}\x7f"},
        {"Authorization": "Bearer " + "x" * 5_000},
        {"Cookie": "dossier_session=; other=1"},
        {"Cookie": 'dossier_session="' + TOKEN},
        {"Authorization": "nonsense", "Cookie": f"dossier_session={TOKEN}"},
    ]
    answers = [await stranger.get(BOXES, headers=proof) for proof in proofs]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["code"] == "sign-in-required"
    assert answers[0].headers["www-authenticate"] == "Bearer"


async def test_a_token_that_nobody_knows_is_asked_for_once(played: Played, stranger: httpx.AsyncClient) -> None:
    for _ in range(5):
        await stranger.get(BOXES, headers={"Authorization": "Bearer nobody-has-this-token-00"})

    assert len(played.of("qry.firm.FindSession")) == 1


async def test_trouble_of_the_firm_service_is_not_taken_for_a_wrong_token(
    played: Played, stranger: httpx.AsyncClient
) -> None:
    await played.answer("qry.firm.FindSession", (503, {"code": "unavailable"}, {}))

    answer = await stranger.get(BOXES, headers={"Authorization": "Bearer nobody-has-this-token-00"})

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_an_idle_session_is_over_and_is_ended_for_good(
    played: Played, gateway: Gateway, member: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await played.answer("qry.gateway.ListBoxes", [])
    await played.answer("cmd.firm.SignOut", {})
    assert (await member.get(BOXES)).status_code == 200

    monkeypatch.setattr(gateway.sessions, "_idle", 0.0)

    assert (await member.get(BOXES)).status_code == 401
    asked = await eventually(lambda: played.of("cmd.firm.SignOut"))
    assert asked[0].context.id == MEMBER


# Signing in and out


def signed_in(_: Any) -> Any:
    expires = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    member = {"id": str(MEMBER), "email": "ada@cabinet.example"}
    return {"token": "a-new-token-0123456789", "session_id": "s", "expires_at": expires, "member": member}


async def test_signing_in_answers_with_a_token_and_a_cookie_that_scripts_cannot_read(
    played: Played, stranger: httpx.AsyncClient
) -> None:
    await played.answer("cmd.firm.SignIn", signed_in)

    answer = await stranger.post(
        "/api/v1/session", json={"email": "ada@cabinet.example", "password": "x"}, headers={"Idempotency-Key": "k"}
    )

    assert answer.status_code == 201
    assert answer.json().keys() == {"token", "member"}
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("dossier_session=a-new-token-0123456789;")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7"):
        assert part in cookie
    assert "Secure" not in cookie
    context = played.of("cmd.firm.SignIn")[0].context
    assert (context.kind, context.id, context.idempotency_key) == ("nobody", None, None)


async def test_behind_tls_the_cookie_travels_only_encrypted(
    played: Played, stranger: httpx.AsyncClient, settings: Settings
) -> None:
    await played.answer("cmd.firm.SignIn", signed_in)
    settings.cookie_secure = True

    assert "; Secure" in (await stranger.post("/api/v1/session", json={})).headers["set-cookie"]


async def test_a_refused_sign_in_sets_no_cookie(played: Played, stranger: httpx.AsyncClient) -> None:
    await played.answer("cmd.firm.SignIn", (401, {"code": "wrong-credentials"}, {}))

    answer = await stranger.post("/api/v1/session", json={})

    assert (answer.status_code, answer.json()["code"]) == (401, "wrong-credentials")
    assert "set-cookie" not in answer.headers


async def test_signing_out_ends_the_session_at_once_and_takes_the_cookie_back(
    played: Played, browser: httpx.AsyncClient
) -> None:

    def sign_out(_: Any) -> Any:
        played.sessions.clear()
        return {}

    await played.answer("cmd.firm.SignOut", sign_out)
    await played.answer("qry.gateway.ListBoxes", [])
    assert (await browser.get(BOXES)).status_code == 200

    answer = await browser.delete("/api/v1/session", headers=CSRF)

    assert answer.status_code == 200
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (await browser.get(BOXES)).status_code == 401


# Requests that a browser was tricked into


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, False),
        ({"X-Dossier-CSRF": "yes"}, False),
        (CSRF, True),
        (CSRF | {"Origin": "http://firm.example"}, True),
        (CSRF | {"Origin": "https://firm.example"}, True),  # TLS ends before us
        (CSRF | {"Origin": "http://evil.example"}, False),
        (CSRF | {"Origin": "http://firm.example.evil.example"}, False),
        (CSRF | {"Origin": "http://firm.example:81"}, False),
        (CSRF | {"Origin": "null"}, False),
        (CSRF | {"Origin": "http://["}, False),
        (CSRF | {"Sec-Fetch-Site": "same-origin"}, True),
        (CSRF | {"Sec-Fetch-Site": "same-site"}, False),
        (CSRF | {"Sec-Fetch-Site": "cross-site"}, False),
        (CSRF | {"Sec-Fetch-Site": "none"}, True),
    ],
)
async def test_with_the_cookie_a_change_must_prove_that_it_comes_from_our_pages(
    played: Played, browser: httpx.AsyncClient, headers: dict[str, str], allowed: bool
) -> None:
    await played.answer("cmd.gateway.MakeBox", {})

    answer = await browser.post(BOXES, json={}, headers=headers)

    assert answer.status_code == (200 if allowed else 403)
    assert len(played.of("cmd.gateway.MakeBox")) == allowed
    if not allowed:
        assert answer.json()["code"] == "csrf"


async def test_reading_with_the_cookie_and_changing_with_a_token_need_no_proof(
    played: Played, browser: httpx.AsyncClient, member: httpx.AsyncClient
) -> None:
    await played.answer("cmd.gateway.MakeBox", {})
    await played.answer("qry.gateway.ListBoxes", [])

    assert (await browser.get(BOXES)).status_code == 200
    assert (await member.post(BOXES, json={}, headers={"Origin": "http://tool.example"})).status_code == 200


async def test_a_strangers_page_cannot_sign_anybody_in(played: Played, stranger: httpx.AsyncClient) -> None:
    await played.answer("cmd.firm.SignIn", signed_in)

    answer = await stranger.post("/api/v1/session", json={}, headers={"Origin": "http://evil.example"})

    assert (answer.status_code, played.of("cmd.firm.SignIn")) == (403, [])


async def test_a_session_that_ends_while_it_is_looked_up_is_not_kept(played: Played, gateway: Gateway) -> None:
    answer: Callable[[Any], Any] = played.find_session
    looked_up = asyncio.Event()

    def slow(asked: Any) -> Any:
        found = answer(asked)
        gateway.sessions.end(found["session_id"])
        looked_up.set()
        return found

    await played.answer("qry.firm.FindSession", slow)
    await gateway.sessions.find(TOKEN)
    assert looked_up.is_set()
    await gateway.sessions.find(TOKEN)

    assert len(played.of("qry.firm.FindSession")) == 2
