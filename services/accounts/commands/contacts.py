"""Contacts that are created together with an account (M-08): asked of the service that keeps them.

The caller's rights are checked there, under the caller's own name. The key of each request is made of the caller's
key, so that a second try of the same account makes no twins; an account that fails leaves at most contacts (ruling 2).
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from nats.errors import Error as NatsError

from services.accounts.contract import NewLink
from services.accounts.domain.links import Link
from services.accounts.projections import NAMES
from services.contacts.contract import CreateContact
from shared.broker import request
from shared.context import HEADER, Context, current
from shared.ids import derived_id
from shared.position import Position
from shared.problems import InternalError, InvalidInput, NotCaughtUp, Refusal, Unavailable, refusals
from shared.service import Running

PATIENCE = 3.0  # seconds for an answer; the door gives us five


class Contacts:
    """What the contacts service knows and does, as far as accounts need it."""

    def __init__(self, running: Running) -> None:
        self._running = running

    async def name_of(self, contact_id: UUID) -> str:
        """The contact's displayed name; `NotCaughtUp` while it is not known here."""
        found = await self._running.read.get(NAMES, str(contact_id))
        if found is None:
            raise NotCaughtUp
        name: str = found["name"]
        return name

    async def linked(self, wanted: Sequence[NewLink]) -> list[Link]:
        """Links to contacts that exist, those that were still to be created included.

        Returns once this service has read of the new ones: their events then stand before the account's in the
        history, and whoever reads the account knows its contacts.
        """
        links, reached = [], Position()
        for index, link in enumerate(wanted):
            id = link.contact_id
            if link.new is not None:
                created = await self._create(index, link.new)
                id = UUID(created["id"])
                for service, number in Position.parse(created["position"]).items():
                    reached.advance(service, number)
            assert id is not None
            links.append(Link(id, link.description))
        await self._running.progress.wait(reached)
        return links

    async def _create(self, index: int, contact: CreateContact) -> dict[str, Any]:
        body = contact.model_dump_json().encode()
        context = _in_the_callers_name(index, body)
        headers = {HEADER: context.encode()} | ({"traceparent": context.trace} if context.trace else {})
        try:
            answer = await request(
                self._running.connection, CreateContact.nats_subject(), body, headers, seconds=PATIENCE
            )
        except (NatsError, OSError) as error:
            raise Unavailable from error
        document: dict[str, Any] = orjson.loads(answer.data)
        if int((answer.headers or {})["Dossier-Status"]) >= 400:
            raise _passed_on(document, f"contacts/{index}/new")
        return document


def _in_the_callers_name(index: int, body: bytes) -> Context:
    context = current.get()
    key = context.idempotency_key and str(derived_id(context.idempotency_key, index, body.decode()))
    return context.evolve(idempotency_key=key, if_match=None, target=None)


def _passed_on(document: dict[str, Any], place: str) -> Refusal:
    """The refusal that contacts answered with, pointing into our own request."""
    code, errors = document["code"], document.get("errors", [])
    if code == InvalidInput.code:
        return InvalidInput([error | {"pointer": f"/{place}{error['pointer']}"} for error in errors])
    kind = next((refusal for refusal in refusals() if refusal.code == code), InternalError)
    if kind.status >= 500:
        return kind()
    return kind(field=place + (errors[0]["pointer"] if errors else ""))
