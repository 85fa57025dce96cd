"""What overviews must list, worked out from a whole history at once, the plain way."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from services.dossier.projections.activity import QUIET
from services.dossier.projections.moments import utc
from services.dossier.projections.overviews import LATEST
from shared.events import Recorded

_KINDS = {"note": "notes", "email": "emails", "call": "calls", "phone_message": "calls"}


class Oracle:
    """All of the history, sorted by what it is about."""

    def __init__(self, events: Sequence[Recorded]) -> None:
        self.lines: dict[str, tuple[str, str, str]] = {}  # account, section, moment
        self.places: dict[str, str] = {}
        self.folders: dict[str, set[str]] = defaultdict(set)
        self.new: set[str] = set()
        self.gone: set[str] = set()
        self.reached: dict[str, str] = {}
        self.count: dict[str, int] = defaultdict(int)
        for event in events:
            kind, _, change = event.topic.rpartition(".")
            if change in ("deleted", "restored"):
                self.gone ^= {event.id}
            if event.scope:
                if event.topic not in QUIET:
                    self.reached[event.scope] = utc(event.at)
                    self.count[event.scope] += 1
                self._take(kind, change, event, event.scope)

    def _take(self, kind: str, change: str, event: Recorded, account: str) -> None:
        match kind, change:
            case "interactions.interaction", "recorded":
                section = _KINDS[event.data["kind"]]
                self.lines[event.id] = (account, section, utc(event.data["occurred_at"]))
            case "interactions.interaction", "changed":
                self.lines[event.id] = (*self.lines[event.id][:2], utc(event.data["occurred_at"]))
            case "files.document", "published":
                self.lines[event.id] = (account, "documents", utc(event.at))
                self.places[event.id] = event.data["folder_id"]
                self.new.add(event.id)
            case "files.document", "moved":
                self.places[event.id] = event.data["folder_id"]
            case "files.document", "opened" if event.meta.actor_kind == "member":
                self.new.discard(event.id)
            case "files.tree", "folder-created":
                self.folders[account].add(event.data["folder_id"])
            case "files.tree", "folder-deleted":
                self.folders[account] -= {*event.data["folders"]}
            case "files.tree", "folder-restored":
                self.folders[account] |= {*event.data["folders"]}

    def overviews(self) -> dict[str, dict[str, Any]]:
        """By account: ids per section, and counts."""
        return {account: self._overview(account) for account in self.reached}

    def _overview(self, account: str) -> dict[str, Any]:
        sections: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for id, (scope, section, at) in self.lines.items():
            there = id not in self.gone and (id not in self.places or self.places[id] in self.folders[account])
            if scope == account and there:
                planned = section != "documents" and at > self.reached[account]
                sections["upcoming" if planned else section].append((at, id))
        documents = [id for _, id in sections["documents"]]
        return {
            section: [id for _, id in sorted(sections[section], reverse=section != "upcoming")[:LATEST]]
            for section in ("upcoming", "notes", "emails", "calls", "documents")
        } | {
            "activity_count": self.count[account],
            "folders_count": len(self.folders[account]),
            "documents_count": len(documents),
            "new_documents_count": len(self.new.intersection(documents)),
        }
