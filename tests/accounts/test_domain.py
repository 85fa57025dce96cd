"""What an account decides, one decision at a time."""

from typing import Any
from uuid import UUID

import pytest

from services.accounts.domain.account import Account
from services.accounts.domain.links import AlreadyLinked, ContactRequired, LastContact, Link
from services.accounts.values import BusinessAddress
from shared.ids import new_id
from shared.problems import NotFound
from tests.scenario import fact, given, when_made

ZOE, LEO, MAX = new_id(), new_id(), new_id()
CLERK = new_id()
LYON = BusinessAddress(street="12 rue de l'Église", postal_code="69005", city="Lyon")


def account(*contacts: UUID, **fields: Any) -> Account:
    links = [Link(contact) for contact in contacts or (ZOE,)]
    fields = {"name": "Boulangerie Lefèvre", "type": "business"} | fields
    return Account.create(new_id(), links=links, **fields)


def deleted() -> Account:
    made = account(ZOE, LEO)
    made.delete()
    return made


@pytest.mark.rows("A-01", "M-03", "M-11", "T-26", "T-28", "T-30")
def test_an_account_is_created_with_its_contacts_in_the_order_given() -> None:
    when_made(lambda: account(ZOE, LEO, tags=["Paie"], generated=True)).then(
        fact(
            Account.Created,
            name="Boulangerie Lefèvre",
            type="business",
            generated=True,
            tags=["Paie"],
            contacts=[{"contact_id": str(ZOE)}, {"contact_id": str(LEO)}],
            team={},
        )
    ).and_now(generated=True, address=None, deleted=False)


@pytest.mark.rows("T-41", "T-56", "M-12")
def test_descriptions_address_and_team_are_recorded_with_the_creation() -> None:
    links = [Link(ZOE, "Gérante"), Link(LEO)]
    when_made(
        lambda: Account.create(
            new_id(), name="Lefèvre", type="business", links=links, address=LYON, team={str(CLERK): "full"}
        )
    ).then(
        fact(Account.Created, team={str(CLERK): "full"}),
        fact(Account.LinkDescribed, contact_id=ZOE, description="Gérante", was=""),
        fact(Account.AddressChanged, address=LYON.model_dump(), was=None),
    ).and_now(links={ZOE: "Gérante", LEO: ""}, team={str(CLERK): "full"})


@pytest.mark.rows("T-23")
def test_no_account_is_created_without_a_contact() -> None:
    when_made(lambda: Account.create(new_id(), name="Nobody", type="other", links=[])).then_rejected(
        ContactRequired, field="contacts"
    )


def test_no_account_is_created_with_the_same_contact_twice() -> None:
    when_made(lambda: account(ZOE, LEO, ZOE)).then_rejected(AlreadyLinked, field="contacts/2/contact_id")


def test_a_generated_name_fits_where_names_are_kept() -> None:
    when_made(lambda: account(name="x" * 401)).then(fact(Account.Created, name="x" * 200))


@pytest.mark.rows("T-26", "T-53", "T-58")
def test_renaming_tells_the_old_name_and_ends_the_generated_one() -> None:
    given(account(generated=True)).when(lambda a: a.rename("Chez Zoé")).then(
        fact(Account.Renamed, name="Chez Zoé", was="Boulangerie Lefèvre")
    ).and_now(generated=False)


def test_renaming_to_the_same_name_records_nothing() -> None:
    given(account()).when(lambda a: a.rename("Boulangerie Lefèvre")).then_nothing()


@pytest.mark.rows("T-28", "T-29", "T-58")
def test_the_type_changes() -> None:
    given(account()).when(lambda a: a.change_type("individual")).then(
        fact(Account.TypeChanged, type="individual", was="business")
    )
    given(account()).when(lambda a: a.change_type("business")).then_nothing()


@pytest.mark.rows("T-30", "T-58")
def test_tags_are_replaced_as_a_whole() -> None:
    given(account(tags=["Paie"])).when(lambda a: a.change_tags(["Paie", "TVA"])).then(
        fact(Account.TagsChanged, tags=["Paie", "TVA"], was=["Paie"])
    )
    given(account(tags=["Paie"])).when(lambda a: a.change_tags(["Paie"])).then_nothing()
    given(account(tags=["Paie"])).when(lambda a: a.change_tags([])).then(
        fact(Account.TagsChanged, tags=[], was=["Paie"])
    )


@pytest.mark.rows("T-56", "T-58")
def test_the_business_address_is_set_and_taken_away() -> None:
    given(account()).when(lambda a: a.change_address(LYON)).then(
        fact(Account.AddressChanged, address=LYON.model_dump(), was=None)
    )
    given(account(address=LYON)).when(lambda a: a.change_address(LYON)).then_nothing()
    given(account(address=LYON)).when(lambda a: a.change_address(None)).then(
        fact(Account.AddressChanged, address=None, was=LYON.model_dump())
    )


@pytest.mark.rows("D-04", "M-11", "T-38", "T-41")
def test_a_contact_is_linked_with_a_description_of_its_own() -> None:
    given(account(ZOE)).when(lambda a: a.link(Link(LEO, "Conjoint"))).then(
        fact(Account.ContactLinked, contact_id=LEO, description="Conjoint")
    ).and_now(links={ZOE: "", LEO: "Conjoint"})


def test_a_contact_is_not_linked_twice() -> None:
    given(account(ZOE)).when(lambda a: a.link(Link(ZOE))).then_rejected(AlreadyLinked, field="contact_id")


@pytest.mark.rows("T-38", "T-52")
def test_one_of_two_contacts_is_unlinked() -> None:
    given(account(ZOE, LEO)).when(lambda a: a.unlink(ZOE)).then(fact(Account.ContactUnlinked, contact_id=ZOE)).and_now(
        links={LEO: ""}
    )


@pytest.mark.rows("T-52")
def test_the_last_contact_is_never_unlinked() -> None:
    then = given(account(ZOE, LEO), lambda a: a.unlink(ZOE)).when(lambda a: a.unlink(LEO)).then_rejected(LastContact)
    assert then.refusal
    assert "dernier contact" in then.refusal.detail("fr")
    assert "last contact" in then.refusal.detail("en")


def test_a_contact_that_is_not_linked_is_not_unlinked() -> None:
    given(account(ZOE)).when(lambda a: a.unlink(MAX)).then_rejected(NotFound)
    given(account(ZOE, LEO), lambda a: a.unlink(LEO)).when(lambda a: a.unlink(LEO)).then_rejected(NotFound)


def test_a_contact_that_was_unlinked_is_linked_again_without_its_old_description() -> None:
    given(account(ZOE, LEO), lambda a: a.describe_link(LEO, "DAF"), lambda a: a.unlink(LEO)).when(
        lambda a: a.link(Link(LEO))
    ).then(fact(Account.ContactLinked, contact_id=LEO, description="")).and_now(links={ZOE: "", LEO: ""})


@pytest.mark.rows("T-41")
def test_a_link_is_described_anew() -> None:
    given(account(ZOE), lambda a: a.describe_link(ZOE, "DG")).when(lambda a: a.describe_link(ZOE, "")).then(
        fact(Account.LinkDescribed, contact_id=ZOE, description="", was="DG")
    )
    given(account(ZOE)).when(lambda a: a.describe_link(ZOE, "")).then_nothing()
    given(account(ZOE)).when(lambda a: a.describe_link(LEO, "DG")).then_rejected(NotFound)


@pytest.mark.rows("M-12", "M-13", "T-31")
def test_a_members_level_is_set_changed_and_taken_back() -> None:
    given(account()).when(lambda a: a.set_access(CLERK, "none")).then(
        fact(Account.TeamSet, member_id=str(CLERK), access="none", was=None)
    )
    given(account(team={str(CLERK): "read"})).when(lambda a: a.set_access(CLERK, "full")).then(
        fact(Account.TeamSet, member_id=str(CLERK), access="full", was="read")
    ).and_now(team={str(CLERK): "full"})
    given(account(team={str(CLERK): "none"})).when(lambda a: a.clear_access(CLERK)).then(
        fact(Account.TeamCleared, member_id=str(CLERK), was="none")
    ).and_now(team={})


def test_the_same_level_again_and_taking_back_what_is_not_set_record_nothing() -> None:
    given(account(team={str(CLERK): "read"})).when(lambda a: a.set_access(CLERK, "read")).then_nothing()
    given(account()).when(lambda a: a.clear_access(CLERK)).then_nothing()


@pytest.mark.rows("M-26", "M-27")
def test_a_deleted_account_keeps_its_links_and_comes_back_as_it_was() -> None:
    given(account(ZOE, LEO)).when(lambda a: a.delete()).then(fact(Account.Deleted)).and_now(links={ZOE: "", LEO: ""})
    given(deleted).when(lambda a: a.restore()).then(fact(Account.Restored)).and_now(links={ZOE: "", LEO: ""})


def test_only_a_deleted_account_is_restored() -> None:
    given(account()).when(lambda a: a.restore()).then_rejected(NotFound)


def test_nothing_is_changed_on_a_deleted_account() -> None:
    for change in (
        lambda a: a.rename("X"),
        lambda a: a.change_type("other"),
        lambda a: a.change_tags(["X"]),
        lambda a: a.change_address(LYON),
        lambda a: a.link(Link(MAX)),
        lambda a: a.unlink(ZOE),
        lambda a: a.describe_link(ZOE, "X"),
        lambda a: a.set_access(CLERK, "read"),
        lambda a: a.clear_access(CLERK),
        lambda a: a.delete(),
    ):
        given(deleted).when(change).then_rejected(NotFound)
