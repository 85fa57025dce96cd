"""The firm's first owner, from the settings."""

import asyncio
import logging

from eventsourcing.persistence import RecordConflictError

from services.firm.commands.hashing import Passwords
from services.firm.commands.members import claim
from services.firm.contract import FoundFirm
from services.firm.domain import Firm, Member, MemberSessions
from shared.broker import PASSING
from shared.dispatch import handles
from shared.ids import new_id
from shared.messages import Accepted
from shared.service import Running
from shared.settings import Settings
from shared.store import EventStore

_log = logging.getLogger(__name__)


@handles(FoundFirm)
async def found(command: FoundFirm, store: EventStore, passwords: Passwords, settings: Settings) -> Accepted:
    firm = await store.find(Firm, Firm.ID)
    if firm is not None:
        return await store.save(firm)
    owner = Member(
        id=new_id(),
        given_name=command.email.partition("@")[0],
        family_name="",
        email=command.email,
        role="owner",
        permissions=[],
        language=settings.firm_language,
    )
    if command.password is not None:
        owner.set_password(await passwords.hash(command.password))
    claimed = await claim(store, command.email, owner.id)
    return await store.save(owner, claimed, MemberSessions.of(owner.id), Firm(id=Firm.ID, owner_id=owner.id))


async def found_by_settings(running: Running) -> None:
    """Create the owner whom the settings name, once there is a service to create them; a firm that exists is left."""
    settings = running.settings
    if settings.owner_email is None:
        return
    password = settings.owner_password.get_secret_value() if settings.owner_password else None
    running.ready = False  # who is told that the firm is ready signs in at once
    founding = FoundFirm(email=settings.owner_email.strip(), password=password)
    while True:
        try:
            await running.perform(founding)
            running.ready = True
            return
        except (*PASSING, RecordConflictError) as error:
            _log.info("the first owner is not there yet: %s", str(error) or type(error).__name__)
        await asyncio.sleep(0.2)
