"""Who was e-mailed about what, and what became of it: for those who see what it was about."""

from services.firm.contract import Access
from services.notifications.contract import GetMessage, ListMessages, MessageEntry, MessagePage, Told
from services.notifications.projections.actions import ACTIONS
from services.notifications.projections.names import PEOPLE
from services.notifications.projections.outbox import OUTBOX
from shared.dispatch import handles
from shared.problems import NotFound
from shared.readstore.conditions import Condition, Eq
from shared.readstore.cursor import decode_cursor, encode_cursor
from shared.readstore.interface import Document, Order, ReadStore

_LATEST = (Order("queued_at", descending=True),)


@handles(ListMessages)
async def list_messages(query: ListMessages, read: ReadStore, access: Access) -> MessagePage:
    conditions: list[Condition] = [await access.scopes("scopes")]
    if query.state is not None:
        conditions.append(Eq("state", query.state))
    if query.interaction_id is not None:
        conditions.append(Eq("interaction_id", str(query.interaction_id)))
    after = decode_cursor(query.after, _LATEST)
    found: list[Document] = []
    while len(found) < query.limit:
        page = await read.find(OUTBOX, *conditions, order=_LATEST, after=after, limit=query.limit - len(found))
        found += [message for message in page.documents if await _seen(message, read, access)]
        after = page.next
        if after is None:
            break
    names = await _names(found, read)
    return MessagePage(items=[_entry(message, names) for message in found], next=encode_cursor(after, _LATEST))


@handles(GetMessage)
async def get_message(query: GetMessage, read: ReadStore) -> MessageEntry:
    message = await read.get(OUTBOX, str(query.message_id))
    if message is None:
        raise NotFound
    return _entry(message, await _names([message], read))


async def _seen(message: Document, read: ReadStore, access: Access) -> bool:
    """What is about an account was chosen by its rights; the account may be deleted, and a contact has rights too."""
    if access.system:
        return True
    member = await access.member()
    if message["account_id"]:
        return await access.level(member, message["account_id"]) != "none"
    action = await read.get(ACTIONS, message["interaction_id"])
    return action is not None and await access.sees_contact(member, action["contact_id"])


async def _names(messages: list[Document], read: ReadStore) -> dict[str, str]:
    people = await read.get_many(PEOPLE, {_recipient(message)[1] for message in messages})
    return {id: person["name"] for id, person in people.items()}


def _recipient(message: Document) -> tuple[str, str]:
    """`member_id` or `contact_id`, and the id."""
    kind, id = next(iter(message["recipient"].items()))
    return kind, id


def _entry(message: Document, names: dict[str, str]) -> MessageEntry:
    kind, id = _recipient(message)
    told = Told.model_validate({"id": id, "kind": kind.removesuffix("_id"), "name": names.get(id, "")})
    fields = {name: message[name] for name in MessageEntry.model_fields if name != "recipient"}
    return MessageEntry.model_validate(fields | {"recipient": told})
