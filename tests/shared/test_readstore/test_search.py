"""Search in texts, and how texts are folded for it."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from shared.folding import fold
from shared.readstore.conditions import Condition
from shared.readstore.interface import Document, ReadStore
from tests.shared.test_readstore.oracle import THINGS, TITLES, best, conditions, documents, fill, meets

same_store = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)


@same_store
@given(documents(), TITLES, st.lists(conditions(), max_size=1), st.integers(1, 12))
async def test_search_finds_every_text_that_holds_every_word_best_first(
    store: ReadStore,
    exact: Callable[[object], bool],
    held: dict[str, Document],
    query: str,
    asked: list[Condition],
    limit: int,
) -> None:
    assume(exact(asked))
    await fill(store, held)
    wanted = {id: d for id, d in held.items() if all(meets(d, part) for part in asked)}
    assert await store.search(THINGS, query, *asked, limit=limit) == best(wanted, query)[:limit]


@pytest.mark.rows("T-04", "D-12")
async def test_the_best_answer_comes_first(store: ReadStore) -> None:
    titles = ["l'Élan", "Élan", "Élan vital", "le grand élan.", "un grand élancement", "bélandre", "autre chose"]
    await fill(store, {str(n): {"title": title} for n, title in enumerate(titles)})
    hits = await store.search(THINGS, "  ELAN ")
    assert [(titles[int(hit.id)], hit.rank) for hit in hits] == [
        ("Élan", 0),
        ("Élan vital", 1),
        ("l'Élan", 2),
        ("le grand élan.", 2),
        ("un grand élancement", 3),
        ("bélandre", 4),
    ]
    assert [hit.document for hit in hits] == [{"title": titles[int(hit.id)]} for hit in hits]


@pytest.mark.rows("T-04")
async def test_part_of_an_email_finds_its_owner(store: ReadStore) -> None:
    await fill(store, {"m": {"title": "Marie Dupont marie.dupont@société.fr"}, "j": {"title": "Jean jean@societe.be"}})
    for query in ("dupont@soc", "e.dupont", "marie societe.fr", "t@", "fr du"):
        assert [hit.id for hit in await store.search(THINGS, query)] == ["m"]


async def test_signs_of_the_search_engine_are_plain_characters(store: ReadStore) -> None:
    signs = [
        "100%",
        "a_b",
        "a*b",
        '"quoted"',
        "x AND y",
        "NEAR(a b)",
        "-minus",
        "col:umn",
        "^top",
        "(bracket",
        "it''s",
        "\\",
    ]
    await fill(store, {sign: {"title": f"before {sign} after"} for sign in signs})
    for sign in signs:
        assert [hit.id for hit in await store.search(THINGS, sign)] == [sign]


async def test_a_query_without_words_finds_nothing(store: ReadStore) -> None:
    await fill(store, {"a": {"title": "text"}, "b": {"title": ""}})
    for query in ("", "  ", "\u0301", "\0"):
        assert await store.search(THINGS, query) == []


async def test_long_texts_and_long_queries_are_exact(store: ReadStore) -> None:
    text = " ".join(f"mot{n}" for n in range(4000))
    await fill(store, {"long": {"title": text + " fin"}, "other": {"title": text[:20000]}})
    assert [hit.id for hit in await store.search(THINGS, "fin")] == ["long"]
    assert [hit.rank for hit in await store.search(THINGS, text)] == [1]
    assert await store.search(THINGS, text + " absent") == []
    assert [hit.id for hit in await store.search(THINGS, "mot3999")] == ["long"]


async def test_a_short_query_is_complete_even_when_many_texts_start_with_it(store: ReadStore) -> None:
    await fill(store, {f"{n:03}": {"title": "b a" if n % 2 else "ab"} for n in range(60)})
    assert {hit.rank for hit in await store.search(THINGS, "a", limit=30)} == {1}
    assert [hit.rank for hit in await store.search(THINGS, "a", limit=60)] == [1] * 30 + [2] * 30


async def test_a_replaced_or_deleted_text_is_found_no_more(store: ReadStore) -> None:
    await fill(store, {"a": {"title": "premier"}, "b": {"title": "second"}})
    async with store.batch() as batch:
        batch.put(THINGS, "a", {"title": "dernier"})
        batch.delete(THINGS, "b")
    async with store.batch() as batch:
        batch.put(THINGS, "c", {"title": "troisième"})
    for query, ids in {
        "premier": [],
        "second": [],
        "dernier": ["a"],
        "troisieme": ["c"],
        "ier": ["a"],
        "s": ["c"],
    }.items():
        assert [hit.id for hit in await store.search(THINGS, query)] == ids


def test_folding_takes_away_what_readers_do_not_distinguish() -> None:
    assert fold("  L’Œuvre\td’ÉLISE ") == "l'oeuvre d'elise"
    assert fold("Ægir Straße ﬁn Nguyễn co\u00ad\u00f6p e\u0301té") == "aegir strasse fin nguyen coop ete"
    assert fold("a\0b\ud800c\u2028d") == "a b c d"


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once == once.strip()
    assert "  " not in once
    once.encode()
