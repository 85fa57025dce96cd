"""A message that has fallen due: judged again, written, handed over, and what came of it recorded.

Each message goes to one instance of the service at a time: the broker hands it to one, and to another only if that one
has not answered within its time, which is longer than an SMTP server is given. Between the server's yes and the record
of it lies a moment in which a crash makes the e-mail go out a second time, under the same Message-ID: no order of the
two steps avoids both a repeated e-mail and a lost one.
"""

import logging
from typing import Any
from uuid import UUID

import orjson

from services.notifications.contract import RecordRefused, RecordSent, WithholdMessage
from services.notifications.domain import Message
from services.notifications.reactions.judging import Judge, News
from services.notifications.reactions.letters import Letters
from shared.context import Context
from shared.mail import Refused, Transport
from shared.problems import Erased
from shared.repository import Repository
from shared.schedules import Due
from shared.service import Running
from shared.telemetry import counter, span

_Outcome = RecordSent | RecordRefused | WithholdMessage
_log = logging.getLogger(__name__)
_emails = counter("dossier.emails", "{email}", "E-mails by what came of them.")


class Delivery:
    """Hands e-mails over."""

    def __init__(self, running: Running, judge: Judge, letters: Letters, transport: Transport) -> None:
        self._running, self._judge, self._letters, self._transport = running, judge, letters, transport
        self._messages = Repository(running.store, Message)
        self._in_hand: set[UUID] = set()
        self._unrecorded: dict[UUID, _Outcome] = {}
        """What came of messages while the store had no room for it: a letter that left does not leave again."""

    async def deliver(self, due: Due) -> None:
        """Do what was promised, if it still stands. Raises what passes by itself: the broker then asks again."""
        id = UUID(due.key)
        if id in self._in_hand:
            return  # a schedule that was made twice
        self._in_hand.add(id)
        try:
            await self._deliver(id, orjson.loads(due.payload) if due.payload else {})
        finally:
            self._in_hand.discard(id)

    async def _deliver(self, id: UUID, cause: dict[str, Any]) -> None:
        await self._running.progress.wait({"notifications": cause.get("number", 0)})
        message = await self._messages.find(id)
        if message is None or not message.waits:
            self._unrecorded.pop(id, None)
            return
        with span("deliver e-mail", cause.get("trace") or None) as followed:
            outcome = self._unrecorded.get(id) or await self._outcome(message)
            self._unrecorded[id] = outcome
            followed.set(outcome=type(outcome).__name__)
            context = Context(kind="system", request=cause.get("request", ""), trace=followed.traceparent)
            await self._record(outcome, context)
            del self._unrecorded[id]
        _emails(1, outcome=type(outcome).__name__)

    async def _record(self, outcome: _Outcome, context: Context) -> None:
        try:
            await self._running.perform(outcome, context)
        except Erased:  # what a server says about an erased person is not kept, nor is anything sent to them again
            await self._running.perform(WithholdMessage(message_id=outcome.message_id, reason="inactive"), context)

    async def _outcome(self, message: Message) -> _Outcome:
        news = await self._judge.judge(message)
        if not isinstance(news, News):
            return WithholdMessage(message_id=message.id, reason=news)
        try:
            envelope, letter = self._letters.write(message, news)
            await self._transport.send(envelope, letter)
        except Refused as refused:
            _log.warning("e-mail %s was not handed over", message.id)
            return RecordRefused(message_id=message.id, error=refused.reason, permanent=refused.permanent)
        return RecordSent(message_id=message.id, header=self._letters.message_id(message))
