"""Every operation of the API gets what a broken or hostile program could send: refused in two languages, no effect."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.client import Client, told
from tests.e2e.history import nothing_recorded_by
from tests.e2e.operations import Operation, bodies, existing, operations
from tests.e2e.stage import Stage, staged
from tests.e2e.system import OWNER_EMAIL, OWNER_PASSWORD, Firm

JSON = {"content-type": "application/json"}
DEEP = 200_000
HUGE = b'{"name":"' + b"x" * 1024 * 1024 + b'"}'
BODIES: dict[str, tuple[bytes, dict[str, str], set[int]]] = {
    "broken": (b"{", JSON, {400}),
    "a list": (b"[]", JSON, {400}),
    "a text": (b'"x"', JSON, {400}),
    "null": (b"null", JSON, {400}),
    "deep lists": (b"[" * DEEP, JSON, {400}),
    "deep objects": (b'{"a":' * DEEP, JSON, {400}),
    "deep and closed": (b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}", JSON, {400, 422}),
    "not UTF-8": (b'{"name":"\xff\xfe"}', JSON, {400}),
    "half a surrogate": (b'{"name":"\\ud800"}', JSON, {400, 422}),
    "not a number": (b'{"name":NaN}', JSON, {400}),
    "an unknown field": (b'{"nonsense":1}', JSON, {422}),
    "huge": (HUGE, JSON, {413}),
    "another media type": (b"{}", {"content-type": "text/plain"}, {415}),
    "a form": (b"name=x", {"content-type": "application/x-www-form-urlencoded"}, {415}),
    "packed": (b"{}", JSON | {"content-encoding": "gzip"}, {415}),
}
BAD_IDS = (
    "not-an-id",
    "0",
    "x" * 4_000,
    "%00",
    "..%2F..%2Fsecrets",
    "é",
    "00000000-0000-0000-0000-00000000000g",
    "%FF",
)
CLIENT_ERRORS = set(range(400, 500))
BAD_LIMITS = ("0", "-1", "201", "abc", "1e9", "", "9" * 40, "1.5", "NaN")
BAD_CURSORS = ("nonsense", "%00", "e30", "WzFd", "x" * 1_001, "é", "eyJhIjoxfQ==", "[]")
BAD_TOKENS = ("x", "x" * 43, "x" * 5_000, "é", "../..")
BAD_HEADERS = {"dossier-position": "nonsense", "if-match": "7", "idempotency-key": "é é"}


class Sender:
    """Sends requests that must be refused, each in both languages, and checks what comes back."""

    def __init__(self, client: Client, stage: Stage) -> None:
        self._client, self._stage = client, stage
        self._existing, self._bodies = existing(stage), bodies(stage.free, stage.owner.id, stage.folder)
        self.faults: list[str] = []

    def path(self, operation: Operation, **ids: str) -> str:
        return operation.path.format(**self._existing | ids | {"message_id": str(uuid4())} | ids)

    def body(self, operation: Operation) -> dict[str, Any]:
        """What httpx needs to send a body that is right."""
        if not operation.command:
            return {}
        if not operation.reads_json:
            return {"files": {"file": ("x.txt", b"x")}}
        return {"json": self._bodies.get(operation.id, {})}

    def send(self, operation: Operation, path: str, expected: set[int], what: str, **given: Any) -> None:
        """Send it in French and in English; note what is wrong with the answers."""
        told = []
        for language in ("fr", "en"):
            headers = {"accept-language": language} | given.get("headers", {})
            try:
                answer = self._client.request(operation.method, path, **given | {"headers": headers})
            except httpx.TransportError as error:
                self.faults.append(f"{operation.id}, {what}: {error!r}")
                return
            told.append(answer)
        self.faults += [f"{operation.id}, {what}: {fault}" for fault in _faults(operation, told, expected)]

    def done(self) -> None:
        assert not self.faults, f"{len(self.faults)} faults:\n" + "\n".join(self.faults[:40])


def _faults(operation: Operation, answers: list[httpx.Response], expected: set[int]) -> Iterator[str]:
    details = []
    for answer in answers:
        status = answer.status_code
        if status not in expected:
            yield f"expected {sorted(expected)}: {told(answer)[:300]}"
            return
        if answer.headers.get("content-type") != "application/problem+json":
            yield f"no problem document: {told(answer)[:300]}"
            return
        document = json.loads(answer.content)
        if document["code"] not in operation.codes.get(status, set()):
            yield f"{status} {document['code']} is not in the description"
        if document["status"] != status or not document["title"] or not document["type"]:
            yield f"an incomplete problem document: {document}"
        details.append(document["detail"])
    if details[0] == details[1]:
        yield f"one text for two languages: {details[0]}"


@pytest.fixture(scope="module")
def stage(firm: Firm) -> Stage:
    return staged(firm, firm.owner)


@pytest.fixture(scope="module")
def every(firm: Firm) -> list[Operation]:
    return list(operations(firm.owner))


@pytest.fixture
def sender(firm: Firm, stage: Stage) -> Sender:
    """With a session of its own: a sign-out that takes what it must not, ends no other test."""
    return Sender(firm.sign_in(OWNER_EMAIL, OWNER_PASSWORD).after(stage.owner), stage)


@pytest.fixture
def nothing_recorded(stage: Stage, sender: Sender) -> Iterator[None]:
    """At the end every service has recorded as much as at the beginning."""
    with nothing_recorded_by(stage.owner):
        yield


@pytest.mark.usefixtures("nothing_recorded")
def test_without_a_live_session_every_operation_is_closed(firm: Firm, stage: Stage, every: list[Operation]) -> None:
    tokens: list[str | None] = [None, *BAD_TOKENS]
    for token in tokens:
        sender = Sender(firm.stranger(), stage)
        proof = {} if token is None else {"authorization": f"Bearer {token}".strip().encode()}
        for operation in filter(lambda found: found.secured, every):
            given = {"headers": proof} | sender.body(operation)
            sender.send(operation, sender.path(operation), {401}, f"token {str(token)[:9]}", **given)
        sender.done()


def test_an_ended_session_is_none(firm: Firm, stage: Stage, every: list[Operation]) -> None:
    member = firm.member()
    member.did(member.delete("/session"))
    sender = Sender(member, stage)
    for operation in filter(lambda found: found.secured, every):
        sender.send(operation, sender.path(operation), {401}, "ended session", **sender.body(operation))
    sender.done()


@pytest.mark.usefixtures("nothing_recorded")
def test_no_operation_takes_a_body_that_is_no_object_or_too_large_or_of_another_type(
    sender: Sender, every: list[Operation]
) -> None:
    for what, (content, headers, expected) in BODIES.items():
        for operation in filter(lambda found: found.reads_json, every):
            sender.send(operation, sender.path(operation), expected, what, content=content, headers=headers)
    sender.done()


@pytest.mark.usefixtures("nothing_recorded")
def test_no_operation_takes_an_id_that_is_none_or_unknown_or_of_another_kind(
    stage: Stage, sender: Sender, every: list[Operation]
) -> None:
    others = existing(stage)
    for operation in every:
        for name in operation.ids:
            wrong = [(id, CLIENT_ERRORS) for id in BAD_IDS]
            kinds = [id for kind, id in others.items() if kind != name]
            wrong += [(id, {404, 422}) for id in (str(uuid4()), *kinds)]
            for id, expected in wrong:
                path = sender.path(operation, **{name: id})
                sender.send(operation, path, expected, f"{name}={id[:40]}", **sender.body(operation))
    sender.done()


@pytest.mark.usefixtures("nothing_recorded")
def test_no_operation_takes_parameters_or_headers_that_are_nonsense(sender: Sender, every: list[Operation]) -> None:
    for operation in filter(lambda found: found.secured and found.id != "live", every):
        path, body = sender.path(operation), sender.body(operation)
        queries = [("nonsense", "1", {400, 422})]
        queries += [("limit", limit, {422}) for limit in BAD_LIMITS if "limit" in operation.query]
        queries += [("after", cursor, {400, 422}) for cursor in BAD_CURSORS if "after" in operation.query]
        for name, value, expected in queries:
            sender.send(operation, f"{path}?{name}={value}", expected, f"{name}={value[:20]}", **body)
        for header, value in BAD_HEADERS.items():
            if operation.command or header == "dossier-position":
                given = body | {"headers": {header: value.encode()}}
                sender.send(operation, path, {400}, header, **given)
    sender.done()


def test_a_method_that_an_address_does_not_know_is_refused_and_the_answer_names_those_that_it_does(
    stage: Stage, sender: Sender, every: list[Operation]
) -> None:
    known: dict[str, set[str]] = {}
    for operation in every:
        known.setdefault(operation.path, set()).add(operation.method)
    for operation in every:
        for method in {"GET", "PUT", "POST", "DELETE", "PATCH"} - known[operation.path]:
            answer = stage.owner.request(method, sender.path(operation))
            assert answer.status_code == 405, told(answer)
            assert answer.json()["code"] == "method-not-allowed"
            assert known[operation.path] <= {name.strip() for name in answer.headers["allow"].split(",")}


@pytest.mark.usefixtures("nothing_recorded")
def test_a_position_that_nobody_was_given_is_refused(stage: Stage, sender: Sender, every: list[Operation]) -> None:
    for operation in every:
        if operation.id in ("overview", "createContact"):
            ahead = {"headers": {"dossier-position": "firm=999999999"}}
            sender.send(operation, sender.path(operation), {400}, "far ahead", **ahead | sender.body(operation))
    sender.done()
