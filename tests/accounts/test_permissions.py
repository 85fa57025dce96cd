"""What accounts may say at the broker, asked of a real one with the product's own configuration."""

from pathlib import Path

from nats.aio.msg import Msg

from services.contacts.contract import CreateContact, DeleteContact
from shared.permissions import permissions
from tests.run.machine import broker_of, connect_as, plan_in


def test_all_that_accounts_may_ask_of_another_service_is_to_create_a_contact() -> None:
    publishes, _ = permissions("accounts")
    assert [s for s in publishes if s.startswith(("cmd.", "qry."))] == [CreateContact.nats_subject()]


async def test_contacts_hears_accounts_when_it_asks_for_a_new_contact_and_for_nothing_else(tmp_path: Path) -> None:
    async def answer(message: Msg) -> None:
        await message.respond(b"created")

    plan = plan_in(tmp_path)
    with broker_of(plan):
        accounts, contacts = await connect_as(plan, "accounts"), await connect_as(plan, "contacts")
        await contacts.connection.subscribe("cmd.contacts.*", queue="contacts", cb=answer)
        await contacts.connection.flush()
        asked = accounts.connection.request(CreateContact.nats_subject(), b"", timeout=5)
        assert (await asked).data == b"created"
        assert await accounts.is_refused(accounts.connection.publish(DeleteContact.nats_subject(), b""))
        await accounts.connection.close()
        await contacts.connection.close()
