"""The ledger held against the firm: all that was acknowledged is there once, nothing else is."""

from collections import Counter
from pathlib import Path
from typing import Any

from services.dossier.projections.activity import QUIET
from shared.position import Position
from tests.e2e.system import Firm, Member
from tests.faults.counts import QUEUED, SENT, counted, expected, mails, unlike
from tests.faults.ledger import Operation
from tests.faults.load import Load
from tests.faults.stores import Documents, InFiles, Kept, Stored, delivered, position, rebuilt
from tests.waiting import eventually

SENDING = 75  # seconds: an e-mail that was in the hands of a killed process is handed out again after sixty
_ACCOUNTS = 8  # accounts looked at in detail


class Proof:
    """Everything that must hold once the firm is whole again. `cut`: how often what sends the e-mails was killed."""

    def __init__(self, firm: Firm, load: Load, kept: Kept | None = None) -> None:
        self.firm, self.load, self.ledger = firm, load, load.ledger
        self.data: Path = firm.machine.data
        self.kept = kept or InFiles(self.data)
        self.cut = 0
        self._rebuilds = 0

    async def holds(self, folder: Path) -> None:
        """All of it, but for the e-mails that have not left yet."""
        self.answers_are_as_they_must_be()
        await eventually(lambda: sum(counted(self.kept.events())[QUEUED].values()) >= len(list(mails(self.ledger))), 30)
        found = self.kept.events()
        assert not (wrong := unlike(counted(found), expected(self.ledger, self.firm.owner.id, found))), wrong
        owner = self.reader(position(found))
        self.lists_show_it(owner, found)
        self.accounts_show_it(owner, found)
        self.nothing_is_parked()
        self.emails_at_most_once()
        await self.read_models_equal_a_rebuild(folder)

    def reader(self, reached: Position) -> Member:
        """Somebody who sees everything, at least up to there."""
        owner = self.firm.owner
        for service, number in reached.items():
            owner.position.advance(service, number)
        owner.read("/accounts", limit=1)
        return owner

    def answers_are_as_they_must_be(self) -> None:
        """What was wrong was refused, all else was done."""
        strange = [o for o in self.ledger.operations if o.outcome != ("refused" if o.wrong else "ok")]
        assert not strange, strange[:3]

    def lists_show_it(self, owner: Member, found: list[Stored]) -> None:
        """The lists hold what the stores hold, under the names last given, and the audit log every event."""
        stored = counted(found)
        lists = {
            "/contacts": "contacts.contact.created",
            "/accounts": "accounts.account.created",
            "/interactions": "interactions.interaction.recorded",
            "/members": "firm.member.created",
        }
        shown = {path: list(owner.every(path, limit=200)) for path in lists}
        for path, topic in lists.items():
            listed = Counter(item["id"] for item in shown[path])
            assert not (wrong := unlike({path: listed}, {path: stored[topic]})), wrong
        called = {item["id"]: item["name"] for path in ("/contacts", "/accounts") for item in shown[path]}
        names = self.names()
        assert {id: called[id] for id in names} == names
        comments = Counter(done.on for done in self.ledger.done("comment"))
        assert {
            item["id"]: item["comments_count"] for item in shown["/interactions"] if item["comments_count"]
        } == comments
        kept = {event.key for event in found}
        listed = Counter(item["id"] for item in owner.every("/audit", limit=200))
        assert {key: listed[key] for key in kept} == dict.fromkeys(kept, 1)

    def names(self) -> dict[str, str]:
        """What contacts and accounts are called, by the versions that were answered."""
        last: dict[str, Operation] = {}
        for done in self.ledger.done("contact", "account", "both", "rename-contact", "rename-account"):
            id = done.on or done.id
            if id not in last or last[id].answer["version"] < done.answer["version"]:
                last[id] = done
        return {id: done.name for id, done in last.items()}

    def accounts_show_it(self, owner: Member, found: list[Stored]) -> None:
        """Overview, audit log, folders and documents of the accounts that most was done to."""
        scopes = Counter(event.scope for event in found if event.scope and event.topic not in QUIET)
        homes = {done.id: done.on for done in self.ledger.done("folder")}
        for account, _ in scopes.most_common(_ACCOUNTS):
            folders = {id for id, home in homes.items() if home == account}
            files = Counter(done.id for done in self.ledger.done("document") if done.on in folders)
            overview = owner.read(f"/accounts/{account}/overview")
            assert overview["activity_count"] >= scopes[account]
            assert (overview["folders_count"], overview["documents_count"]) == (len(folders), len(files))
            keys = {event.key for event in found if event.scope == account}
            audit = Counter(item["id"] for item in owner.every(f"/accounts/{account}/audit", limit=200))
            assert {key: audit[key] for key in keys} == dict.fromkeys(keys, 1)
            assert {item["id"] for item in owner.read(f"/accounts/{account}/folders")["items"]} == folders
            assert Counter(item["id"] for item in owner.every(f"/accounts/{account}/documents", limit=200)) == files
        for done in self.ledger.done("document")[-5:]:
            assert done.file is not None
            assert owner.get(f"/documents/{done.id}/content").content == done.file[1]

    def nothing_is_parked(self) -> None:
        health = self.firm.owner.get("/health/ready").json()
        assert health["ready"], health
        assert {name: state["parked"] for name, state in health["services"].items() if state["parked"]} == {}

    def emails_at_most_once(self) -> None:
        """Only a kill between the mail server's yes and the record of it may repeat an e-mail, as one and the same."""
        repeated = {mail: times for mail, times in delivered(self.data).items() if times > 1}
        assert sum(repeated.values()) - len(repeated) <= 4 * self.cut, repeated

    async def emails_arrive(self) -> None:
        """Each is in the mailbox, recorded as sent, and shown so."""
        wanted = Counter(self.load.mailed[key.split()[2]] for key in mails(self.ledger))

        def arrived() -> bool:
            return Counter(address for address, _ in delivered(self.data)) == wanted and self.sent() == sum(
                wanted.values()
            )

        await eventually(arrived, SENDING)
        told = [event.data["message_id"] for event in self.kept.events() if event.topic == SENT]
        assert Counter(told) == Counter(id for _, id in delivered(self.data))
        self.emails_at_most_once()
        owner = self.firm.owner
        states = Counter(item["state"] for item in owner.every("/messages", limit=200))
        assert states == ({"sent": sum(wanted.values())} if wanted else {})

    def sent(self) -> int:
        return sum(event.topic == SENT for event in self.kept.events())

    async def read_models_equal_a_rebuild(self, folder: Path) -> None:
        """Compared while nothing happens: an e-mail that leaves meanwhile makes it begin again."""
        for _ in range(5):
            reached = position(self.kept.events())
            self.reader(reached)
            self._rebuilds += 1
            path = folder / f"rebuilt{self._rebuilds}"
            path.mkdir()
            fresh = await rebuilt(self.data, path, reached)
            live = self.kept.documents()
            if position(self.kept.events()) == reached:
                assert not (wrong := differences(live, fresh)), wrong
                return
        raise AssertionError("the firm never rests")


def differences(live: Documents, fresh: Documents) -> dict[str, Any]:
    """What is not the same, collection by collection: some of it."""
    found: dict[str, Any] = {}
    for name in live.keys() | fresh.keys():
        one, other = live.get(name, {}), fresh.get(name, {})
        if one != other:
            ids = [id for id in one.keys() | other.keys() if one.get(id) != other.get(id)]
            found[name] = [(id, one.get(id), other.get(id)) for id in ids[:3]]
    return found
