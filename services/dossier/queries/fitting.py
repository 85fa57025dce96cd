"""Pages of things that may each be large: an answer must fit into one message of the broker."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from shared.readstore.cursor import encode_cursor
from shared.readstore.interface import Document, Order, Page

ROOM = 2_000_000
"""Bytes of JSON after which a page ends early; with the last item it stays far below the broker's limit."""


def fitted(
    page: Page, tell: Callable[[Document], Mapping[str, Any]], order: Sequence[Order]
) -> tuple[list[Mapping[str, Any]], str | None]:
    """The items of a page as told, as many as there is room for (one at least), and the cursor of the next page."""
    items: list[Mapping[str, Any]] = []
    size = 0
    for document in page.documents:
        items.append(tell(document))
        size += len(orjson.dumps(items[-1]))
        if size > ROOM and document is not page.documents[-1]:
            last = (*[document[part.field] for part in order], document["id"])
            return items, encode_cursor(last, order)
    return items, encode_cursor(page.next, order)
