"""What MongoDB stores of a document: its JSON as it is, and beside it the values that can be asked for.

`d` is the JSON, `b` the number of the batch that wrote it; `f_` fields, `g_` their folded text where that is another,
`l_` lists, `x` the folded text of the collection, `t` its trigrams, `s` what decides between equal ranks.
"""

from typing import Any

import bson
import orjson

from shared.folding import fold
from shared.readstore.interface import Collection, Document

Stored = dict[str, Any]

_LARGEST = 16 * 1024**2 - 1024
"""Bytes: what MongoDB takes as one document, less room for its envelope."""

_ASKED = 8
"""Trigrams that a search asks for: each is a plan for MongoDB to weigh, and the words are looked for afterwards."""


class TooLarge(ValueError):
    """A document, with what can be asked of it, is more than the 16 MB that MongoDB keeps as one."""


def encode(collection: Collection, id: str, document: Document) -> Stored:
    """What is stored of a document. All that MongoDB could refuse is refused here, before a batch is promised.

    Raises `TypeError` for what no field may hold, `OverflowError` for a number of more than 64 bits, and `TooLarge`.
    """
    stored: Stored = {f"f_{field}": scalar(document.get(field)) for field in collection.fields}
    texts = {field: document.get(field) for field in collection.fields}
    folded = {field: fold(text) for field, text in texts.items() if isinstance(text, str)}
    stored |= {f"g_{field}": text for field, text in folded.items() if text != texts[field]}
    stored |= {f"l_{name}": list(dict.fromkeys(document.get(name) or ())) for name in collection.lists}
    if collection.text is not None:
        text = fold(document.get(collection.text) or "")
        stored |= {"x": text, "s": scalar(document.get("sort")), "t": trigrams(text)}
    stored["d"] = orjson.dumps(document)
    if (size := len(bson.encode({"_id": id, **stored}))) > _LARGEST:
        raise TooLarge(f"{collection.name} {id!r} takes {size} bytes; {_LARGEST} can be stored")
    return stored


def scalar(value: Any) -> Any:
    """A field's value; true and false are 1 and 0, as they are for Python and SQLite."""
    if value is None or value != value or value in (float("inf"), float("-inf")):  # null in JSON
        return None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str | int | float):
        return value
    raise TypeError(f"a field holds a text, a number, true, false or None, not {type(value).__name__}")


def trigrams(text: str) -> list[str]:
    """All that the words of a folded text have."""
    return list(dict.fromkeys(word[at : at + 3] for word in text.split() for at in range(len(word) - 2)))


def asked_trigrams(words: list[str]) -> list[str]:
    """Enough to find the texts that may hold these words: side by side, and each word's end."""
    long = [word for word in words if len(word) > 2]
    found = dict.fromkeys(word[at : at + 3] for word in long for at in [*range(0, len(word) - 3, 3), len(word) - 3])
    return list(found)[:_ASKED]
