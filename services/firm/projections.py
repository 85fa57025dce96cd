"""The directory of members: one document each, for lists and choices."""

from shared.events import Recorded
from shared.folding import fold
from shared.readstore.interface import Batch, Collection, Document

MEMBERS = Collection(
    "members", fields=("sort", "name", "active"), indexes=(("sort",), ("active", "sort")), folded=("name",)
)

_TAKEN = {
    "firm.member.renamed": ("given_name", "family_name"),
    "firm.member.email-changed": ("email",),
    "firm.member.language-changed": ("language",),
    "firm.member.role-changed": ("role",),
    "firm.member.permissions-changed": ("permissions",),
}


def evolve(member: Document, event: Recorded) -> Document:
    """A member after one more event. The hash of a password never gets here, only that there is one."""
    data = event.data
    changes: Document = {"version": event.version}
    match event.topic:
        case "firm.member.created":
            names = ("given_name", "family_name", "email", "role", "permissions", "language")
            changes |= {"id": event.id, "active": True, "has_password": False} | {name: data[name] for name in names}
        case "firm.member.activated":
            changes["active"] = True
        case "firm.member.deactivated":
            changes["active"] = False
        case "firm.member.password-changed":
            changes["has_password"] = True
        case topic if topic in _TAKEN:
            changes |= {name: data[name] for name in _TAKEN[topic]}
    return _named(member | changes)


def _named(member: Document) -> Document:
    given, family = member["given_name"], member["family_name"]
    return member | {"name": f"{given} {family}".strip(), "sort": fold(f"{family} {given}")}


class Directory:
    """All members, active or not."""

    name = "directory-1"
    services = frozenset({"firm"})
    collections = (MEMBERS,)

    async def apply(self, event: Recorded, batch: Batch) -> None:
        if event.topic.startswith("firm.member."):
            batch.put(MEMBERS, event.id, evolve(await batch.get(MEMBERS, event.id) or {}, event))
