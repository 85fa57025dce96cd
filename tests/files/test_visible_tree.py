"""How a tree looks to somebody who may see a part of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.files.contract import Seen, contact_right, visible_tree
from shared.folding import fold

Folders = dict[str, str | None]


def look(parents: Folders, hidden: set[str]) -> list[Seen]:
    folders = [{"id": id, "parent_id": parent, "name": id} for id, parent in parents.items()]
    return visible_tree(folders, lambda folder: "none" if folder["id"] in hidden else "read")


def plain(seen: list[Seen]) -> dict[str, Any]:
    return {shown.folder["id"]: plain(shown.folders) for shown in seen}


TREE: Folders = {"a": None, "b": "a", "c": "b", "d": "c", "e": "a", "z": None}


def test_one_who_sees_all_sees_the_tree_as_it_is() -> None:
    assert plain(look(TREE, set())) == {"a": {"b": {"c": {"d": {}}}, "e": {}}, "z": {}}


@pytest.mark.rows("M-39")
def test_a_folder_under_a_hidden_one_is_shown_at_the_nearest_ancestor_that_is_seen() -> None:
    assert plain(look(TREE, {"b", "c"})) == {"a": {"d": {}, "e": {}}, "z": {}}


@pytest.mark.rows("M-39")
def test_a_folder_with_nothing_seen_above_it_is_shown_at_the_top() -> None:
    shown = look(TREE, {"a", "b", "e"})
    assert plain(shown) == {"c": {"d": {}}, "z": {}}
    assert [top.parent_id for top in shown] == [None, None]


def test_folders_are_sorted_by_name_accents_and_capitals_apart() -> None:
    folders = [{"id": str(i), "parent_id": None, "name": name} for i, name in enumerate(["zoé", "Été", "Paie", "eau"])]
    shown = visible_tree(folders, lambda _: "full")
    assert [seen.folder["name"] for seen in shown] == ["eau", "Été", "Paie", "zoé"]


@pytest.mark.rows("M-42")
def test_a_contact_has_the_right_that_is_set_and_no_other() -> None:
    assert contact_right({"contact:1": "read", "member:2": "full"}, "1") == "read"
    assert contact_right({"contact:1": "read", "member:2": "full"}, "2") == "none"


@st.composite
def forests(draw: st.DrawFn) -> tuple[Folders, set[str]]:
    parents: Folders = {}
    for index in range(draw(st.integers(0, 12))):
        parents[f"{index}"] = draw(st.sampled_from([None, *parents]))
    return parents, set(draw(st.sets(st.sampled_from(sorted(parents))))) if parents else set()


@given(forests())
def test_exactly_what_may_be_seen_is_shown_below_what_it_stands_in(forest: tuple[Folders, set[str]]) -> None:
    parents, hidden = forest
    shown: dict[str, str | None] = {}

    def walk(seen: list[Seen], above: str | None) -> None:
        assert seen == sorted(seen, key=lambda s: fold(s.folder["name"]))
        for one in seen:
            assert one.parent_id == above
            assert one.folder["id"] not in shown
            shown[one.folder["id"]] = above
            walk(one.folders, one.folder["id"])

    walk(look(parents, hidden), None)
    assert shown.keys() == parents.keys() - hidden
    for id, above in shown.items():
        way = []
        up = parents[id]
        while up is not None:
            way.append(up)
            up = parents[up]
        assert above == next((folder for folder in way if folder not in hidden), None)
