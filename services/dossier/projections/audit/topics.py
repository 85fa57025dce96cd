"""What is told of each kind of event, field by field. What is not named here is never stored for reading.

So neither hashes of passwords and tokens nor names of blobs can come in by mistake; an event that is not named at all
is still listed, with nothing but who, when and what kind.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """`told`: fields that its sentence needs, `field>name` where the sentence calls one otherwise.

    The names `who`, `folder`, `from_folder` and `account` stand for an id and are told by what it is called.
    `changes`: fields that it changed; what one was stands in the event's `was`, if it is known.
    """

    told: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


_WHO = "contact_id>who"
_NAMES = ("given_name", "family_name")
_SAID = ("subject", "body", "occurred_at", "direction")
_CONTACT = ("kind", "name", *_NAMES, "emails", "phones", "addresses", "language")

_ACCOUNTS = {
    "created": Topic(("name",), ("name", "type", "tags", "contacts", "team")),
    "renamed": Topic(("name", "was"), ("name",)),
    "type-changed": Topic(("type", "was"), ("type",)),
    "tags-changed": Topic((), ("tags",)),
    "address-changed": Topic((), ("address",)),
    "contact-linked": Topic((_WHO,), ("contact_id", "description")),
    "contact-unlinked": Topic((_WHO,)),
    "link-described": Topic((_WHO, "description"), ("description",)),
    "team-set": Topic(("member_id>who", "access"), ("access",)),
    "team-cleared": Topic(("member_id>who",), ("access",)),
    "deleted": Topic(),
    "restored": Topic(),
}
_CONTACTS = {
    "created": Topic(("name",), _CONTACT),
    "renamed": Topic(("name",), ("name", *_NAMES)),
    "emails-changed": Topic((), ("emails",)),
    "phones-changed": Topic((), ("phones",)),
    "addresses-changed": Topic((), ("addresses",)),
    "language-changed": Topic((), ("language",)),
    "activated": Topic(),
    "deactivated": Topic(),
    "deleted": Topic(),
    "restored": Topic(),
}
_INTERACTIONS = {
    "recorded": Topic((), ("kind", *_SAID, "participants")),
    "changed": Topic((), _SAID),
    "participants-changed": Topic((), ("participants",)),
    "commented": Topic((), ("body",)),
    "comment-changed": Topic((), ("body",)),
    "comment-deleted": Topic(),
    "deleted": Topic(),
    "restored": Topic(),
}
_TREES = {
    "planted": Topic(),
    "folder-created": Topic(("name",), ("name", "parent_id", "rights")),
    "folder-renamed": Topic(("name", "was"), ("name",)),
    "folder-moved": Topic(("folder_id>folder",), ("parent_id",)),
    "folder-deleted": Topic(("folder_id>folder",), ("folders",)),
    "folder-restored": Topic(("folder_id>folder",), ("folders",)),
    "right-set": Topic(("folder_id>folder", "subject>who", "right"), ("right",)),
    "rights-cascaded": Topic(("folder_id>folder",), ("subjects", "folders")),
}
_DOCUMENTS = {
    "published": Topic(("name", "folder_id>folder"), ("name", "folder_id", "media_type", "size", "sha256")),
    "renamed": Topic(("name", "was"), ("name",)),
    "moved": Topic(("folder_id>folder", "was>from_folder"), ("folder_id",)),
    "opened": Topic(),
    "deleted": Topic(),
    "restored": Topic(),
}
_MEMBERS = {
    "created": Topic((), (*_NAMES, "email", "role", "permissions", "language")),
    "renamed": Topic((), _NAMES),
    "email-changed": Topic((), ("email",)),
    "language-changed": Topic((), ("language",)),
    "role-changed": Topic(("role", "was"), ("role",)),
    "permissions-changed": Topic((), ("permissions",)),
    "password-changed": Topic(),
    "activated": Topic(),
    "deactivated": Topic(),
}
_FIRM = {
    "session.opened": Topic(("member_id>who",), ("expires_at",)),
    "session.ended": Topic(("reason",), ("reason",)),
    "member-sessions.begun": Topic(("member_id>who",)),
    "member-sessions.opened": Topic((), ("expires_at",)),
    "member-sessions.closed": Topic(),
    "address-claim.taken": Topic(("member_id>who",)),
    "address-claim.taken-again": Topic(("member_id>who",)),
    "address-claim.released": Topic(("was>who",)),
    "attempts.begun": Topic(),
    "attempts.failed": Topic(),
    "attempts.forgiven": Topic(),
    "firm.founded": Topic(("owner_id>who",)),
    "firm.owner-added": Topic(("member_id>who",)),
    "firm.owner-removed": Topic(("member_id>who",)),
}
_MESSAGES = {
    "queued": Topic(("subject",), ("address", "subject", "reason", "due")),
    "sent": Topic((), ("message_id", "attempt")),
    "attempt-failed": Topic((), ("attempt", "error", "next")),
    "failed": Topic((), ("attempt", "error")),
    "withheld": Topic(("reason",), ("reason",)),
    "requeued": Topic((), ("due",)),
}


def _all() -> dict[str, Topic]:
    kinds = {
        "accounts.account": _ACCOUNTS,
        "contacts.contact": _CONTACTS,
        "interactions.interaction": _INTERACTIONS,
        "files.tree": _TREES,
        "files.folder": {"placed": Topic()},
        "files.document": _DOCUMENTS,
        "firm.member": _MEMBERS,
        "firm": _FIRM,
        "notifications.message": _MESSAGES,
        "dossier.recents": {"begun": Topic(("member_id>who",)), "opened": Topic(("account_id>account",))},
    }
    return {f"{kind}.{change}": topic for kind, topics in kinds.items() for change, topic in topics.items()}


TOPICS = _all()
NOTHING = Topic()
