"""The acceptance examples of the feature list, word for word, over HTTP. The third stands in test_hidden.py."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.client import code, refused
from tests.e2e.system import OWNER_EMAIL, OWNER_PASSWORD, Firm, Member, name
from tests.e2e.trees import shown


@pytest.mark.rows("T-23", "T-52", "T-38")
def test_1_unlinking_the_last_contact_is_refused_and_the_refusal_says_why(owner: Member) -> None:
    contact = owner.contact()
    account = owner.account(contact)
    for language, words in (("fr", "dernier contact"), ("en", "last contact")):
        answer = owner.delete(f"/accounts/{account}/contacts/{contact}", accept_language=language)
        assert words in refused(answer, 409, "last-contact")["detail"].lower()
    assert [link["id"] for link in owner.read(f"/accounts/{account}")["contacts"]] == [contact]


@pytest.mark.rows("T-23", "T-52")
def test_1_of_two_concurrent_unlinks_of_the_last_two_contacts_exactly_one_succeeds(firm: Firm, owner: Member) -> None:
    both = owner, firm.sign_in(OWNER_EMAIL, OWNER_PASSWORD).after(owner)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(5):
            contacts = owner.contact(), owner.contact()
            account = owner.account(*contacts)
            both[1].after(owner)
            paths = [f"/accounts/{account}/contacts/{contact}" for contact in contacts]
            answers = list(pool.map(lambda who, path: who.delete(path), both, paths))
            assert sorted(answer.status_code for answer in answers) == [200, 409]
            assert {code(answer) for answer in answers} == {None, "last-contact"}
            stays = contacts[[answer.status_code for answer in answers].index(409)]
            assert [link["id"] for link in owner.after(both[1]).read(f"/accounts/{account}")["contacts"]] == [stays]


@pytest.mark.rows("M-26", "M-27", "D-04")
def test_2_the_contacts_of_a_deleted_dossier_are_still_in_the_contact_list(owner: Member) -> None:
    contacts = {owner.contact(), owner.contact()}
    account = owner.account(*contacts)
    owner.did(owner.delete(f"/accounts/{account}"))
    refused(owner.get(f"/accounts/{account}"), 404, "not-found")
    assert contacts <= owner.listed("/contacts")
    for contact in contacts:
        assert owner.read(f"/contacts/{contact}")["accounts"] == []
    owner.did(owner.post(f"/accounts/{account}/restoration"))
    assert {link["id"] for link in owner.read(f"/accounts/{account}")["contacts"]} == contacts


@pytest.mark.rows("M-40", "M-42", "M-43", "M-47")
def test_4_a_cascade_over_three_levels_is_exactly_what_view_as_shows_to_a_contact(owner: Member) -> None:
    contact = owner.contact()
    account = owner.account(contact)
    top, beside = owner.folder(account), owner.folder(account)
    below = [top]
    for _ in range(3):
        below.append(owner.folder(account, below[-1]))
    assert shown(owner, account, f"contact:{contact}") == {}
    owner.right(top, "read", contact_id=contact)
    assert shown(owner, account, f"contact:{contact}") == {top: "read"}
    owner.did(owner.post(f"/folders/{top}/rights/cascade", {"subject": {"contact_id": contact}}))
    assert shown(owner, account, f"contact:{contact}") == dict.fromkeys(below, "read")
    assert beside in shown(owner, account)


@pytest.mark.rows("M-39", "M-45", "M-46", "M-47", "M-43")
def test_4_the_same_for_a_collaborator_who_then_sees_just_what_view_as_showed(firm: Firm, owner: Member) -> None:
    member, account = firm.member(), owner.account()
    owner.team(account, member, "read")
    top = owner.folder(account)
    owner.right(top, "none", member_id=member.id)
    below = [top]
    for _ in range(3):
        below.append(owner.folder(account, below[-1]))  # each starts with a copy of what its parent has
    assert shown(owner, account, f"member:{member.id}") == {} == shown(member.after(owner), account)
    owner.right(top, "read", member_id=member.id)
    assert shown(owner, account, f"member:{member.id}") == {top: "read"} == shown(member.after(owner), account)
    owner.did(owner.post(f"/folders/{top}/rights/cascade", {"subject": {"member_id": member.id}}))
    expected = dict.fromkeys(below, "read")
    assert shown(owner, account, f"member:{member.id}") == expected == shown(member.after(owner), account)


@pytest.mark.rows("M-48", "A-14", "X-06")
def test_5_the_1001st_activity_pushes_the_oldest_out_of_the_feed_and_the_audit_log_keeps_it(owner: Member) -> None:
    account = owner.account()
    feed, audit = f"/accounts/{account}/activity", f"/accounts/{account}/audit"
    oldest = list(owner.every(feed))[-1]
    with ThreadPoolExecutor(8) as pool:
        missing = 1_000 - len(list(owner.every(feed)))
        list(pool.map(lambda _: owner.interaction(account_id=account), range(missing)))
    full = [entry["id"] for entry in owner.every(feed, limit=200)]
    assert (len(full), full[-1]) == (1_000, oldest["id"])
    newest = owner.interaction(account_id=account)
    entries = list(owner.every(feed, limit=200))
    assert [entry["id"] for entry in entries[1:]] == full[:-1]
    assert entries[0]["subject"]["id"] == newest
    kept = [entry["id"] for entry in owner.every(audit, limit=200)]
    assert {oldest["id"], *full} <= set(kept)
    assert len(kept) == len(set(kept)) > 1_000


@pytest.mark.rows("U-18", "U-19", "U-48")
def test_6_one_e_mail_for_the_action_and_one_per_later_comment_and_none_after_access_was_lost(
    firm: Firm, owner: Member
) -> None:
    member, address = firm.member(), f"{name().lower()}@client.example"
    contact = owner.contact(emails=[{"address": address}])
    account = owner.account(contact)
    owner.team(account, member, "read")
    people = [{"member_id": member.id}, {"contact_id": contact}, {"member_id": owner.id}]
    action = owner.interaction(account_id=account, participants=people)
    owner.comment(action)
    member.after(owner).comment(action)  # nobody is e-mailed about their own
    _settled(owner, action, 6)  # rights count at the moment of sending: these must have left before they go
    owner.team(account, member, "none")
    owner.comment(action)
    _settled(owner, action, 8)
    to_member = ["sent", "sent", "no-access"]
    assert sorted(_outcomes(owner, action, member.id)) == sorted(to_member)
    assert _outcomes(owner, action, contact) == ["sent"] * 4
    assert _outcomes(owner, action, owner.id) == ["sent"]  # about the member's comment alone
    assert [len(firm.mails(to)) for to in (member.email, address)] == [2, 4]


def _settled(owner: Member, action: str, messages: int) -> None:
    """Wait until so many messages about an action were made, and each was sent or kept back."""

    def settled() -> bool:
        found = list(owner.every("/messages", interaction_id=action))
        return len(found) == messages and {message["state"] for message in found} <= {"sent", "withheld"}

    owner.until(settled, f"{messages} messages about {action}")


def _outcomes(owner: Member, action: str, recipient: str) -> list[str]:
    """What became of each message to somebody: `sent`, or why it was kept back."""
    messages = owner.every("/messages", interaction_id=action)
    return [found["withheld"] or found["state"] for found in messages if found["recipient"]["id"] == recipient]


@pytest.mark.rows("T-41", "T-34")
def test_7_one_contact_carries_two_descriptions_and_each_account_lists_the_other_as_related(owner: Member) -> None:
    contact = owner.contact()
    told = {"Contact principal": name(), "Gérante": name()}
    accounts = {
        said: owner.account(name=called, contacts=[{"contact_id": contact, "description": said}])
        for said, called in told.items()
    }
    for said, account in accounts.items():
        found = owner.read(f"/accounts/{account}")
        assert [(link["id"], link["description"]) for link in found["contacts"]] == [(contact, said)]
        related = [{"id": accounts[other], "name": told[other]} for other in told if other != said]
        assert found["related_accounts"] == related
        assert owner.read(f"/accounts/{account}/overview")["related_accounts"] == related
    described = {line["id"]: line["description"] for line in owner.read(f"/contacts/{contact}")["accounts"]}
    assert described == {account: said for said, account in accounts.items()}


@pytest.mark.rows("D-20", "D-27", "D-28", "D-30")
def test_9_thirty_days_ago_is_still_inside_and_combines_with_other_filters(owner: Member) -> None:
    now, account = datetime.now(UTC), owner.account()

    def at(moment: datetime, kind: str = "note") -> str:
        return owner.interaction(account_id=account, kind=kind, occurred_at=moment.isoformat())

    inside = [at(now - timedelta(days=29), kind) for kind in ("note", "call")]
    outside = at(now - timedelta(days=31))
    assert owner.listed("/interactions", account_id=account) == {*inside, outside}
    assert owner.listed("/interactions", account_id=account, last_30_days=True) == set(inside)
    assert owner.listed("/interactions", account_id=account, last_30_days=True, kind="call") == {inside[1]}

    def exactly() -> bool:
        """Inside for as long as the minute lasts: the second try is for one that just ended."""
        note = at(datetime.now(UTC) - timedelta(days=30))
        return note in owner.listed("/interactions", account_id=account, last_30_days=True)

    assert exactly() or exactly()
