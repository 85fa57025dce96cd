"""An account with people of differing rights, and short ways to ask for folders and documents."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.accounts.contract import CreateAccount
from services.contacts.contract import CreateContact
from services.files.contract import CreateFolder, PublishDocument
from services.files.domain import Tree, tree_id
from shared.context import Context
from shared.ids import new_id
from shared.sealing import header
from tests.running import Answer, System

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@dataclass
class Office:
    """`worker` has level full on every account made here, `reader` read, `manager` read and `manage-accounts`;
    `stranger` has none."""

    system: System
    worker: Context
    reader: Context
    manager: Context
    stranger: Context

    @property
    def owner(self) -> Context:
        return self.system.owner

    async def contact(self) -> UUID:
        return (await made(self.system.tell(CreateContact, self.owner, given_name="Zoé"))).id

    async def account(self, contact: UUID | None = None) -> UUID:
        """A new account with one contact."""
        levels = {self.worker: "full", self.reader: "read", self.manager: "read"}
        team = {str(member.id): level for member, level in levels.items()}
        links = [{"contact_id": str(contact or await self.contact())}]
        fields = {"name": "Boulangerie Lefèvre", "type": "business", "contacts": links, "team": team}
        answer = await made(self.system.tell(CreateAccount, self.owner, **fields))
        await self.system.settled()
        return answer.id

    async def folder(self, account: UUID, name: str = "Compta", parent: UUID | None = None) -> UUID:
        fields = {"name": name, "parent_id": parent}
        return (await made(self.system.tell(CreateFolder, self.owner, account_id=account, **fields))).id

    async def publish(self, folder: UUID, by: Context | None = None, **fields: Any) -> Answer:
        """What the door tells when the bytes are safe."""
        blob = f"uploads/aa/{new_id()}"
        told = {"name": "Bilan.pdf", "media_type": "application/pdf", "size": 4, "sha256": SHA, "blob": blob} | fields
        return await self.system.tell(PublishDocument, by or self.owner, folder_id=folder, **told)

    async def document(self, folder: UUID, **fields: Any) -> UUID:
        return (await made(self.publish(folder, **fields))).id

    async def tree(self, account: UUID) -> Tree:
        """The tree as the service would load it."""
        return await self.system.services["files"].store.peek(Tree, tree_id(account))

    async def recorded(self, id: UUID) -> list[tuple[str, dict[str, Any]]]:
        """Topics and plain data of everything recorded about an aggregate."""
        rows = await self.system.services["files"].store.notifications(0, 100_000)
        return [(row.topic, header(row.state)["data"]) for row in rows if row.originator_id == id]


async def made(answer: Any) -> Answer:
    """The answer, of something that must have gone well."""
    answered: Answer = await answer
    assert answered.status < 300, answered
    return answered


def fault(answer: Answer) -> tuple[int, str | None, str]:
    """Status, code and pointer of a refusal."""
    errors = answer.json.get("errors") or [{"pointer": ""}]
    return answer.status, answer.code, errors[0]["pointer"]
