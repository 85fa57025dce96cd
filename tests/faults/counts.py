"""What must be in the event stores by the ledger, and what is: counted by topic."""

from collections import Counter
from collections.abc import Callable, Iterable

from tests.e2e.client import Json
from tests.faults.ledger import Ledger
from tests.faults.stores import Stored

QUEUED, SENT = "notifications.message.queued", "notifications.message.sent"
COUNTED: dict[str, Callable[[Stored], str]] = {
    "contacts.contact.created": lambda event: event.id,
    "contacts.contact.renamed": lambda event: event.id,
    "accounts.account.created": lambda event: event.id,
    "accounts.account.renamed": lambda event: event.id,
    "interactions.interaction.recorded": lambda event: event.id,
    "interactions.interaction.commented": lambda event: event.data["comment_id"],
    "files.tree.folder-created": lambda event: event.data["folder_id"],
    "files.document.published": lambda event: event.id,
    "firm.member.created": lambda event: event.id,
    "dossier.recents.opened": lambda event: event.data["account_id"],
    QUEUED: lambda event: mail(event.data),
}
"""By topic: of what an event of it speaks."""

Counts = dict[str, Counter[str]]


def mail(data: Json) -> str:
    """What an e-mail is about and whom it goes to."""
    about, recipient = data["about"], data["recipient"]
    return f"{about['id']} {about.get('comment_id') or '-'} {recipient['contact_id']}"


def mails(ledger: Ledger) -> Iterable[str]:
    """The e-mails that are due for what was acknowledged."""
    for note in ledger.done("note"):
        yield from (f"{note.id} - {person}" for person in note.mails)
    for comment in ledger.done("comment"):
        yield from (f"{comment.on} {comment.id} {person}" for person in comment.mails)


def expected(ledger: Ledger, owner: str, found: list[Stored]) -> Counts:
    """What must be in the event stores."""
    both = {done.id for done in ledger.done("both")}
    created = [e for e in found if e.topic == "accounts.account.created" and e.id in both]
    inner = [event.data["contacts"][0]["contact_id"] for event in created]
    return {
        "contacts.contact.created": Counter([*_ids(ledger, "contact"), *inner]),
        "contacts.contact.renamed": Counter(done.on for done in ledger.done("rename-contact")),
        "accounts.account.created": Counter(_ids(ledger, "account", "both")),
        "accounts.account.renamed": Counter(done.on for done in ledger.done("rename-account")),
        "interactions.interaction.recorded": Counter(_ids(ledger, "note")),
        "interactions.interaction.commented": Counter(_ids(ledger, "comment")),
        "files.tree.folder-created": Counter(_ids(ledger, "folder")),
        "files.document.published": Counter(_ids(ledger, "document")),
        "firm.member.created": Counter([owner, *_ids(ledger, "member")]),
        "dossier.recents.opened": Counter(done.on for done in ledger.done("opened")),
        QUEUED: Counter(mails(ledger)),
    }


def _ids(ledger: Ledger, *kinds: str) -> list[str]:
    return [done.id for done in ledger.done(*kinds)]


def counted(found: list[Stored]) -> Counts:
    """What is in the event stores."""
    counts: Counts = {topic: Counter() for topic in COUNTED}
    for event in found:
        if event.topic in COUNTED:
            counts[event.topic][COUNTED[event.topic](event)] += 1
    return counts


def unlike(found: Counts, wanted: Counts) -> dict[str, dict[str, str]]:
    """What is there another number of times than it must be: some of it, by topic."""
    result = {}
    for topic in found.keys() | wanted.keys():
        here, due = found.get(topic, Counter()), wanted.get(topic, Counter())
        wrong = [id for id in here.keys() | due.keys() if here[id] != due[id]]
        if wrong:
            result[topic] = {id: f"{here[id]} times, not {due[id]}" for id in wrong[:5]}
    return result
