"""Bad input that the door itself refuses: a translated problem, the right status, and no service asked."""

from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.gateway.http.call import preferred
from tests.gateway.conftest import Played

BOX = "/api/v1/boxes/0193a2b4-0000-7000-8000-0000000000aa"
JSON = {"Content-Type": "application/json"}


async def test_an_unknown_path_is_404_in_the_callers_language(member: httpx.AsyncClient) -> None:
    french = await member.get("/api/v1/nothing", headers={"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.8"})
    english = await member.get("/nothing", headers={"Accept-Language": "de, en;q=0.5"})

    assert (french.status_code, french.json()["title"]) == (404, "Introuvable")
    assert (english.status_code, english.json()["title"]) == (404, "Not found")
    assert french.json()["code"] == english.json()["code"] == "not-found"
    assert french.json()["type"] == "urn:dossier:problem:not-found"
    assert french.headers["content-type"] == "application/problem+json"


async def test_the_firms_language_is_used_where_the_caller_names_none(member: httpx.AsyncClient) -> None:
    assert (await member.get("/nothing")).json()["title"] == "Introuvable"


async def test_the_members_own_language_is_used_where_the_request_names_none(
    played: Played, member: httpx.AsyncClient
) -> None:
    played.open_session(language="en")

    assert (await member.get("/api/v1/boxes")).json()["title"] == "Temporarily unavailable"


async def test_a_wrong_method_is_405_and_says_which_are_right(member: httpx.AsyncClient) -> None:
    answer = await member.patch(BOX)

    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert {"GET", "HEAD", "DELETE"} <= {name.strip() for name in answer.headers["allow"].split(",")}


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Type": "text/plain"}, 415, "unsupported-media-type"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported-media-type"),
        ({"Content-Type": ""}, 415, "unsupported-media-type"),
        (JSON | {"Content-Encoding": "gzip"}, 415, "unsupported-media-type"),
        (JSON | {"Idempotency-Key": ""}, 400, "invalid-idempotency-key"),
        (JSON | {"Idempotency-Key": "a b"}, 400, "invalid-idempotency-key"),
        (JSON | {"Idempotency-Key": "k" * 256}, 400, "invalid-idempotency-key"),
        (JSON | {"If-Match": "3"}, 400, "invalid-if-match"),
        (JSON | {"If-Match": 'W/"3"'}, 400, "invalid-if-match"),
        (JSON | {"If-Match": '"x"'}, 400, "invalid-if-match"),
        (JSON | {"If-Match": '"99999999999999999999"'}, 400, "invalid-if-match"),
        (JSON | {"Dossier-Position": "yesterday"}, 400, "invalid-position"),
        (JSON | {"Dossier-Position": "firm=99999999999999999999"}, 400, "invalid-position"),
        (JSON | {"Dossier-Position": "firm=1;" * 10_000}, 400, "invalid-position"),
    ],
)
async def test_headers_that_have_another_form_are_refused(
    member: httpx.AsyncClient, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await member.post("/api/v1/boxes", content=b"{}", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_json_body_may_name_its_charset(played: Played, member: httpx.AsyncClient) -> None:
    await played.answer("cmd.gateway.MakeBox", {})

    answer = await member.post(
        "/api/v1/boxes", content=b"{}", headers={"Content-Type": "Application/JSON; charset=UTF-8"}
    )

    assert answer.status_code == 200


async def test_a_body_above_the_limit_is_413_by_its_announced_length(member: httpx.AsyncClient) -> None:
    answer = await member.post("/api/v1/boxes", content=b"x" * 10_001, headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert "10000" in answer.json()["detail"]


async def test_a_body_above_the_limit_is_413_also_when_its_length_was_not_announced(
    member: httpx.AsyncClient,
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1_000

    answer = await member.post("/api/v1/boxes", content=endless(), headers=JSON)

    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/api/v1/boxes/%ff", "/api/v1/boxes?limit=%ff", "/api/v1/boxes?%c3%28=1"])
async def test_addresses_that_are_not_utf_8_are_400(member: httpx.AsyncClient, path: str) -> None:
    answer = await member.get(path)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


async def test_a_query_parameter_cannot_stand_in_for_one_of_the_path(played: Played, member: httpx.AsyncClient) -> None:
    await played.answer("qry.gateway.ShowBox", {})

    answer = await member.get(f"{BOX}?box_id=0193a2b4-0000-7000-8000-0000000000bb")

    assert (answer.status_code, played.of("qry.gateway.ShowBox")) == (400, [])


async def test_too_many_query_parameters_are_400(member: httpx.AsyncClient) -> None:
    assert (await member.get("/api/v1/boxes?" + "&".join("a=1" for _ in range(101)))).status_code == 400


async def test_a_request_id_of_another_form_is_replaced(member: httpx.AsyncClient) -> None:
    for bad in ("", "a b", "x" * 65, "é", "a\tb"):
        answer = await member.get("/nothing", headers=[(b"X-Request-Id", bad.encode())])
        assert answer.headers["x-request-id"] not in (bad, "")


async def test_a_fault_of_ours_is_logged_and_named_by_the_requests_id(
    played: Played, member: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("oops")

    monkeypatch.setattr("services.gateway.http.upstream.Upstream.ask", broken)

    answer = await member.get("/api/v1/boxes", headers={"X-Request-Id": "r-7", "Accept-Language": "en"})

    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert answer.json()["instance"] == "urn:dossier:request:r-7"
    assert "oops" not in answer.text
    assert "a request failed" in caplog.text


ANY_HEADERS = st.dictionaries(
    st.sampled_from(
        b"Accept-Language If-Match Idempotency-Key Dossier-Position X-Request-Id Content-Type Cookie Authorization "
        b"Origin Sec-Fetch-Site Traceparent".split()
    ),
    st.binary(max_size=60).map(lambda raw: raw.replace(b"\r", b"").replace(b"\n", b"")),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(headers=ANY_HEADERS, path=st.binary(max_size=20), query=st.binary(max_size=30), body=st.binary(max_size=30))
async def test_no_head_of_a_request_whatsoever_is_our_fault(
    member: httpx.AsyncClient, headers: dict[bytes, bytes], path: bytes, query: bytes, body: bytes
) -> None:
    from urllib.parse import quote_from_bytes

    address = f"/api/v1/boxes/{quote_from_bytes(path)}?{quote_from_bytes(query, safe='&=;+')}"
    for method in ("GET", "PUT", "POST", "DELETE"):
        answer = await member.request(method, address, headers=headers, content=body)
        assert answer.status_code != 500, answer.text
        assert answer.json()["code"]


@given(st.binary())
def test_any_accept_language_is_read_without_an_error(header: bytes) -> None:
    assert preferred(header) in (None, "fr", "en")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (b"fr", "fr"),
        (b"en-GB,fr;q=0.9", "en"),
        (b"de;q=1, fr;q=0.2, en;q=0.8", "en"),
        (b"fr;q=0", None),
        (b"*", None),
        (b"FR-ca", "fr"),
    ],
)
def test_accept_language_is_weighed(header: bytes, language: str | None) -> None:
    assert preferred(header) == language
