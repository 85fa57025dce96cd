"""How well a text answers a query: the same for every engine."""

from typing import Any

EQUAL, STARTS, WORDS, BEGINNINGS, WITHIN = range(5)
"""Text is the query; starts with it; has each word whole; has words that begin with each; has each somewhere."""

MOST_RANKED = 5_000
"""Texts that one search looks at: words that occur in more of them say little, and ranking all would hold up others."""


def rank(text: str, query: str, words: list[str]) -> int | None:
    """The rank of a folded text for a folded query and its words; None if a word is missing."""
    if text.startswith(query):
        return EQUAL if len(text) == len(query) else STARTS
    best = WORDS
    for word in words:
        at = text.find(word)
        if at < 0:
            return None
        best = max(best, _place(text, word, at))
    return best


def _place(text: str, word: str, at: int) -> int:
    """The best of a word's occurrences, the first of which is at `at`; letters and digits make up words."""
    found, size, end = WITHIN, len(word), len(text)
    while at >= 0:
        if at == 0 or not text[at - 1].isalnum():
            found = BEGINNINGS
            if at + size == end or not text[at + size].isalnum():
                return WORDS
        at = text.find(word, at + 1)
    return found


def tie(sort: Any, id: str) -> tuple[int, Any, str]:
    """What decides between equal ranks: the document's `sort` (None, then numbers, then texts), then its id."""
    if sort is None:
        return 0, 0, id
    return (2, sort, id) if isinstance(sort, str) else (1, sort, id)
