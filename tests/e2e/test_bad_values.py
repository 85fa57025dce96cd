"""What people could type wrongly: refused with the field at fault, in their language, and nothing changed."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.client import told
from tests.e2e.history import nothing_recorded_by
from tests.e2e.stage import Stage, staged
from tests.e2e.system import Firm

LONG = "x" * 10_000
Case = tuple[dict[str, Any], str, str]
"""What differs from a body that is right, the reason of the refusal, the field at fault."""

RIGHT: dict[str, dict[str, Any]] = {
    "/contacts": {"given_name": "Zoé"},
    "/accounts": {"name": "X", "type": "other", "contacts": [{"contact_id": "{free}"}]},
    "/interactions": {"kind": "note", "subject": "X", "contact_id": "{free}"},
    "/accounts/{account}/folders": {"name": "X"},
    "/members": {"given_name": "X", "email": "x@x.example"},
}
WRONG: dict[str, list[Case]] = {
    "/contacts": [
        ({"given_name": ""}, "name-required", ""),
        ({"given_name": LONG}, "too-long", "/given_name"),
        ({"given_name": 7}, "not-a-text", "/given_name"),
        ({"given_name": None}, "not-a-text", "/given_name"),
        ({"given_name": "Zo\0é"}, "control-character", "/given_name"),
        ({"given_name": "Zo\x1b[31mé"}, "control-character", "/given_name"),
        ({"given_name": "Zo\u202eé"}, "control-character", "/given_name"),
        ({"given_name": "Zo\né"}, "line-break", "/given_name"),
        ({"given_name": "Zo\u2028é"}, "line-break", "/given_name"),
        ({"emails": [{"address": "zoe"}]}, "invalid-email", "/emails/0/address"),
        ({"emails": [{"address": "zoe@x.example\nBcc: a@b.example"}]}, "line-break", "/emails/0/address"),
        ({"emails": {"address": "a@b.example"}}, "not-a-list", "/emails"),
        ({"emails": [{"address": "a@b.example"}] * 21}, "too-many", "/emails"),
        ({"phones": [{"number": "not a number"}]}, "invalid-phone", "/phones/0/number"),
        ({"language": "de"}, "not-among", "/language"),
        ({"nonsense": 1}, "unknown-field", "/nonsense"),
    ],
    "/accounts": [
        ({"contacts": []}, "contact-required", "/contacts"),
        ({"contacts": [{}]}, "contact-id-or-new", "/contacts/0"),
        ({"contacts": [{"contact_id": "nonsense"}]}, "not-an-id", "/contacts/0/contact_id"),
        ({"type": "nonsense"}, "not-among", "/type"),
        ({"name": "a\nb"}, "line-break", "/name"),
        ({"tags": ["x" * 61]}, "too-long", "/tags/0"),
        ({"team": {"nonsense": "full"}}, "not-an-id", "/team/nonsense/[key]"),
    ],
    "/interactions": [
        ({"contact_id": None}, "account-or-contact-required", "/account_id"),
        ({"occurred_at": "1899-12-31T23:59:59Z"}, "date-out-of-range", "/occurred_at"),
        ({"occurred_at": "2200-01-01T00:00:00Z"}, "date-out-of-range", "/occurred_at"),
        ({"occurred_at": "2026-11-20T09:30:00"}, "zone-required", "/occurred_at"),
        ({"occurred_at": "2026-02-30T09:30:00Z"}, "not-a-moment", "/occurred_at"),
        ({"occurred_at": 1e300}, "not-a-moment", "/occurred_at"),
        ({"subject": "X\r\nBcc: a@b.example"}, "line-break", "/subject"),
        ({"subject": LONG}, "too-long", "/subject"),
        ({"body": "x" * 100_001}, "too-long", "/body"),
        ({"kind": "telegram"}, "not-among", "/kind"),
        ({"kind": "call", "subject": ""}, "subject-required", "/subject"),
        ({"participants": [{}]}, "member-or-contact", "/participants/0"),
    ],
    "/accounts/{account}/folders": [
        ({"name": ""}, "too-short", "/name"),
        ({"name": "a\nb"}, "line-break", "/name"),
        ({"name": LONG}, "too-long", "/name"),
        ({"parent_id": "{free}"}, "not-found", "/parent_id"),
    ],
    "/members": [
        ({"email": "x"}, "invalid-email", "/email"),
        ({"role": "king"}, "not-among", "/role"),
        ({"permissions": ["everything"]}, "not-among", "/permissions/0"),
        ({"permissions": "manage-accounts"}, "not-a-list", "/permissions"),
        ({"password": "short"}, "too-short", "/password"),
    ],
}


@pytest.fixture(scope="module")
def stage(firm: Firm) -> Stage:
    return staged(firm, firm.owner)


@pytest.fixture
def nothing_recorded(stage: Stage) -> Iterator[None]:
    """At the end every service has recorded as much as at the beginning."""
    with nothing_recorded_by(stage.owner):
        yield


def _filled(stage: Stage, value: Any) -> Any:
    """With `{free}` replaced by the id of a contact."""
    if isinstance(value, dict):
        return {name: _filled(stage, part) for name, part in value.items()}
    if isinstance(value, list):
        return [_filled(stage, part) for part in value]
    return stage.free if value == "{free}" else value


def _reason(stage: Stage, path: str, body: Any) -> tuple[str | None, str | None, str]:
    """Reason and field of a refusal, and what else is to be said against it."""
    answers = [stage.owner.post(path, body, accept_language=language) for language in ("fr", "en")]
    details, said = [], told(answers[0])[:400]
    for answer in answers:
        if answer.status_code not in (404, 422) or answer.headers["content-type"] != "application/problem+json":
            return None, None, said
        error = answer.json().get("errors", [{}])[0]
        details.append(error.get("detail"))
    return error.get("code"), error.get("pointer"), said if details[0] == details[1] else ""


@pytest.mark.usefixtures("nothing_recorded")
def test_each_wrong_value_is_told_by_its_field_and_reason_in_both_languages(stage: Stage) -> None:
    wrong = []
    for path, cases in WRONG.items():
        where = path.format(account=stage.account)
        for change, reason, pointer in cases:
            found = _reason(stage, where, _filled(stage, RIGHT[path] | change))
            if found != (reason, pointer, ""):
                wrong.append(f"{path} {str(change)[:60]}: expected {reason} at {pointer}, got {found}")
    assert not wrong, "\n".join(wrong)


def test_what_could_run_in_a_body_is_taken_out_before_it_is_kept(stage: Stage) -> None:
    bad = (
        "<p onclick='x()'>Bon</p><script>alert(1)</script><img src=x onerror=x()>"
        "<a href='javascript:x()'>l</a><iframe src='https://x.example'></iframe><style>p{}</style>"
    )
    note = stage.owner.interaction(account_id=stage.account, body=bad)
    stage.owner.comment(note, bad)
    kept = stage.owner.get(f"/interactions/{note}").text
    assert "Bon" in kept
    for trace in ("onclick", "<script", "alert", "onerror", "javascript", "iframe", "<style", "<img"):
        assert trace not in kept
