"""Events told in a sentence, in the caller's language, with what people, folders and accounts are called now."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.dossier.projections.accounts import ACCOUNTS
from services.dossier.projections.folders import FOLDERS
from services.dossier.projections.people import PEOPLE
from services.dossier.queries.sentences import texts
from shared.problems import LANGUAGES
from shared.readstore.interface import Document, ReadStore

_KINDS = {
    "accounts.account": texts.ACCOUNTS,
    "contacts.contact": texts.CONTACTS,
    "interactions.interaction": texts.INTERACTIONS,
    "files.tree": texts.TREES,
    "files.folder": texts.FOLDERS,
    "files.document": texts.DOCUMENTS,
    "firm.member": texts.MEMBERS,
    "firm": texts.FIRM,
    "notifications.message": texts.MESSAGES,
    "dossier.recents": texts.RECENTS,
}
SENTENCES = {f"{kind}.{change}": told for kind, changes in _KINDS.items() for change, told in changes.items()}
OTHER = ("{actor} : {type}", "{actor}: {type}")
"""For a kind of event that is younger than these texts."""

_ACTORS = {"system": ("Le système", "The system"), "nobody": ("Quelqu'un", "Somebody")}
_UNKNOWN = "…"
_NAMED = frozenset({"who", "account", "folder", "from_folder"})
"""Values that are ids: they are told by what is called so."""


class Names:
    """What everybody and everything that some entries name is called."""

    def __init__(self, names: Mapping[str, str | None]) -> None:
        self._names = names

    def __getitem__(self, id: str | None) -> str | None:
        return self._names.get(id) if id else None

    def with_names(self, names: Mapping[str, str | None]) -> "Names":
        """These names besides."""
        return Names({**self._names, **names})

    def named(self, id: str | None) -> Document | None:
        """As answers carry somebody or something."""
        return {"id": id, "name": self[id]} if id else None


async def names_in(read: ReadStore, entries: Sequence[Document]) -> Names:
    """The names that these entries need, asked for all at once."""
    people, accounts, folders = wanted = (set[str](), set[str](), set[str]())
    places = {"who": people, "account": accounts, "folder": folders, "from_folder": folders}
    for entry in entries:
        people.add(entry["actor_id"])
        accounts.add(entry["account_id"])
        folders.add(entry["folder_id"])
        for name, value in entry["told"].items():
            if name in places and isinstance(value, str):
                places[name].add(value)
    names: dict[str, str | None] = {}
    for collection, ids in zip((PEOPLE, ACCOUNTS, FOLDERS), wanted, strict=True):
        known = sorted(filter(None, ids))
        found = await read.get_many(collection, known) if known else {}
        names.update({id: document["name"] for id, document in found.items()})
    return Names(names)


def sentence(entry: Document, names: Names, language: str) -> str:
    """What happened, for a person."""
    at = LANGUAGES.index(language) if language in LANGUAGES else 1
    actor = names[entry["actor_id"]] or _ACTORS.get(entry["actor_kind"], _ACTORS["nobody"])[at]
    values = _Values(at, {"actor": actor, "type": entry["type"], "folder": names[entry["folder_id"]]})
    for name, value in entry["told"].items():
        values[name] = names[value] if name in _NAMED else value
    return SENTENCES.get(entry["type"], OTHER)[at].format_map(values)


class _Values(dict[str, Any]):
    """Values for a sentence; one that is not known, or has no name yet, is told by an ellipsis."""

    def __init__(self, language: int, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._language = language

    def __getitem__(self, name: str) -> Any:
        if name.endswith("_word"):
            value = self.get(name.removesuffix("_word"))
            return texts.WORDS[value][self._language] if value in texts.WORDS else value or _UNKNOWN
        value = self.get(name)
        return _UNKNOWN if value in (None, "") else value
