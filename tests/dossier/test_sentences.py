"""Every kind of event has its sentence in both languages, and tells no secret (X-06)."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.dossier.projections.audit.changes import LONGEST, changes, shortened
from services.dossier.projections.audit.entries import entry, labelled
from services.dossier.projections.audit.topics import TOPICS
from services.dossier.queries.sentences import SENTENCES, Names, sentence
from shared.events import Meta, Recorded

GOLDEN = [json.loads(path.read_text()) for path in sorted(Path("tests/contracts/golden").glob("*.json"))]
ADA = "01931c6e-3b5a-7cc0-8f1e-0d5a4b7c9e99"


class Everybody(Names):
    """Whatever is asked for has a name."""

    def __init__(self) -> None:
        super().__init__({})

    def __getitem__(self, id: str | None) -> str | None:
        return "Ada" if id == ADA else "Zoé" if id else None


def recorded(topic: str, data: dict[str, Any], *, erased: bool = False) -> Recorded:
    meta = Meta("member", ADA, "Test", "req-1", "203.0.113.7")
    now = datetime(2026, 3, 2, tzinfo=UTC)
    data = {name: value for name, value in data.items() if name != "originator_topic"}
    return Recorded(topic.split(".")[0], 1, topic, "id", 1, "account", now, data, meta, erased)


def told(topic: str, data: dict[str, Any], language: str) -> str:
    event = recorded(topic, data)
    label = {"name": "Bilan.pdf", "folder_id": "folder", "kind": "note", "who": "member"}
    return sentence(entry(event, labelled(label, event)), Everybody(), language)


@pytest.mark.rows("X-06")
def test_every_topic_of_the_product_has_its_sentence_and_its_fields() -> None:
    topics = {golden["topic"] for golden in GOLDEN}
    assert topics <= SENTENCES.keys()
    assert SENTENCES.keys() == TOPICS.keys()


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden["topic"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_sentence_says_all_that_it_promises(golden: dict[str, Any], language: str) -> None:
    text = told(golden["topic"], golden["data"], language)
    assert text
    assert not {"…", "{", "}"} & {*text}, text


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden["topic"])
def test_no_secret_is_kept_for_reading(golden: dict[str, Any]) -> None:
    event = recorded(golden["topic"], golden["data"])
    kept = json.dumps([entry(event, labelled({}, event)), changes(event)], default=str)
    secrets = [str(value) for name, value in golden["data"].items() if name in ("hash", "token_hash", "blob")]
    assert not [secret for secret in secrets if secret in kept]
    assert "argon2" not in kept


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden["topic"])
def test_what_was_erased_is_told_by_a_placeholder(golden: dict[str, Any]) -> None:
    data = {name: "␡" if isinstance(value, str) else value for name, value in golden["data"].items()}
    data |= {name: "2026-01-01T00:00:00+00:00" for name in data if name == "occurred_at"}
    event = recorded(golden["topic"], data | ({"was": "␡"} if "was" in data else {}), erased=True)
    document = entry(event, labelled({}, event))
    assert changes(event) is not None
    assert sentence(document, Everybody(), "fr")


def test_words_are_translated_and_texts_are_not() -> None:
    team = {"member_id": "m", "access": "none", "was": "full"}
    assert told("accounts.account.team-set", team, "fr") == "Ada a réglé l'accès pour Zoé : aucun accès"
    assert told("accounts.account.renamed", {"name": "full", "was": "none"}, "en") == (
        "Ada renamed the account “none” to “full”"
    )
    right = {"folder_id": "f", "subject": "member:m", "right": None, "was": "read"}
    assert told("files.tree.right-set", right, "en") == "Ada set the right of Zoé on “Zoé”: not set"


def test_a_kind_of_event_that_nobody_knows_is_told_all_the_same() -> None:
    assert told("invoices.invoice.paid", {"amount": 3}, "fr") == "Ada : invoices.invoice.paid"


def test_a_name_with_braces_is_a_name() -> None:
    assert told("accounts.account.created", {"name": "{actor} {0}"}, "en") == "Ada created the account “{actor} {0}”"


def test_long_texts_are_shown_where_they_begin_to_differ() -> None:
    same = "a" * 2_000
    old, new = shortened(f"{same}b{same}", f"{same}c{same}")
    assert (old[:2], new[-2:]) == ("…a", "a…")
    assert ("b" in old, "c" in new, len(old)) == (True, True, LONGEST + 2)
    assert shortened(None, same)[1] == f"{'a' * LONGEST}…"
    assert shortened("short", ["list"]) == ("short", ["list"])
