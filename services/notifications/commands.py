"""What changes a message."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.notifications.contract import QueueMessage, RecordRefused, RecordSent, RetryMessage, WithholdMessage
from services.notifications.domain import Message
from services.notifications.projections.names import PEOPLE
from services.notifications.values import About, Recipient
from shared.dispatch import handles
from shared.ids import derived_id
from shared.messages import Accepted
from shared.problems import NotCaughtUp
from shared.readstore.interface import ReadStore
from shared.repository import Repository
from shared.settings import Settings

_LABELS = {
    ("fr", False): "Nouvelle interaction",
    ("fr", True): "Nouveau commentaire",
    ("en", False): "New interaction",
    ("en", True): "New comment",
}


@handles(QueueMessage)
async def queue(command: QueueMessage, messages: Repository[Message], read: ReadStore, settings: Settings) -> Accepted:
    id = message_id(command.about, command.recipient)
    message = await messages.find(id)
    if message is None:
        person = await read.get(PEOPLE, str(command.recipient.id))
        if person is None:
            raise NotCaughtUp  # whoever named them had heard of them: so shall we
        language = person["language"] or settings.firm_language
        message = Message.queue(
            id,
            command.recipient,
            command.about,
            account_id=command.account_id,
            address=person["email"],
            subject=_LABELS[language, command.about.comment_id is not None],
            due=datetime.now(UTC) + timedelta(seconds=settings.mail_delay),
        )
    return await messages.save(message)


def message_id(about: About, recipient: Recipient) -> UUID:
    """One message to a person about an action, whenever they came to take part, and one about each comment."""
    return derived_id("message", about.id, about.comment_id or "action", recipient.id)


@handles(RecordSent)
async def sent(command: RecordSent, messages: Repository[Message]) -> Accepted:
    message = await messages.get(command.message_id)
    message.sent(command.header)
    return await messages.save(message)


@handles(RecordRefused)
async def refused(command: RecordRefused, messages: Repository[Message], settings: Settings) -> Accepted:
    message = await messages.get(command.message_id)
    message.refused(
        command.error, permanent=command.permanent, now=datetime.now(UTC), first=settings.mail_retry_seconds
    )
    return await messages.save(message)


@handles(WithholdMessage)
async def withhold(command: WithholdMessage, messages: Repository[Message]) -> Accepted:
    message = await messages.get(command.message_id)
    message.withhold(command.reason)
    return await messages.save(message)


@handles(RetryMessage)
async def retry(command: RetryMessage, messages: Repository[Message]) -> Accepted:
    message = await messages.get(command.message_id)
    message.retry(datetime.now(UTC))
    return await messages.save(message)
