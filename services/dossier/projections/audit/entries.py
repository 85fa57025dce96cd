"""An event as the feed and the audit log show it; and what later events have to know of earlier ones to tell more."""

from typing import Any

from services.dossier.projections.audit.topics import NOTHING, TOPICS
from services.dossier.projections.entries import excerpt, file_format
from services.dossier.projections.moments import utc
from shared.events import Recorded
from shared.readstore.interface import Collection, Document

AUDIT = Collection(
    "audit",
    fields=("key", "account_id", "at", "service", "aggregate", "type", "actor_id", "subject_id", "format", "names"),
    lists=("folders",),
    folded=("names",),
    indexes=(("account_id", "at"), ("actor_id", "at"), ("type", "at"), ("at",)),
)
"""`service` and `aggregate`: the beginnings of `type`. `folders`: those that it happened in. `names`: what a file was
called, before and after. `told`: for its sentence."""

CHANGES = Collection("audit_changes")
"""By event: `changes`. Apart, because they are long and the feed does not show them."""

LABELS = Collection("audit_labels")
"""By document, interaction or message: what it is called just now, and the folder of a document."""

LABELLED = ("files.document.", "interactions.interaction.", "notifications.message.")
FIRST = frozenset({"files.document.published", "interactions.interaction.recorded", "notifications.message.queued"})
"""The events before which such a thing has no label."""

_FOLDER_EVENTS = ("files.tree.", "files.folder.")


def labelled(label: Document, event: Recorded) -> Document:
    """What a thing is called after this event, as far as the event says."""
    data = event.data
    match event.topic:
        case "files.document.published" | "files.document.renamed" | "files.document.moved":
            return label | {name: data[name] for name in ("name", "folder_id") if name in data}
        case "interactions.interaction.recorded" | "interactions.interaction.changed":
            kind = {"kind": data["kind"]} if "kind" in data else {}
            return label | kind | {"name": data["subject"] or excerpt(data["body"])[:80]}
        case "notifications.message.queued":
            recipient = data["recipient"]
            return label | {"who": recipient.get("member_id") or recipient.get("contact_id")}
    return label


def entry(event: Recorded, label: Document) -> Document:
    """The event itself; `label` is that of its subject, with what this event says."""
    key, at, occurred = event.key, utc(event.at), event.data.get("occurred_at")
    document: Document = {
        "id": key,
        "key": key,
        "service": event.service,
        "aggregate": event.topic.rpartition(".")[0],
        "type": event.topic,
        "at": at,
        "occurred_at": utc(occurred) if occurred else at,
        "account_id": event.scope,
        "actor_id": event.meta.actor_id,
        "actor_kind": event.meta.actor_kind,
        "address": event.meta.address,
        "request": event.meta.correlation,
        "told": {name: label[name] for name in ("name", "kind", "who") if name in label} | _told(event),
    }
    id, kind = subject(event)
    return document | {"subject_id": id, "subject_kind": kind} | _file(event, label)


def _told(event: Recorded) -> dict[str, Any]:
    told: dict[str, Any] = {"account": event.scope} if event.topic.startswith("accounts.account.") else {}
    if event.topic.startswith(("contacts.contact.", "firm.member.")):
        told["who"] = event.id
    for field in TOPICS.get(event.topic, NOTHING).told:
        source, _, name = field.partition(">")
        told[name or source] = event.data.get(source)
    if isinstance(told.get("who"), str):
        told["who"] = told["who"].rpartition(":")[2]  # subjects of rights are `member:<id>`
    return told


def subject(event: Recorded) -> tuple[str, str]:
    """The id and the kind of what it is about: the folder itself, where it happened to one."""
    folder_id = event.data.get("folder_id")
    if event.topic.startswith("files.tree.") and folder_id:
        return folder_id, "folder"
    return event.id, event.topic.split(".")[1]


def _file(event: Recorded, label: Document) -> Document:
    """By what the feed finds files and folders (M-49..M-51); who may not see one of the folders is not told."""
    data = event.data
    if event.topic.startswith("files.document."):
        was = data.get("was")
        before = {"files.document.renamed": ("names", was), "files.document.moved": ("folders", was)}.get(event.topic)
        old = dict([before]) if before and was else {}
        name, folder = label.get("name"), label.get("folder_id")
        return {
            "name": name,
            "names": "\n".join(filter(None, (old.get("names"), name))) or None,
            "format": file_format(name or ""),
            "folder_id": folder,
            "folders": [id for id in dict.fromkeys((old.get("folders"), folder)) if id],
        }
    folder = event.id if event.topic.startswith("files.folder.") else data.get("folder_id")
    inside = folder if event.topic.startswith(_FOLDER_EVENTS) else None
    return {"name": None, "names": None, "format": None, "folder_id": inside, "folders": [inside] if inside else []}
