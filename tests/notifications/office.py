"""A firm that works and gets e-mails: the services, an SMTP server, an account, and people of every standing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from services.accounts import app as accounts
from services.accounts.contract import CreateAccount, SetTeamAccess
from services.contacts.contract import CreateContact
from services.interactions import app as interactions
from services.interactions.contract import Comment, RecordInteraction
from services.notifications import app as notifications
from services.notifications.contract import ListMessages
from shared.context import Context
from tests.notifications.sink import Sink, listening
from tests.running import System, running
from tests.waiting import eventually

ZOE, TOM = "zoe@client.example", "tom@client.example"


class Office:
    """`clerk` speaks French, `colleague` English; both may read the account. So may nobody else but `owner`."""

    def __init__(self, system: System, sink: Sink) -> None:
        self.system, self.sink = system, sink
        self.owner = self.clerk = self.colleague = system.owner
        self.account = self.zoe = self.tom = UUID(int=0)

    async def open(self) -> "Office":
        emails = [{"address": ZOE, "primary": True}, {"address": "other@client.example"}]
        self.zoe = await self.contact(name="Zoé Lefèvre", emails=emails, language="fr")
        self.tom = await self.contact(name="Tom Brown", emails=[{"address": TOM}], language="en")
        given = {"name": "Boulangerie Lefèvre", "type": "business", "contacts": [{"contact_id": self.zoe}]}
        self.account = (await self.system.tell(CreateAccount, self.owner, **given)).id
        self.clerk = await self.member("Élodie", "clerk@cabinet.example", "fr")
        self.colleague = await self.member("Ann", "ann@cabinet.example", "en")
        await self.system.settled()
        return self

    async def contact(self, **fields: Any) -> UUID:
        return (await self.system.tell(CreateContact, self.owner, **fields)).id

    async def member(self, name: str, email: str, language: str, level: str | None = "read") -> Context:
        member = await self.system.member(given_name=name, family_name="Ôté", email=email, language=language)
        if level:
            await self.set_level(member, level)
        return member

    async def set_level(self, member: Context, level: str) -> None:
        fields = {"account_id": self.account, "member_id": member.id, "access": level}
        assert (await self.system.tell(SetTeamAccess, self.owner, **fields)).status == 200

    async def note(self, actor: Context, *participants: Context | UUID, **fields: Any) -> UUID:
        """Record a note; participants are members (their contexts) and contacts (their ids)."""
        named = [{"contact_id": p} if isinstance(p, UUID) else {"member_id": p.id} for p in participants]
        given = {"kind": "note", "account_id": self.account, "subject": "Pièce reçue", "body": "<p>Voilà.</p>"}
        made = await self.system.tell(RecordInteraction, actor, **given | {"participants": named} | fields)
        assert made.status == 201, made
        return made.id

    async def comment(self, actor: Context, id: UUID, body: str = "<p>Merci.</p>") -> UUID:
        made = await self.system.tell(Comment, actor, interaction_id=id, body=body)
        assert made.status == 201, made
        return made.id

    async def messages(self, actor: Context | None = None, **fields: Any) -> list[dict[str, Any]]:
        """As `ListMessages` answers, the latest first."""
        answer = await self.system.ask(ListMessages, actor or self.owner, **fields)
        assert answer.status == 200, answer
        items: list[dict[str, Any]] = answer.json["items"]
        return items

    async def told(self, id: UUID, count: int, **states: int) -> list[dict[str, Any]]:
        """The messages about an interaction, once there are so many, in these states."""

        async def found() -> list[dict[str, Any]]:
            messages = await self.messages(interaction_id=id, limit=200)
            assert len(messages) <= count, messages
            reached = [message["state"] for message in messages]
            wanted = states or {"sent": count}
            return messages if all(reached.count(state) == number for state, number in wanted.items()) else []

        return await eventually(found, 20)

    async def quiet(self) -> None:
        """Return once everything told so far has led to the messages that it leads to, and none of them waits."""
        await self.told(await self.note(self.owner, self.tom, subject="Sentinelle"), 1)

        async def none_waits() -> bool:
            return not await self.messages(state="queued")

        await eventually(none_waits, 20)

    async def away(self) -> None:
        await self.system.stop("notifications")

    async def back(self) -> None:
        await self.system.start(notifications)


@asynccontextmanager
async def office(folder: Path, **settings: Any) -> AsyncIterator[Office]:
    """Retries are quick here, and nothing else is."""
    given: dict[str, Any] = {"mail_retry_seconds": 0.05, "smtp_seconds": 5, "firm_name": "Cabinet Œuvre"}
    async with listening() as sink:
        given |= {"smtp_port": sink.port, "public_url": "https://dossier.cabinet.example"} | settings
        async with running(accounts, interactions, notifications, tmp_path=folder, **given) as system:
            yield await Office(system, sink).open()
