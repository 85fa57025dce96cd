"""The firm service: who works here, what they may do, and who is signed in."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from services.firm import commands, queries
from services.firm.commands.actor import Actor
from services.firm.commands.founding import found_by_settings
from services.firm.commands.hashing import Passwords
from services.firm.commands.throttle import Throttle
from services.firm.contract import Access, RightsCopy
from services.firm.domain import AddressClaim, Attempts, Firm, Member, MemberSessions, Session
from services.firm.projections import Directory
from shared.repository import Repository
from shared.service import Running, Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    """The service, wired; nothing connects before it runs."""
    return Service(
        name="firm",
        settings=settings,
        aggregates=[Member, AddressClaim, Firm, Session, MemberSessions, Attempts],
        rooms=[commands, queries],
        projections=[RightsCopy(), Directory()],
        access=lambda running: Access(running.read),
        provide=_provided,
        background=lambda running: [partial(found_by_settings, running)],
    )


def _provided(running: Running) -> Mapping[Any, Any]:
    return {
        Actor: Actor(Repository(running.store, Member)),
        Passwords: Passwords(),
        Throttle: Throttle(Repository(running.store, Attempts), running.settings),
    }
