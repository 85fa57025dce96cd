"""What the relay puts on the stream: an event as a CloudEvent, and the mark that says how far publishing has come."""

from dataclasses import dataclass

import orjson
from eventsourcing.persistence import Notification

from shared.sealing import header


@dataclass(frozen=True, slots=True)
class Mark:
    """How far publishing has come: event `number`, in `subject` if it was announced alone, else it is there."""

    before: int
    number: int
    event: str  # aggregate and version of that event, by which another history is noticed
    subject: str | None = None

    def encode(self) -> bytes:
        return orjson.dumps(self)


@dataclass(frozen=True, slots=True)
class Message:
    """An event as it travels: CloudEvents 1.0, binary mode, and what JetStream and our readers need beside."""

    subject: str
    headers: dict[str, str]
    payload: bytes
    number: int
    event: str


def message(service: str, event: Notification) -> Message:
    """The stored bytes as they are, sealed, under headers that say what they are."""
    parsed = header(event.state)
    meta = parsed["meta"]
    id = str(event.originator_id)
    headers = {
        "ce-specversion": "1.0",
        "ce-id": f"{service}:{event.id}",
        "ce-type": event.topic,
        "ce-source": f"/{service}",
        "ce-subject": id,
        "ce-time": parsed["at"],
        "content-type": "application/json",
        "Dossier-Number": str(event.id),
        "Dossier-Version": str(event.originator_version),
        "Dossier-Actor": f"{meta['actor_kind']}:{meta['actor_id'] or ''}",
        "Dossier-Causation": meta["causation"],
        "Dossier-Correlation": meta["correlation"],
    }
    if trace := meta.get("trace"):
        headers["traceparent"] = trace
    subject = f"evt.{service}.{parsed['scope'] or '-'}.{id}"
    return Message(subject, headers, event.state, event.id, f"{id}/{event.originator_version}")
