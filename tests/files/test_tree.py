"""What an account's tree of folders decides."""

from collections.abc import Callable
from uuid import UUID

import pytest

from services.files.domain import Tree, tree_id
from services.files.values.refusals import (
    DEEPEST,
    MOST_FOLDERS,
    FolderInsideItself,
    NameTaken,
    ParentDeleted,
    TooDeep,
    TooManyFolders,
)
from shared.ids import derived_id, new_id
from shared.problems import NotFound
from tests.scenario import fact, given, when_made

ACCOUNT, TOP, SUB, LEAF, OTHER, NEW = (derived_id("test", number) for number in range(6))
ZOE, ADA, CLIENT = "member:" + "1" * 32, "member:" + "2" * 32, "contact:" + "3" * 32
Step = Callable[[Tree], None]


def plant() -> Tree:
    return Tree.plant(ACCOUNT)


def created(id: UUID, name: str, parent: UUID | None = None) -> Step:
    return lambda tree: tree.create_folder(id, name, parent)


def right(id: UUID, subject: str, value: str | None) -> Step:
    return lambda tree: tree.set_right(id, subject, value)  # type: ignore[arg-type]


def delete(id: UUID) -> Step:
    return lambda tree: tree.delete_folder(id)


def restore(id: UUID) -> Step:
    return lambda tree: tree.restore_folder(id)


GROWN = (created(TOP, "Compta"), created(SUB, "2026", TOP), created(LEAF, "Bilans", SUB), created(OTHER, "Paie"))


def test_each_account_has_one_tree_with_nothing_in_it() -> None:
    when_made(plant).then(fact(Tree.Created, account_id=ACCOUNT)).and_now(id=tree_id(ACCOUNT), folders={})


@pytest.mark.rows("A-12")
def test_a_top_level_folder_starts_with_no_rights_set() -> None:
    made = fact(Tree.FolderCreated, folder_id=NEW, parent_id=None, name="Compta", rights={})
    given(plant).when(created(NEW, "Compta")).then(made)


@pytest.mark.rows("M-42", "M-45")
def test_a_new_sub_folder_starts_with_a_copy_of_what_is_set_on_its_parent() -> None:
    rights = {ZOE: "read", CLIENT: "none"}
    steps = (*GROWN, right(TOP, ZOE, "read"), right(TOP, CLIENT, "none"))
    given(plant, *steps).when(created(NEW, "TVA", TOP)).then(fact(Tree.FolderCreated, parent_id=TOP, rights=rights))


def test_a_folder_cannot_be_created_in_one_that_does_not_exist() -> None:
    given(plant, *GROWN).when(created(NEW, "TVA", new_id())).then_rejected(NotFound, field="parent_id")


@pytest.mark.parametrize("name", ["Compta", "COMPTA", "Cômpta", "Compta\u0301"])
def test_two_folders_side_by_side_cannot_have_one_name_accents_and_capitals_apart(name: str) -> None:
    given(plant, *GROWN).when(created(NEW, name)).then_rejected(NameTaken, field="name")


def test_folders_in_different_places_can_have_one_name() -> None:
    given(plant, *GROWN).when(created(NEW, "Compta", TOP)).then(fact(Tree.FolderCreated, folder_id=NEW))


def chain(length: int) -> list[UUID]:
    return [new_id() for _ in range(length)]


def nested(ids: list[UUID], parent: UUID | None = None) -> list[Step]:
    parents = [parent, *ids[:-1]]
    return [created(id, f"F{index}", above) for index, (id, above) in enumerate(zip(ids, parents, strict=True))]


def test_folders_stand_at_most_fifty_deep() -> None:
    ids = chain(DEEPEST)
    scenario = given(plant, *nested(ids))
    scenario.when(created(NEW, "TVA", ids[-1])).then_rejected(TooDeep, field="parent_id")


def test_a_move_counts_the_depth_of_what_is_moved() -> None:
    deep, moved = chain(DEEPEST - 2), chain(3)
    steps = [*nested(deep), created(moved[0], "M0"), *nested(moved[1:], moved[0])]
    given(plant, *steps).when(lambda t: t.move_folder(moved[0], deep[-1])).then_rejected(TooDeep, field="parent_id")
    fits = fact(Tree.FolderMoved, folder_id=moved[0], parent_id=deep[-2])
    given(plant, *steps).when(lambda t: t.move_folder(moved[0], deep[-2])).then(fits)


def test_an_account_has_at_most_five_thousand_folders() -> None:
    tree = plant()
    for index in range(MOST_FOLDERS):
        # The fact alone: to decide 5,000 times would compare 12 million names.
        tree._folder_created(folder_id=new_id(), parent_id=None, name=str(index), rights={})
    given(tree).when(created(NEW, "TVA")).then_rejected(TooManyFolders)


@pytest.mark.rows("M-15")
def test_a_folder_is_renamed_and_its_former_name_recorded() -> None:
    renamed = fact(Tree.FolderRenamed, folder_id=SUB, name="Exercice 2026", was="2026")
    given(plant, *GROWN).when(lambda t: t.rename_folder(SUB, "Exercice 2026")).then(renamed)


def test_a_folder_can_change_the_accents_of_its_own_name() -> None:
    given(plant, *GROWN).when(lambda t: t.rename_folder(TOP, "Cômpta")).then(fact(Tree.FolderRenamed, name="Cômpta"))


def test_a_rename_to_the_same_name_records_nothing() -> None:
    given(plant, *GROWN).when(lambda t: t.rename_folder(TOP, "Compta")).then_nothing()


def test_a_rename_to_a_neighbours_name_is_refused() -> None:
    given(plant, *GROWN).when(lambda t: t.rename_folder(TOP, "paie")).then_rejected(NameTaken, field="name")


def test_a_folder_is_moved_with_all_that_is_in_it_and_keeps_its_rights() -> None:
    steps = (*GROWN, right(SUB, ZOE, "read"), right(OTHER, ADA, "none"))
    moved = fact(Tree.FolderMoved, folder_id=SUB, parent_id=OTHER, was=TOP)
    after = given(plant, *steps).when(lambda t: t.move_folder(SUB, OTHER)).then(moved).aggregate
    assert after is not None
    assert after.folder(SUB).rights == {ZOE: "read"}
    assert after.below(OTHER) == [SUB, LEAF]


def test_a_folder_is_moved_to_the_top() -> None:
    moved = fact(Tree.FolderMoved, folder_id=LEAF, parent_id=None, was=SUB)
    given(plant, *GROWN).when(lambda t: t.move_folder(LEAF, None)).then(moved)


def test_a_move_to_where_it_stands_records_nothing() -> None:
    given(plant, *GROWN).when(lambda t: t.move_folder(SUB, TOP)).then_nothing()


@pytest.mark.parametrize("target", [TOP, SUB, LEAF])
def test_a_folder_cannot_go_into_itself_or_below_itself(target: UUID) -> None:
    refused = given(plant, *GROWN).when(lambda t: t.move_folder(TOP, target))
    refused.then_rejected(FolderInsideItself, field="parent_id")


def test_a_folder_cannot_be_moved_beside_one_of_its_name() -> None:
    steps = (*GROWN, created(NEW, "PAIE", TOP))
    given(plant, *steps).when(lambda t: t.move_folder(NEW, None)).then_rejected(NameTaken, field="parent_id")


def test_a_folder_cannot_be_moved_into_one_that_does_not_exist() -> None:
    given(plant, *GROWN).when(lambda t: t.move_folder(SUB, new_id())).then_rejected(NotFound, field="parent_id")


def test_a_folder_is_deleted_with_all_its_sub_folders() -> None:
    deleted = fact(Tree.FolderDeleted, folder_id=TOP, folders=[TOP, SUB, LEAF])
    after = given(plant, *GROWN).when(lambda t: t.delete_folder(TOP)).then(deleted).aggregate
    assert after is not None
    assert list(after.folders) == [OTHER]


@pytest.mark.parametrize(
    "ask",
    [
        lambda t: t.rename_folder(SUB, "X"),
        lambda t: t.move_folder(SUB, None),
        lambda t: t.delete_folder(SUB),
        lambda t: t.set_right(SUB, ZOE, "read"),
        lambda t: t.cascade(SUB),
    ],
)
def test_nothing_is_done_to_a_folder_that_was_deleted(ask: Step) -> None:
    given(plant, *GROWN, lambda t: t.delete_folder(TOP)).when(ask).then_rejected(NotFound)


def test_a_deleted_folder_comes_back_with_its_sub_folders_and_rights() -> None:
    kept = (*GROWN, right(SUB, ZOE, "read"))
    before = given(plant, *kept[:-1]).when(kept[-1]).aggregate
    assert before is not None
    restored = fact(Tree.FolderRestored, folder_id=TOP, folders=[TOP, SUB, LEAF])
    again = given(plant, *kept, delete(TOP)).when(restore(TOP)).then(restored)
    again.and_now(folders=before.folders, deleted={})


def test_a_folder_comes_back_only_to_where_it_stood() -> None:
    given(plant, *GROWN, delete(SUB), delete(TOP)).when(restore(SUB)).then_rejected(ParentDeleted)
    given(plant, *GROWN, delete(TOP), created(NEW, "compta")).when(restore(TOP)).then_rejected(NameTaken)
    given(plant, *GROWN).when(restore(TOP)).then_rejected(NotFound)


def test_the_name_of_a_deleted_folder_is_free_again() -> None:
    steps = (*GROWN, lambda t: t.delete_folder(TOP))
    given(plant, *steps).when(created(NEW, "Compta")).then(fact(Tree.FolderCreated, name="Compta"))


@pytest.mark.rows("M-40", "M-42", "M-45")
@pytest.mark.parametrize("subject", [ZOE, CLIENT])
def test_a_right_is_set_on_one_folder_alone(subject: str) -> None:
    was_set = fact(Tree.RightSet, folder_id=TOP, subject=subject, right="read", was=None)
    after = given(plant, *GROWN).when(right(TOP, subject, "read")).then(was_set).aggregate
    assert after is not None
    assert after.folder(TOP).rights == {subject: "read"}
    assert after.folder(SUB).rights == {}


def test_a_right_is_taken_back() -> None:
    taken = fact(Tree.RightSet, right=None, was="full")
    after = given(plant, *GROWN, right(TOP, ZOE, "full")).when(right(TOP, ZOE, None)).then(taken).aggregate
    assert after is not None
    assert after.folder(TOP).rights == {}


@pytest.mark.parametrize("value", ["read", None])
def test_a_right_that_is_set_already_records_nothing(value: str | None) -> None:
    steps = (*GROWN, right(TOP, ZOE, value))
    given(plant, *steps).when(right(TOP, ZOE, value)).then_nothing()


@pytest.mark.rows("M-43", "M-46")
def test_a_cascade_for_one_sets_it_on_every_sub_folder_and_leaves_the_others_alone() -> None:
    steps = (*GROWN, right(TOP, ZOE, "read"), right(TOP, CLIENT, "full"), right(LEAF, CLIENT, "none"))
    cascaded = fact(Tree.RightsCascaded, folder_id=TOP, subjects={ZOE: "read"}, folders=[SUB, LEAF])
    after = given(plant, *steps).when(lambda t: t.cascade(TOP, ZOE)).then(cascaded).aggregate
    assert after is not None
    assert after.folder(LEAF).rights == {ZOE: "read", CLIENT: "none"}
    assert after.folder(OTHER).rights == {}


@pytest.mark.rows("M-43", "M-46")
def test_a_cascade_for_all_sets_what_is_set_and_takes_back_what_is_not() -> None:
    steps = (*GROWN, right(TOP, ZOE, "read"), right(SUB, ZOE, "read"), right(LEAF, ADA, "full"))
    cascaded = fact(Tree.RightsCascaded, subjects={ADA: None, ZOE: "read"}, folders=[LEAF])
    after = given(plant, *steps).when(lambda t: t.cascade(TOP)).then(cascaded).aggregate
    assert after is not None
    assert after.folder(LEAF).rights == {ZOE: "read"}


def test_a_cascade_that_changes_nothing_records_nothing() -> None:
    steps = (*GROWN, right(TOP, ZOE, "read"), lambda t: t.cascade(TOP))
    given(plant, *steps).when(lambda t: t.cascade(TOP)).then_nothing()
    given(plant, *steps).when(lambda t: t.cascade(TOP, ADA)).then_nothing()
    given(plant, *steps).when(lambda t: t.cascade(LEAF)).then_nothing()


def test_a_cascade_starts_at_its_folder_not_above() -> None:
    steps = (*GROWN, right(TOP, ZOE, "none"), right(SUB, ZOE, "full"))
    cascaded = fact(Tree.RightsCascaded, folder_id=SUB, subjects={ZOE: "full"}, folders=[LEAF])
    given(plant, *steps).when(lambda t: t.cascade(SUB, ZOE)).then(cascaded)
