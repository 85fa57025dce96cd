"""What a random history knows of itself, and how it goes on."""

from dataclasses import dataclass, field
from random import Random

from tests.dossier.events import History

NAMES = ("Élise Lefèvre", "Noël D’Hondt", "Zoé Martin", "Jean Dupont", "SARL Côté", "Œuvres & Cie", "Ann Peeters")
LEVELS = ("none", "read", "full")


@dataclass
class Folder:
    id: str
    account: str
    parent: str | None


@dataclass
class Scene:
    """What exists so far."""

    random: Random
    history: History = field(default_factory=History)
    members: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    accounts: dict[str, list[str]] = field(default_factory=dict)
    interactions: dict[str, str | None] = field(default_factory=dict)
    comments: list[tuple[str, str]] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)
    buried: list[list[Folder]] = field(default_factory=list)
    documents: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)

    @property
    def somebody(self) -> str | None:
        return self.random.choice(self.members) if self.members else None

    def toggle(self, prefix: str, id: str, scope: str | None) -> None:
        """Delete something, or bring it back."""
        change = "restored" if id in self.deleted else "deleted"
        self.deleted ^= {id}
        self.history.record(f"{prefix}.{change}", id, scope=scope, by=self.somebody)
