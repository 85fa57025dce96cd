"""One spelling for texts that a reader takes for the same: used wherever texts are compared, sorted or searched."""

import unicodedata

_SPELLINGS = {"œ": "oe", "æ": "ae", "ß": "ss", "’": "'", "ʼ": "'", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}


class _Folded(dict[int, str]):
    """What each character becomes; worked out when first met, because going through all of Unicode takes a second."""

    def __missing__(self, code: int) -> str:
        # To the fixed point: casefolding can make combining marks again (İ → i and a dot), and so on.
        before, after = "", chr(code)
        while before != after:
            before, after = after, "".join(map(_bare, unicodedata.normalize("NFKD", after).casefold()))
        self[code] = after
        return after


def _bare(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Cs"):
        return " "
    return "" if category == "Cf" or unicodedata.combining(character) else _SPELLINGS.get(character, character)


_folded = _Folded()


def fold(text: str) -> str:
    """`  L’Œuvre d’Élise ` → `l'oeuvre d'elise`.

    No accents, no capitals, œ æ ß spelt out, plain apostrophes, one space between words, none of the characters that
    are not seen (soft hyphens, marks of direction). Control characters and lone surrogates count as white space,
    because no engine keeps them all. Folding twice is folding once.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    return " ".join(text.translate(_folded).split())
