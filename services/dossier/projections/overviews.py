"""The overview of an account as one document: its bytes are the answer to whoever sees all of it (T-01, T-07).

What depends on the moment is kept as of the last activity in the dossier: interactions that lie later are `upcoming`
(U-03). `valid_until` is when the first of them happens, and stands first, so that it can be read off the bytes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.folding import fold
from shared.readstore.interface import Collection, Document

OVERVIEWS = Collection("overviews", lists=("people",))
"""`people`: ids of everybody who is named in it."""

LATEST = 5
"""Lines per section (T-09, T-12, T-20)."""

INTERACTIONS = ("notes", "emails", "calls")
SECTIONS = ("upcoming", *INTERACTIONS, "documents")
HEAD = ("id", "name", "type", "tags", "address", "email", "phone", "created_at", "version")


def blank(id: str) -> Document:
    """The overview of an account in which nothing has happened."""
    overview: Document = {"valid_until": None, "id": id, "account": None, "contacts": [], "team": []}
    overview |= {section: [] for section in SECTIONS}
    counts = ("activity_count", "members_count", "folders_count", "documents_count", "new_documents_count")
    return overview | dict.fromkeys(counts, 0) | {"last_activity_at": "", "people": []}


def headed(
    overview: Document, account: Document, contacts: Mapping[str, Document], names: Mapping[str, Any]
) -> Document:
    """With the account's own facts, its contacts in alphabetical order (T-40) and its team (T-31)."""
    lines = [_contact(contacts[id], text) for id, text in account["links"].items() if id in contacts]
    team = [{"id": id, "name": names[id], "access": level} for id, level in account["team"].items()]
    return overview | {
        "account": {name: account[name] for name in HEAD},
        "contacts": sorted((line for line in lines if line), key=_alphabetical),
        "team": sorted(team, key=_alphabetical),
        "members_count": account["members_count"],
        "folders_count": account["folders_count"],
    }


def _contact(contact: Document, description: str) -> Document | None:
    if contact["deleted"]:
        return None
    shown = {name: contact[name] for name in ("id", "kind", "name", "active", "email", "phone")}
    return shown | {"description": description}


def _alphabetical(line: Mapping[str, Any]) -> tuple[str, str]:
    return fold(line["name"] or ""), line["id"]


def section_of(entry: Mapping[str, Any], reached: str) -> str:
    """Where an entry's line belongs, as of the moment that the dossier has reached."""
    section: str = entry["section"]
    return "upcoming" if section != "documents" and entry["at"] > reached else section


def line(entry: Mapping[str, Any], names: Mapping[str, Any]) -> Document:
    """An entry as it is shown."""
    shown: Document = entry["item"] | {"author": _named(entry["author_id"], names)}
    if entry["section"] != "documents":
        shown["contact"] = _named(entry["contact_id"], names)
    return shown


def _named(id: str | None, names: Mapping[str, Any]) -> Document | None:
    return {"id": id, "name": names.get(id)} if id else None


def moment(shown: Mapping[str, Any]) -> tuple[str, str]:
    """What lines are in order of."""
    return shown.get("occurred_at") or shown["published_at"], shown["id"]


def inserted(lines: list[Document], shown: Document, section: str) -> list[Document]:
    """A section with one more line, if that is among the first."""
    lines = sorted([*lines, shown], key=moment, reverse=section != "upcoming")
    return lines[:LATEST]


def without(lines: list[Document], id: str) -> list[Document]:
    return [shown for shown in lines if shown["id"] != id]


def finished(overview: Document) -> Document:
    """With what follows from its lines: until when it holds, and who is named in it."""
    first = overview["upcoming"][0]["occurred_at"] if overview["upcoming"] else None
    return overview | {"valid_until": first, "people": named_in(overview)}


def named_in(overview: Document) -> list[str]:
    """Ids of everybody named. Plain loops: this runs for every event."""
    ids = {person["id"] for person in overview["contacts"]}
    ids.update([person["id"] for person in overview["team"]])
    for section in SECTIONS:
        for shown in overview[section]:
            if author := shown["author"]:
                ids.add(author["id"])
            if contact := shown.get("contact"):
                ids.add(contact["id"])
    return sorted(ids)


def renamed(overview: Document, names: Mapping[str, Any]) -> Document:
    """With people's present names; contacts of the account are not touched, `headed` sees to them."""
    team = [member | {"name": names.get(member["id"], member["name"])} for member in overview["team"]]
    changed = {section: [_renamed(shown, names) for shown in overview[section]] for section in SECTIONS}
    return overview | changed | {"team": sorted(team, key=_alphabetical)}


def _renamed(shown: Document, names: Mapping[str, Any]) -> Document:
    people = {role: shown[role] for role in ("author", "contact") if shown.get(role)}
    return shown | {role: who | {"name": names.get(who["id"], who["name"])} for role, who in people.items()}


def people_of(entries: Iterable[Mapping[str, Any]]) -> set[str]:
    """Ids of those whom these entries name."""
    return {id for entry in entries for id in (entry["author_id"], entry["contact_id"]) if id}
