"""Whether a message may still leave, judged by the rights of this moment (ruling 4), and what it then tells."""

from dataclasses import dataclass

from services.firm.contract import Access, MemberRights
from services.notifications.domain import Message
from services.notifications.projections.actions import ACTIONS, REMARKS
from services.notifications.projections.names import DOSSIERS, PEOPLE
from services.notifications.values import Recipient, Withholding
from shared.problems import NotCaughtUp
from shared.readstore.interface import Document, ReadStore

_LEADER = MemberRights("", "owner", frozenset(), active=True)


@dataclass(frozen=True, slots=True)
class News:
    """What an e-mail tells, and to whom: only what this recipient may know."""

    person: Document
    action: Document
    remark: Document | None
    actor: str | None
    """Who did or said it; None for the system."""
    dossier: str | None
    """The account's name, or that of the contact; None for those who see neither."""
    account_id: str | None
    """Where a link may lead; None for those who cannot open it."""


class Judge:
    """Reads the copies of rights, people and interactions."""

    def __init__(self, read: ReadStore, access: Access) -> None:
        self._read, self._access = read, access

    async def judge(self, message: Message) -> News | Withholding:
        """The news, or why there is none. Raises `NotCaughtUp` if not even the copies know what it is about."""
        person = await self._read.get(PEOPLE, str(message.recipient.id))
        action = await self._read.get(ACTIONS, str(message.about.id))
        if person is None or action is None:
            raise NotCaughtUp
        remark = await self._read.get(REMARKS, str(message.about.comment_id)) if message.about.comment_id else None
        if action["deleted"] or (message.about.comment_id and remark is None):
            return "deleted"
        if message.recipient.plain() not in action["participants"]:
            return "not-participant"
        if not person["active"]:
            return "inactive"
        if not await self._sees(message.recipient, action):
            return "no-access"
        if not person["email"]:
            return "no-address"
        return await self._news(message.recipient, person, action, remark)

    async def _sees(self, recipient: Recipient, action: Document) -> bool:
        """A contact sees nothing of a dossier: they are told because they take part, as long as the dossier exists."""
        account_id = action["account_id"]
        if recipient.contact_id is not None:
            return account_id is None or await self._access.level(_LEADER, account_id) != "none"
        member = await self._access.member_of(str(recipient.member_id))
        if member is None or not member.active:
            return False
        if account_id is not None:
            return await self._access.level(member, account_id) != "none"
        return await self._access.sees_contact(member, action["contact_id"])

    async def _news(self, recipient: Recipient, person: Document, action: Document, remark: Document | None) -> News:
        actor_id = (remark or action)["author_id"]
        actor = await self._read.get(PEOPLE, actor_id) if actor_id else None
        name = actor["name"] if actor else None
        if recipient.contact_id is not None:
            return News(person, action, remark, name, None, None)
        return News(person, action, remark, name, await self._dossier(action), action["account_id"])

    async def _dossier(self, action: Document) -> str | None:
        place = (DOSSIERS, action["account_id"]) if action["account_id"] else (PEOPLE, action["contact_id"])
        found = await self._read.get(*place)
        return found["name"] if found else None
