"""The list of accounts, and one of them."""

from datetime import timedelta
from typing import Any

import pytest

from services.dossier.contract import GetAccount, ListAccounts
from shared.problems import NotFound, SignInRequired
from shared.readstore.cursor import InvalidCursor
from tests.dossier.conftest import Read
from tests.dossier.events import History


def names(page: dict[str, Any]) -> list[str]:
    return [item["name"] for item in page["items"]]


@pytest.mark.rows("A-02", "D-15", "M-24", "M-25")
async def test_the_list_shows_contacts_counts_and_primary_ways_to_reach(history: History, read: Read) -> None:
    owner, zoe = history.member(), history.member("Zoé", "B", "employee")
    noel = history.contact("Noël D’Hondt", phones=["01 42 68 53 00"])
    elise = history.contact("Élise Lefèvre", emails=["elise@lefevre.example", "perso@lefevre.example"])
    account = history.account("Boulangerie Lefèvre", noel, elise, team={zoe: "read", owner: "none"})
    top = history.folder(account, "2026")
    history.folder(account, "TVA", top)
    service = await read(history)
    page = await service.ask(owner, ListAccounts)
    [line] = page["items"]
    assert line["contacts"] == ["Élise Lefèvre", "Noël D’Hondt"]
    assert (line["members_count"], line["folders_count"]) == (3, 2)
    assert line["email"] == "elise@lefevre.example"
    assert line["phone"]["number"] == "+33142685300"
    assert page["next"] is None


@pytest.mark.rows("T-04", "D-11", "D-12", "D-07")
@pytest.mark.parametrize("words", ["lefevre", "BOULANGERIE", "elise@", "fevre.ex", "noel", "d'hondt", "lefevre boul"])
async def test_the_list_is_filtered_by_name_contact_or_part_of_an_email(
    words: str, history: History, read: Read
) -> None:
    owner = history.member()
    elise = history.contact("Élise Martin", emails=["elise@lefevre.example"])
    noel = history.contact("Noël D’Hondt")
    history.account("Boulangerie Lefèvre", elise, noel)
    history.account("Garage Dupont", history.contact("Jean Dupont"))
    service = await read(history)
    assert names(await service.ask(owner, ListAccounts, q=words)) == ["Boulangerie Lefèvre"]


async def test_the_list_is_filtered_by_tag_type_and_group(history: History, read: Read) -> None:
    owner, contact = history.member(), history.contact()
    one = history.account("Un", contact, tags=["Été"], type="individual")
    history.account("Deux", contact, type="business")
    service = await read(history)
    assert names(await service.ask(owner, ListAccounts, tag="ete")) == ["Un"]
    assert names(await service.ask(owner, ListAccounts, type="business")) == ["Deux"]
    assert names(await service.ask(owner, ListAccounts, group=one)) == []
    history.on_account("tags-changed", one, tags=[], was=["Été"])
    history.on_account("type-changed", one, type="other", was="individual")
    await service.take_in(history)
    assert names(await service.ask(owner, ListAccounts, tag="ete")) == []
    assert names(await service.ask(owner, ListAccounts, type="other")) == ["Un"]


@pytest.mark.parametrize("sort", ["name", "-name", "created", "-created", "activity", "-activity"])
async def test_pages_follow_each_other_in_each_order(sort: str, history: History, read: Read) -> None:
    owner, contact = history.member(), history.contact()
    made = [history.account(name, contact) for name in ("Éa", "b", "À", "c", "z", "D")]
    history.interaction(made[2])
    history.interaction(made[0])
    service = await read(history)
    expected = {
        "name": ["À", "b", "c", "D", "Éa", "z"],
        "created": ["Éa", "b", "À", "c", "z", "D"],
        "activity": ["b", "c", "z", "D", "À", "Éa"],
    }[sort.removeprefix("-")]
    paged: list[str] = []
    after = None
    while len(paged) < len(made):
        page = await service.ask(owner, ListAccounts, sort=sort, after=after, limit=2)
        paged += names(page)
        after = page["next"]
    assert after is None
    assert paged == (expected[::-1] if sort.startswith("-") else expected)
    with pytest.raises(InvalidCursor):
        await service.ask(owner, ListAccounts, sort=sort, after="nonsense")


@pytest.mark.rows("M-13", "T-03")
async def test_one_at_none_does_not_see_an_account_in_any_way(history: History, read: Read) -> None:
    owner, contact = history.member(), history.contact(emails=["elise@lefevre.example"])
    viewer = history.member("Vue", "Tout", "employee", "view-all-accounts")
    clerk = history.member("Sans", "Droit", "employee")
    hidden = history.account("Caché", contact, team={viewer: "none"})
    shown = history.account("Visible", contact, team={clerk: "read"})
    service = await read(history)
    assert names(await service.ask(owner, ListAccounts)) == ["Caché", "Visible"]
    for member in (viewer, clerk):
        assert names(await service.ask(member, ListAccounts)) == ["Visible"]
        assert names(await service.ask(member, ListAccounts, q="elise")) == ["Visible"]
        assert (await service.ask(member, GetAccount, account_id=shown))["related_accounts"] == []
        with pytest.raises(NotFound):
            await service.ask(member, GetAccount, account_id=hidden)
    related = (await service.ask(owner, GetAccount, account_id=shown))["related_accounts"]
    assert related == [{"id": hidden, "name": "Caché"}]


@pytest.mark.rows("M-26", "M-27")
async def test_a_deleted_account_is_shown_nowhere_until_it_is_restored(history: History, read: Read) -> None:
    owner, contact = history.member(), history.contact()
    gone, other = history.account("Parti", contact), history.account("Autre", contact)
    history.on_account("deleted", gone)
    service = await read(history)
    assert names(await service.ask(owner, ListAccounts)) == ["Autre"]
    assert (await service.ask(owner, GetAccount, account_id=other))["related_accounts"] == []
    with pytest.raises(NotFound):
        await service.ask(owner, GetAccount, account_id=gone)
    history.on_account("restored", gone)
    await service.take_in(history)
    assert names(await service.ask(owner, ListAccounts)) == ["Autre", "Parti"]


async def test_one_who_is_no_active_member_is_shown_nothing(history: History, read: Read) -> None:
    history.account("Compte", history.contact())
    left = history.member("Parti", "Loin", "admin")
    history.record("firm.member.deactivated", left)
    service = await read(history)
    with pytest.raises(SignInRequired):
        await service.ask(left, ListAccounts)
    assert names(await service.ask(None, ListAccounts)) == ["Compte"]


@pytest.mark.rows("A-01", "T-31", "T-34", "T-40", "T-41", "T-42")
async def test_an_account_is_told_with_its_links_team_and_related_accounts(history: History, read: Read) -> None:
    owner, clerk = history.member(), history.member("Inès", "Moreau", "employee")
    zoe = history.contact("Zoé Martin", emails=["zoe@x.example", "perso@x.example"])
    elise = history.contact("Élise Lefèvre")
    account = history.account("Un", zoe, elise, team={clerk: "full"}, tags=["VIP"])
    history.on_account("link-described", account, contact_id=zoe, description="Gérante", was="")
    address = {"street": "1 rue de l'Église", "postal_code": "69005", "city": "Lyon", "region": "", "country": "FR"}
    changed = history.on_account("address-changed", account, address=address, was=None)
    other = history.account("Deux", zoe)
    history.on_account("link-described", other, contact_id=zoe, description="Comptable", was="")
    service = await read(history)
    told = await service.ask(owner, GetAccount, account_id=account)
    assert [contact["name"] for contact in told["contacts"]] == ["Élise Lefèvre", "Zoé Martin"]
    assert [contact["description"] for contact in told["contacts"]] == ["", "Gérante"]
    assert [email["address"] for email in told["contacts"][1]["emails"]] == ["zoe@x.example", "perso@x.example"]
    assert told["team"] == [{"id": clerk, "name": "Inès Moreau", "access": "full"}]
    assert told["related_accounts"] == [{"id": other, "name": "Deux"}]
    assert (told["address"], told["tags"], told["version"]) == (address, ["VIP"], changed.version)
    history.on_account("contact-unlinked", other, contact_id=zoe)
    history.record("contacts.contact.deleted", elise)
    await service.take_in(history)
    told = await service.ask(owner, GetAccount, account_id=account)
    assert (told["related_accounts"], [c["id"] for c in told["contacts"]], told["members_count"]) == ([], [zoe], 2)


@pytest.mark.rows("M-25", "M-39")
async def test_folders_that_one_may_not_see_are_not_counted(history: History, read: Read) -> None:
    clerk = history.member("Inès", "Moreau", "employee", "view-all-accounts")
    account = history.account("Un", history.contact())
    open_folder = history.folder(account, "Ouvert")
    secret = history.folder(account, "Secret", open_folder)
    history.on_tree("right-set", account, folder_id=secret, subject=f"member:{clerk}", right="none", was=None)
    service = await read(history)
    assert (await service.ask(clerk, ListAccounts))["items"][0]["folders_count"] == 1
    assert (await service.ask(clerk, GetAccount, account_id=account))["folders_count"] == 1
    assert (await service.ask(None, GetAccount, account_id=account))["folders_count"] == 2
    history.on_tree("folder-deleted", account, folder_id=open_folder, folders=[open_folder, secret])
    await service.take_in(history)
    assert (await service.ask(clerk, GetAccount, account_id=account))["folders_count"] == 0


async def test_last_activity_is_the_moment_of_whatever_happened_last_in_the_dossier(
    history: History, read: Read
) -> None:
    owner = history.member()
    account = history.account("Un", history.contact())
    history.interaction(account, subject="2026")
    history.member("Autre", "Chose")
    service = await read(history)
    [line] = (await service.ask(owner, ListAccounts))["items"]
    assert line["last_activity_at"] == f"{(history.events[-2].at).isoformat(timespec='microseconds')[:-6]}Z"
    assert history.events[-1].at - history.events[-2].at == timedelta(minutes=1)
