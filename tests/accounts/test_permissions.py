"""What accounts may say at the broker."""

from shared.permissions import permissions


def test_all_that_accounts_may_ask_of_another_service_is_to_create_a_contact() -> None:
    publishes, _ = permissions("accounts")
    assert [s for s in publishes if s.startswith(("cmd.", "qry."))] == ["cmd.contacts.CreateContact"]
