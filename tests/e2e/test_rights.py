"""Ruling 11, row by row: who may, who sees but may not (403 `not-allowed`), and for whom there is nothing (404)."""

import pytest

from tests.e2e.acts import ROWS, Row, create_account
from tests.e2e.client import code, refused
from tests.e2e.stage import Stage, staged
from tests.e2e.system import OWNER_EMAIL, OWNER_PASSWORD, PASSWORD, Firm, Member, name


@pytest.fixture(scope="module")
def stage(firm: Firm) -> Stage:
    return staged(firm, firm.sign_in(OWNER_EMAIL, OWNER_PASSWORD))


@pytest.mark.rows("T-03", "T-57", "M-13", "M-14", "M-15", "M-39", "U-04")
@pytest.mark.parametrize("row", [pytest.param(row, id=row.what) for row in ROWS])
def test_each_member_may_what_the_table_says(stage: Stage, row: Row) -> None:
    got, expected = {}, {}
    for who, member in stage.cast.items():
        answer = row.act(stage, member.after(stage.owner))
        got[who] = "yes" if answer.is_success else f"{answer.status_code} {code(answer)}"
        may, sees = who in row.may.split(), who in row.sees.split()
        expected[who] = "yes" if may else "403 not-allowed" if sees else row.otherwise
    assert got == expected


@pytest.mark.rows("T-57")
def test_who_creates_an_account_gets_level_full_on_it(stage: Stage) -> None:
    creator = stage.cast["absent"]
    account = creator.did(create_account(stage, creator))["id"]
    team = {member["id"]: member["access"] for member in creator.read(f"/accounts/{account}")["team"]}
    assert team == {creator.id: "full"}


@pytest.mark.rows("D-21", "U-48")
def test_authors_change_and_delete_their_own_interactions_and_comments(stage: Stage) -> None:
    reader = stage.cast["reader"]
    note = reader.interaction(account_id=stage.account)
    comment = f"/interactions/{note}/comments/{reader.comment(note)}"
    reader.did(reader.put(f"/interactions/{note}", {"subject": "Autre"}))
    reader.did(reader.put(comment, {"body": "Autre."}))
    reader.did(reader.delete(comment))
    reader.did(reader.delete(f"/interactions/{note}"))


@pytest.mark.rows("M-39", "M-45", "M-14", "M-15")
def test_a_right_set_on_a_folder_wins_over_the_level_but_gives_nothing_without_one(stage: Stage) -> None:
    owner, folder = stage.owner, stage.another("folder")
    reader, full, outsider = (stage.cast[who] for who in ("reader", "full", "outsider"))
    for member, right in ((reader, "full"), (full, "none"), (outsider, "full")):
        owner.right(folder, right, member_id=member.id)
        member.after(owner)
    document = reader.upload(folder)
    for member in (full, outsider):
        for path in (f"/folders/{folder}/documents", f"/documents/{document}/content"):
            refused(member.after(reader).get(path), 404, "not-found")


@pytest.mark.rows("T-57")
def test_an_admin_makes_changes_and_removes_no_owner_and_the_last_owner_stays(stage: Stage) -> None:
    owner, admin = stage.owner, stage.cast["admin"]
    second = stage.firm.member("owner")
    for path, body in (
        ("role", {"role": "employee"}),
        ("active", {"active": False}),
        ("password", {"password": PASSWORD}),
    ):
        refused(admin.after(owner).put(f"/members/{second.id}/{path}", body), 403, "not-allowed")
    refused(admin.put(f"/members/{stage.cast['reader'].id}/role", {"role": "owner"}), 403, "not-allowed")
    refused(
        admin.post("/members", {"given_name": "X", "email": f"{name()}@x.example", "role": "owner"}), 403, "not-allowed"
    )
    owner.did(owner.put(f"/members/{second.id}/active", {"active": False}))
    for path, change in {"role": {"role": "admin"}, "active": {"active": False}}.items():
        refused(owner.put(f"/members/{owner.id}/{path}", change), 409, "last-owner")


@pytest.mark.rows("T-57")
def test_who_manages_members_manages_employees_only_and_gives_nothing_they_lack(stage: Stage) -> None:
    manager, firm = stage.cast["members"], stage.firm
    employee = firm.member()
    manager.after(firm.owner)
    path = f"/members/{employee.id}/permissions"
    manager.did(manager.put(path, {"permissions": ["manage-members"]}))
    refused(manager.put(path, {"permissions": ["manage-accounts"]}), 403, "not-allowed")
    refused(manager.put(f"/members/{employee.id}/role", {"role": "admin"}), 403, "not-allowed")
    refused(manager.put(f"/members/{stage.cast['admin'].id}/active", {"active": False}), 403, "not-allowed")


@pytest.mark.rows("T-03", "X-11")
def test_a_deactivated_members_sessions_and_streams_end_at_once(firm: Firm) -> None:
    member = firm.member()
    with member.live() as live:
        firm.owner.did(firm.owner.put(f"/members/{member.id}/active", {"active": False}))
        refused(member.get("/session"), 401, "sign-in-required")
        assert live.until(lambda change: change["event"] == "signed-out")
    answer = firm.stranger().post("/session", {"email": member.email, "password": PASSWORD})
    refused(answer, 401, "wrong-credentials")


@pytest.mark.rows("T-03")
def test_a_right_that_was_just_taken_away_is_gone_for_who_knows_of_it(firm: Firm, owner: Member) -> None:
    member = firm.member("employee", "manage-contacts")
    contact = member.contact()
    owner.did(owner.put(f"/members/{member.id}/permissions", {"permissions": []}))
    refused(member.after(owner).put(f"/contacts/{contact}", {"given_name": "X"}), 403, "not-allowed")
