"""Cursors as callers see them."""

import base64

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.readstore.cursor import InvalidCursor, decode_cursor, encode_cursor
from shared.readstore.interface import Key, Order

ORDER = (Order("at", descending=True), Order("name"))
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
)
KEYS = st.tuples(SCALARS | st.text(), SCALARS | st.text(), st.text())


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


@given(KEYS)
def test_a_cursor_says_again_what_it_was_given(key: Key) -> None:
    text = encode_cursor(key, ORDER)
    assert text is not None
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert decode_cursor(text, ORDER) == key


def test_no_more_pages_is_no_cursor() -> None:
    assert encode_cursor(None, ORDER) is None
    assert decode_cursor(None, ORDER) is None


@given(st.text() | st.text("ABCabc019-_=+/", max_size=40))
def test_nonsense_is_an_invalid_cursor(text: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(text, ORDER)


JSON = st.recursive(
    SCALARS | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)


@given(JSON | st.lists(JSON, min_size=3, max_size=3))
def test_values_that_are_no_key_are_an_invalid_cursor(value: object) -> None:
    tag = orjson.loads(base64.urlsafe_b64decode(f"{encode_cursor((1, 2, 'x'), ORDER)}=="))[0]
    with pytest.raises(InvalidCursor):
        decode_cursor(encoded(value), ORDER)
    forged = [tag, *value] if isinstance(value, list) else [tag, value]
    try:
        key = decode_cursor(encoded(forged), ORDER)
    except InvalidCursor:
        return
    assert key == tuple(forged[1:])
    assert isinstance(forged[-1], str)


@pytest.mark.parametrize(
    "other", [(), (Order("at"), Order("name")), (Order("name"), Order("at", descending=True)), (*ORDER, Order("id"))]
)
def test_a_cursor_of_another_order_is_refused(other: tuple[Order, ...]) -> None:
    text = encode_cursor((*["x"] * len(other), "id"), other)
    with pytest.raises(InvalidCursor) as refused:
        decode_cursor(text, ORDER)
    assert refused.value.document("fr")["status"] == 400


def test_numbers_that_no_store_holds_are_refused() -> None:
    for number in ("1e999", str(2**63), str(-(2**63) - 1), str(2**70)):
        tag = orjson.loads(base64.urlsafe_b64decode(f"{encode_cursor((1, 2, 'x'), ORDER)}=="))[0]
        text = base64.urlsafe_b64encode(f'[{tag},{number},2,"x"]'.encode()).rstrip(b"=").decode()
        with pytest.raises(InvalidCursor):
            decode_cursor(text, ORDER)
