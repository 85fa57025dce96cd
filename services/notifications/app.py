"""The notifications service: who is e-mailed about what, and delivery."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.firm.contract import Access, Place, RightsCopy
from services.notifications import commands, queries
from services.notifications.domain import Message
from services.notifications.projections import Actions, Names, Outbox
from services.notifications.projections.actions import ACTIONS
from services.notifications.reactions import Delivery, Operating, Promises, Scheduling, Telling
from services.notifications.reactions.judging import Judge
from services.notifications.reactions.letters import Letters
from shared.control import Verb
from shared.mail import Transport
from shared.repository import Repository
from shared.runner import Projection
from shared.schedules import Schedules
from shared.service import Running, Service
from shared.settings import Settings

AT_ONCE = 4
"""E-mails handed over at the same time: a server that lets one hang holds up a quarter."""


def build(settings: Settings) -> Service:
    """The service, wired; nothing connects before it runs."""
    return Service(
        name="notifications",
        settings=settings,
        aggregates=[Message],
        rooms=[commands, queries],
        projections=[RightsCopy(), Names(), Actions(), Outbox()],
        access=_access,
        reactions=_reactions,
        background=_background,
        control=_control,
    )


def _access(running: Running) -> Access:
    messages = Repository(running.store, Message)

    async def place(id: UUID) -> Place:
        """A message is seen by who sees what it is about."""
        message = await messages.peek(id)
        action = await running.read.get(ACTIONS, str(message.about.id)) or {}
        contact_id = action.get("contact_id")
        return Place(message.account_id, UUID(contact_id) if contact_id else None)

    return Access(running.read, locate={"message": place})


def _reactions(running: Running) -> Sequence[Projection]:
    return [Telling(running), Scheduling(Schedules(running.connection, running.name))]


def _control(running: Running) -> Mapping[str, Verb]:
    return Operating(running, Schedules(running.connection, running.name)).verbs


def _background(running: Running) -> Sequence[Any]:
    settings = running.settings
    schedules = Schedules(running.connection, running.name)
    promises = Promises(schedules, running.read, lambda: running.connection.stats["reconnects"])
    judge = Judge(running.read, running.provided[Access])
    delivery = Delivery(running, judge, Letters(settings), Transport(settings))

    async def deliver() -> None:
        await schedules.due(delivery.deliver)

    return [promises.keep, *[deliver] * AT_ONCE]
