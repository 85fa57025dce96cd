"""What a contact decides, one decision at a time."""

from typing import Any

import pytest

from services.contacts.domain import Contact
from services.contacts.values import Email, Phone, PostalAddress
from shared.ids import new_id
from shared.problems import NotFound
from tests.scenario import fact, given, when_made

WORK = Email(address="zoe@lefevre.example", label="bureau")
HOME = Email(address="zoe@maison.example", label="maison")
MOBILE = Phone(typed="06 12 34 56 78", number="+33612345678")
OFFICE = Phone(typed="01 42 68 53 00", number="+33142685300")
LYON = PostalAddress(street="12 rue de l'Église", postal_code="69005", city="Lyon")


def zoe(**fields: Any) -> Contact:
    return Contact.create(new_id(), "person", {"given_name": "Zoé", "family_name": "Lefèvre"}, **fields)


def bakery(**fields: Any) -> Contact:
    return Contact.create(new_id(), "company", {"name": "Boulangerie Lefèvre"}, **fields)


def deleted() -> Contact:
    contact = zoe()
    contact.delete()
    return contact


def plain(*reaches: Any, primary: int = 0) -> list[dict[str, Any]]:
    return [reach.model_dump() | {"primary": index == primary} for index, reach in enumerate(reaches)]


@pytest.mark.rows("U-10", "D-23", "D-25")
def test_a_person_is_created_and_called_by_both_names() -> None:
    when_made(lambda: zoe(language="fr")).then(
        fact(Contact.Created, kind="person", name="Zoé Lefèvre", given_name="Zoé", family_name="Lefèvre", language="fr")
    ).and_now(active=True, deleted=False, emails=[], phones=[], addresses=[])


@pytest.mark.rows("U-10", "D-25")
def test_a_company_is_created_with_one_name() -> None:
    when_made(bakery).then(
        fact(Contact.Created, kind="company", name="Boulangerie Lefèvre", given_name="", family_name="", language=None)
    )


@pytest.mark.rows("D-25")
def test_a_displayed_name_that_is_given_stays_beside_the_others() -> None:
    names = {"name": "Dr Zoé", "given_name": "Zoé", "family_name": "Lefèvre"}
    when_made(lambda: Contact.create(new_id(), "person", names)).then(fact(Contact.Created, **names))


@pytest.mark.rows("D-15", "T-42")
def test_the_first_way_to_reach_somebody_is_the_primary_one() -> None:
    when_made(lambda: zoe(emails=[WORK, HOME], phones=[MOBILE, OFFICE], addresses=[LYON])).then(
        fact(
            Contact.Created,
            emails=plain(WORK, HOME),
            phones=plain(MOBILE, OFFICE),
            addresses=plain(LYON),
        )
    )


@pytest.mark.rows("D-15", "T-42")
def test_the_one_that_is_marked_is_the_primary_one_and_no_other() -> None:
    marked = HOME.model_copy(update={"primary": True})
    twice = OFFICE.model_copy(update={"primary": True})
    when_made(lambda: zoe(emails=[WORK, marked], phones=[MOBILE, twice, twice])).then(
        fact(Contact.Created, emails=plain(WORK, HOME, primary=1), phones=plain(MOBILE, OFFICE, OFFICE, primary=1))
    )


@pytest.mark.rows("D-25")
def test_a_new_family_name_changes_the_displayed_name() -> None:
    was = {"name": "Zoé Lefèvre", "given_name": "Zoé", "family_name": "Lefèvre"}
    given(zoe()).when(lambda c: c.rename({"family_name": "Roy"})).then(
        fact(Contact.Renamed, name="Zoé Roy", given_name="Zoé", family_name="Roy", was=was)
    )


def test_a_displayed_name_can_be_chosen() -> None:
    given(zoe()).when(lambda c: c.rename({"name": "Madame Z"})).then(
        fact(Contact.Renamed, name="Madame Z", given_name="Zoé", family_name="Lefèvre")
    )


def test_a_company_is_renamed() -> None:
    given(bakery()).when(lambda c: c.rename({"name": "Lefèvre & fils"})).then(
        fact(Contact.Renamed, name="Lefèvre & fils", given_name="", family_name="")
    )


@pytest.mark.parametrize("names", [{}, {"given_name": "Zoé"}, {"given_name": "Zoé", "family_name": "Lefèvre"}])
def test_the_same_name_again_records_nothing(names: dict[str, str]) -> None:
    given(zoe()).when(lambda c: c.rename(names)).then_nothing()


def test_a_company_keeps_its_name_when_no_name_is_given() -> None:
    given(bakery()).when(lambda c: c.rename({})).then_nothing().and_now(
        names={"name": "Boulangerie Lefèvre", "given_name": "", "family_name": ""}
    )


@pytest.mark.rows("T-42", "T-54")
def test_emails_are_replaced_as_a_whole() -> None:
    given(zoe(emails=[WORK])).when(lambda c: c.change_emails([HOME, WORK])).then(
        fact(Contact.EmailsChanged, emails=plain(HOME, WORK), was=plain(WORK))
    )
    given(zoe(emails=[WORK])).when(lambda c: c.change_emails([WORK])).then_nothing()
    given(zoe(emails=[WORK])).when(lambda c: c.change_emails([])).then(
        fact(Contact.EmailsChanged, emails=[], was=plain(WORK))
    )


@pytest.mark.rows("D-15", "T-54")
def test_phones_are_replaced_as_a_whole() -> None:
    given(zoe(phones=[MOBILE])).when(lambda c: c.change_phones([OFFICE])).then(
        fact(Contact.PhonesChanged, phones=plain(OFFICE), was=plain(MOBILE))
    )
    given(zoe(phones=[MOBILE])).when(lambda c: c.change_phones([MOBILE])).then_nothing()


@pytest.mark.rows("T-54")
def test_addresses_are_replaced_as_a_whole() -> None:
    given(zoe()).when(lambda c: c.change_addresses([LYON])).then(
        fact(Contact.AddressesChanged, addresses=plain(LYON), was=[])
    )
    given(zoe(addresses=[LYON])).when(lambda c: c.change_addresses([LYON])).then_nothing()


@pytest.mark.rows("M-09")
def test_the_language_of_a_contact_changes() -> None:
    given(zoe()).when(lambda c: c.speak("en")).then(fact(Contact.LanguageChanged, language="en", was=None))
    given(zoe(language="fr")).when(lambda c: c.speak("fr")).then_nothing()


@pytest.mark.rows("U-13")
def test_a_contact_is_deactivated_and_activated() -> None:
    given(zoe()).when(lambda c: c.set_active(False)).then(fact(Contact.Deactivated)).and_now(active=False)
    given(zoe(), lambda c: c.set_active(False)).when(lambda c: c.set_active(True)).then(fact(Contact.Activated))


@pytest.mark.rows("U-13")
def test_doing_so_twice_records_nothing() -> None:
    given(zoe()).when(lambda c: c.set_active(True)).then_nothing()
    given(zoe(), lambda c: c.set_active(False)).when(lambda c: c.set_active(False)).then_nothing()


@pytest.mark.rows("D-25")
def test_a_contact_is_deleted_and_brought_back() -> None:
    given(zoe()).when(lambda c: c.delete()).then(fact(Contact.Deleted)).and_now(deleted=True)
    given(deleted).when(lambda c: c.restore()).then(fact(Contact.Restored)).and_now(deleted=False)


def test_only_a_deleted_contact_is_brought_back() -> None:
    given(zoe()).when(lambda c: c.restore()).then_rejected(NotFound)


def test_nothing_is_changed_on_a_deleted_contact() -> None:
    for change in (
        lambda c: c.rename({"given_name": "X"}),
        lambda c: c.change_emails([HOME]),
        lambda c: c.change_phones([MOBILE]),
        lambda c: c.change_addresses([LYON]),
        lambda c: c.speak("en"),
        lambda c: c.set_active(False),
        lambda c: c.delete(),
    ):
        given(deleted).when(change).then_rejected(NotFound)
