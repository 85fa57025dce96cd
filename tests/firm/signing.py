"""Signing in, as tests do it."""

import hashlib
from uuid import UUID

from services.firm.contract import FindSession, SignIn
from shared.context import SYSTEM, Context
from tests.running import OWNER_EMAIL, OWNER_PASSWORD, Answer, System

PASSWORD = "a password for bob"


async def sign_in(
    system: System, email: str = OWNER_EMAIL, password: str = OWNER_PASSWORD, address: str = "192.0.2.9"
) -> Answer:
    return await system.tell(SignIn, Context(address=address), email=email, password=password)


async def found(system: System, signed_in: Answer) -> int:
    """The status with which the gateway finds a session."""
    token_hash = hashlib.sha256(signed_in.json["token"].encode()).hexdigest()
    return (await system.ask(FindSession, SYSTEM, token_hash=token_hash)).status


def caller(signed_in: Answer) -> Context:
    """The context that the gateway makes of a session."""
    return Context(kind="member", id=UUID(signed_in.json["member"]["id"]), session=signed_in.json["session_id"])
