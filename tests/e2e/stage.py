"""One account with all that can stand in it, and one member for each way in which ruling 11 tells people apart."""

from dataclasses import dataclass

from services.firm.contract import PERMISSIONS
from tests.e2e.system import Firm, Member

EMPLOYEES = {
    "reader": ((), "read"),
    "full": ((), "full"),
    "viewer": (("view-all-accounts",), None),
    "blind": (("view-all-accounts",), "none"),
    "outsider": ((), None),
    "manager": (("manage-accounts",), "read"),
    "absent": (("manage-accounts",), None),
    "contacts": (("manage-contacts",), None),
    "members": (("manage-members",), None),
}
"""Permissions, and the level set on the account (None: not set)."""

assert {permission for permissions, _ in EMPLOYEES.values() for permission in permissions} == set(PERMISSIONS)

SEE = "owner admin reader full viewer manager"
"""Who sees the account."""


@dataclass(frozen=True)
class Stage:
    """The cast, and what they act upon. `contact` is linked to the account alone, `free` to none."""

    firm: Firm
    cast: dict[str, Member]
    account: str
    contact: str
    free: str
    note: str
    comment: str
    folder: str
    document: str

    @property
    def owner(self) -> Member:
        return self.cast["owner"]

    def another(self, kind: str) -> str:
        """A fresh thing of a kind, made by the owner, on the same account with the same levels."""
        owner = self.owner
        match kind:
            case "contact":
                made = owner.contact()
                owner.did(owner.post(f"/accounts/{self.account}/contacts", {"contact_id": made}))
            case "free":
                made = owner.contact()
            case "note":
                made = owner.interaction(account_id=self.account)
            case "folder":
                made = owner.folder(self.account)
            case "document":
                made = owner.upload(self.folder)
            case _:
                made = owner.account(self.contact)
                levels(owner, self.cast, made)
        for member in self.cast.values():
            member.after(owner)
        return made


def levels(owner: Member, cast: dict[str, Member], account: str) -> None:
    for name, (_, level) in EMPLOYEES.items():
        if level:
            owner.team(account, cast[name], level)


def staged(firm: Firm, owner: Member) -> Stage:
    """Make the cast and the account."""
    people = {"owner": owner, "admin": firm.member("admin")}
    people |= {name: firm.member("employee", *permissions) for name, (permissions, _) in EMPLOYEES.items()}
    contact, free = owner.contact(), owner.contact()
    account = owner.account(contact)
    levels(owner, people, account)
    folder = owner.folder(account)
    note = owner.interaction(account_id=account)
    comment, document = owner.comment(note), owner.upload(folder)
    stage = Stage(firm, people, account, contact, free, note, comment, folder, document)
    for member in people.values():
        member.after(owner)
    return stage
