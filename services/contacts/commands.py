"""What changes a contact."""

from collections.abc import Sequence

from services.contacts.contract import (
    ChangeContact,
    CreateContact,
    DeleteContact,
    InvalidPhone,
    NewPhone,
    RestoreContact,
    SetContactActive,
)
from services.contacts.domain import Contact
from services.contacts.values import Phone, e164
from shared.dispatch import handles
from shared.ids import new_id
from shared.messages import Accepted
from shared.repository import Repository
from shared.settings import Settings


@handles(CreateContact)
async def create(command: CreateContact, contacts: Repository[Contact], settings: Settings) -> Accepted:
    contact = Contact.create(
        id=new_id(),
        kind=command.kind,
        names=_names(command),
        emails=command.emails,
        phones=_dialled(command.phones, settings.default_region),
        addresses=command.addresses,
        language=command.language,
    )
    return await contacts.save(contact)


@handles(ChangeContact)
async def change(command: ChangeContact, contacts: Repository[Contact], settings: Settings) -> Accepted:
    contact = await contacts.get(command.contact_id)
    contact.rename(_names(command))
    if command.emails is not None:
        contact.change_emails(command.emails)
    if command.phones is not None:
        contact.change_phones(_dialled(command.phones, settings.default_region))
    if command.addresses is not None:
        contact.change_addresses(command.addresses)
    if command.language is not None:
        contact.speak(command.language)
    return await contacts.save(contact)


@handles(SetContactActive)
async def set_active(command: SetContactActive, contacts: Repository[Contact]) -> Accepted:
    contact = await contacts.get(command.contact_id)
    contact.set_active(command.active)
    return await contacts.save(contact)


@handles(DeleteContact)
async def delete(command: DeleteContact, contacts: Repository[Contact]) -> Accepted:
    contact = await contacts.get(command.contact_id)
    contact.delete()
    return await contacts.save(contact)


@handles(RestoreContact)
async def restore(command: RestoreContact, contacts: Repository[Contact]) -> Accepted:
    contact = await contacts.get(command.contact_id)
    contact.restore()
    return await contacts.save(contact)


def _names(command: CreateContact | ChangeContact) -> dict[str, str]:
    given = {"name": command.name, "given_name": command.given_name, "family_name": command.family_name}
    return {part: text for part, text in given.items() if text is not None}


def _dialled(phones: Sequence[NewPhone], region: str) -> list[Phone]:
    """Kept as typed, and normalised so that it can be dialled from anywhere (D-15)."""
    return [_phone(index, phone, region) for index, phone in enumerate(phones)]


def _phone(index: int, phone: NewPhone, region: str) -> Phone:
    try:
        number = e164(phone.number, region)
    except ValueError:
        raise InvalidPhone(field=f"phones/{index}/number") from None
    return Phone(typed=phone.number, number=number, label=phone.label, primary=phone.primary)
