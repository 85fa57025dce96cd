"""The shape of a tree: which folder stands in which."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from services.files.values import Right
from shared.folding import fold


@dataclass(frozen=True, slots=True)
class Node:
    """A folder in its tree. `rights`: what is set on it, per `member:<id>` or `contact:<id>` (M-42, M-45)."""

    name: str
    parent_id: UUID | None
    rights: dict[str, Right]

    def with_rights(self, changes: Mapping[str, Right | None]) -> "Node":
        """The same folder with these rights set; None takes one back."""
        merged = {**self.rights, **changes}
        return replace(self, rights={subject: right for subject, right in merged.items() if right is not None})


Nodes = Mapping[UUID, Node]


def below(nodes: Nodes, folder_id: UUID) -> list[UUID]:
    """All sub-folders of a folder, at any depth; each after the one that it stands in."""
    under: dict[UUID | None, list[UUID]] = {}
    for id, node in nodes.items():
        under.setdefault(node.parent_id, []).append(id)
    found = list(under.get(folder_id, ()))
    for id in found:  # it grows as we go
        found.extend(under.get(id, ()))
    return found


def way_up(nodes: Nodes, folder_id: UUID | None) -> Iterator[UUID]:
    """A folder and all those that it stands in, up to the top."""
    while folder_id is not None:
        yield folder_id
        folder_id = nodes[folder_id].parent_id


def depth(nodes: Nodes, folder_id: UUID | None) -> int:
    """1 for a top-level folder, 0 for the top itself."""
    return sum(1 for _ in way_up(nodes, folder_id))


def height(nodes: Nodes, folder_id: UUID) -> int:
    """How many folders stand one inside the other from this one on, itself included."""
    heights = {folder_id: 1}
    for id in below(nodes, folder_id):
        parent_id = nodes[id].parent_id
        assert parent_id is not None
        heights[id] = heights[parent_id] + 1
    return max(heights.values())


def taken(nodes: Nodes, name: str, parent_id: UUID | None, but: UUID | None = None) -> bool:
    """Whether a folder there, other than `but`, has this name, accents and capitals apart."""
    folded = fold(name)
    return any(node.parent_id == parent_id and id != but and fold(node.name) == folded for id, node in nodes.items())


def cascaded(nodes: Nodes, folder_id: UUID, subject: str | None) -> tuple[dict[str, Right | None], list[UUID]]:
    """What a cascade from a folder sets, and on which sub-folders, as far as it changes anything (ruling 5)."""
    rights = nodes[folder_id].rights
    there = {id: nodes[id].rights for id in below(nodes, folder_id)}
    named = {subject} if subject else set(rights).union(*there.values())
    wanted = {
        name: rights.get(name)
        for name in sorted(named)
        if any(set_on.get(name) != rights.get(name) for set_on in there.values())
    }
    touched = [id for id, set_on in there.items() if any(set_on.get(name) != wanted[name] for name in wanted)]
    return wanted, touched
