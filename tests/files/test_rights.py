"""Rights on folders, with cascades, moves and deletions, against an oracle that is too simple to be wrong."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.files.commands.places import place
from services.files.contract import contact_right
from services.files.domain import Tree
from services.firm.contract import Level, MemberRights
from shared.ids import new_id
from shared.problems import Refusal
from tests.scenario import replayed

OWNER, READER, WORKER, STRANGER = (str(new_id()) for _ in range(4))
CLIENT, PARTNER = str(new_id()), str(new_id())
MEMBERS: dict[str, tuple[MemberRights, Level]] = {
    OWNER: (MemberRights(OWNER, "owner", frozenset(), active=True), "full"),
    READER: (MemberRights(READER, "employee", frozenset(), active=True), "read"),
    WORKER: (MemberRights(WORKER, "employee", frozenset(), active=True), "full"),
    STRANGER: (MemberRights(STRANGER, "employee", frozenset(), active=True), "none"),
}
SUBJECTS = [*(f"member:{id}" for id in MEMBERS), f"contact:{CLIENT}", f"contact:{PARTNER}"]

subjects = st.sampled_from(SUBJECTS)
rights = st.sampled_from(["none", "read", "full", None])
picks = st.integers(0, 1_000)


@dataclass
class Box:
    """A folder as one would draw it: a name, what is set on it, the boxes within."""

    name: str
    rights: dict[str, str | None] = field(default_factory=dict)
    inner: dict[UUID, "Box"] = field(default_factory=dict)

    def everything(self) -> "dict[UUID, Box]":
        found: dict[UUID, Box] = {}
        for id, box in self.inner.items():
            found |= {id: box} | box.everything()
        return found


def right_by_the_rule(box: Box, subject: str) -> str:
    """Ruling 11, last words first."""
    kind, id = subject.split(":")
    explicit = box.rights.get(subject)
    if kind == "contact":
        return explicit or "none"
    member, level = MEMBERS[id]
    if member.role == "owner":
        return "full"
    if level == "none":
        return "none"
    return explicit or level


class Cabinet(RuleBasedStateMachine):
    """A tree, and the boxes that it should look like."""

    @initialize()
    def plant(self) -> None:
        self.tree = Tree.plant(new_id())
        self.top = Box("")
        self.named = 0

    @property
    def boxes(self) -> dict[UUID, Box]:
        return self.top.everything()

    def pick(self, number: int) -> tuple[UUID, Box]:
        found = sorted(self.boxes.items(), key=lambda item: item[1].name)
        return found[number % len(found)]

    @rule(number=picks, at_top=st.booleans())
    def create(self, number: int, at_top: bool) -> None:
        parent_id, parent = (None, self.top) if at_top or not self.boxes else self.pick(number)
        self.named += 1
        id, name = new_id(), f"{self.named:03}"
        self.tree.create_folder(id, name, parent_id)
        parent.inner[id] = Box(name, dict(parent.rights))

    @precondition(lambda self: self.boxes)
    @rule(number=picks, goal=picks, to_top=st.booleans())
    def move(self, number: int, goal: int, to_top: bool) -> None:
        id, box = self.pick(number)
        target_id, into = (None, self.top) if to_top else self.pick(goal)
        if into is box or target_id in box.everything():
            with pytest.raises(Refusal):
                self.tree.move_folder(id, target_id)
            return
        self.tree.move_folder(id, target_id)
        holder = next(one for one in [self.top, *self.boxes.values()] if id in one.inner)
        into.inner[id] = holder.inner.pop(id)

    @precondition(lambda self: len(self.boxes) > 3)
    @rule(number=picks)
    def delete(self, number: int) -> None:
        id, _ = self.pick(number)
        self.tree.delete_folder(id)
        for one in [self.top, *self.boxes.values()]:
            one.inner.pop(id, None)

    @precondition(lambda self: self.boxes)
    @rule(number=picks, subject=subjects, right=rights)
    def set_right(self, number: int, subject: str, right: Any) -> None:
        id, box = self.pick(number)
        self.tree.set_right(id, subject, right)
        box.rights[subject] = right

    @precondition(lambda self: self.boxes)
    @rule(number=picks, subject=subjects | st.none())
    def cascade(self, number: int, subject: str | None) -> None:
        id, box = self.pick(number)
        self.tree.cascade(id, subject)
        for inner in box.everything().values():
            for one in [subject] if subject else SUBJECTS:
                inner.rights[one] = box.rights.get(one)

    @invariant()
    def everybody_has_the_right_that_the_rule_gives_them(self) -> None:
        assert self.tree.folders.keys() == self.boxes.keys()
        for id, box in self.boxes.items():
            for subject in SUBJECTS:
                assert self.right(id, subject) == right_by_the_rule(box, subject), (box.name, subject)

    def right(self, folder_id: UUID, subject: str) -> str:
        kind, id = subject.split(":")
        node = self.tree.folder(folder_id)
        if kind == "contact":
            return contact_right(node.rights, id)
        member, level = MEMBERS[id]
        return member.folder_right(place(self.tree.account_id, node.rights).folder_rights.get(id), level)

    def teardown(self) -> None:
        if hasattr(self, "tree"):
            assert replayed(Tree, self.tree.collect_events()).folders == self.tree.folders


TestRightsOnFolders = pytest.mark.rows("M-39", "M-42", "M-43", "M-45", "M-46")(Cabinet.TestCase)
TestRightsOnFolders.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
