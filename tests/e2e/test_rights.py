"""Ruling 11, row by row: who may, who sees but may not (403 `not-allowed`), and for whom there is nothing (404)."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from tests.e2e.client import code, refused
from tests.e2e.stage import SEE, Stage, staged
from tests.e2e.system import OWNER_EMAIL, OWNER_PASSWORD, PASSWORD, Firm, Member, name

Act = Callable[[Stage, Member], httpx.Response]
LEAD = "owner admin"
MANAGE = "owner admin manager"
ALL = "owner admin reader full viewer blind outsider manager absent contacts members"


@dataclass(frozen=True)
class Row:
    """An act: who may do it, and who sees what it is done to; all others get `otherwise`."""

    what: str
    act: Act
    may: str
    sees: str = ""
    otherwise: str = "404 not-found"


def _get(path: str) -> Act:
    return lambda stage, member: member.get(path.format(stage=stage))


def _put(path: str, body: object) -> Act:
    return lambda stage, member: member.put(path.format(stage=stage), body)


def _delete(path: str) -> Act:
    return lambda stage, member: member.delete(path.format(stage=stage))


def _on_new(kind: str, method: str, path: str, body: object = None) -> Act:
    """An act on a thing that the owner has just made, so that everyone finds one; `{}` in the path is its id."""

    def act(stage: Stage, member: Member) -> httpx.Response:
        place = path.replace("{}", stage.another(kind)).format(stage=stage)
        return member.request(method, place, **({} if body is None else {"json": body}))

    return act


def _comment_on(method: str) -> Act:
    """Change or delete the owner's comment."""

    def act(stage: Stage, member: Member) -> httpx.Response:
        path = f"/interactions/{stage.note}/comments/{stage.owner.comment(stage.note)}"
        member.after(stage.owner)
        return member.delete(path) if method == "DELETE" else member.put(path, {"body": "Autre."})

    return act


def _restored(stage: Stage, member: Member) -> httpx.Response:
    account = stage.another("account")
    stage.owner.did(stage.owner.delete(f"/accounts/{account}"))
    return member.after(stage.owner).post(f"/accounts/{account}/restoration")


def _contact_restored(stage: Stage, member: Member) -> httpx.Response:
    contact = stage.another("free")
    stage.owner.did(stage.owner.delete(f"/contacts/{contact}"))
    return member.after(stage.owner).post(f"/contacts/{contact}/restoration")


def _created(stage: Stage, member: Member) -> httpx.Response:
    return member.post("/accounts", {"name": name(), "type": "other", "contacts": [{"contact_id": stage.free}]})


def _noted(**place: str) -> Act:
    def act(stage: Stage, member: Member) -> httpx.Response:
        named = {field: getattr(stage, what) for field, what in place.items()}
        return member.post("/interactions", {"kind": "note", "subject": name(), **named})

    return act


def _published(stage: Stage, member: Member) -> httpx.Response:
    return member.request("POST", f"/folders/{stage.folder}/documents", files={"file": ("a.txt", b"a")})


def _new_member(stage: Stage, member: Member) -> httpx.Response:
    return member.post("/members", {"given_name": name(), "email": f"{name()}@cabinet.example"})


SEEN = SEE.removeprefix("owner admin ").replace(" manager", "")
"""Who sees the account, but may manage nothing in it."""

SUBJECT = {"subject": {"member_id": "{}"}, "right": "read"}
ROWS = [
    *(
        Row(f"see an account: {part or 'itself'}", _get(f"/accounts/{{stage.account}}{part}"), SEE)
        for part in ("", "/overview", "/activity", "/audit", "/folders")
    ),
    Row("see an interaction", _get("/interactions/{stage.note}"), SEE),
    Row("create an account", _created, f"{MANAGE} absent", otherwise="403 not-allowed"),
    Row("rename an account", _put("/accounts/{stage.account}/name", {"name": "Autre"}), MANAGE, SEEN),
    Row("change an account", _put("/accounts/{stage.account}", {"type": "other"}), MANAGE, SEEN),
    Row("tag an account", _put("/accounts/{stage.account}/tags", {"tags": ["TVA"]}), MANAGE, SEEN),
    Row(
        "describe a link", _put("/accounts/{stage.account}/contacts/{stage.contact}", {"description": ""}), MANAGE, SEEN
    ),
    Row("unlink", _on_new("contact", "DELETE", "/accounts/{stage.account}/contacts/{}"), MANAGE, SEEN),
    Row("set the team", _put("/accounts/{stage.account}/team/{stage.owner.id}", {"access": "full"}), MANAGE, SEEN),
    Row("delete an account", _on_new("account", "DELETE", "/accounts/{}"), MANAGE, SEEN),
    Row("restore an account", _restored, MANAGE),
    Row("record an interaction", _noted(account_id="account"), SEE),
    Row("comment", _on_new("note", "POST", "/interactions/{}/comments", {"body": "Vu."}), SEE),
    Row("change an interaction", _put("/interactions/{stage.note}", {"subject": "Autre"}), MANAGE, SEEN),
    Row("delete an interaction", _on_new("note", "DELETE", "/interactions/{}"), MANAGE, SEEN),
    Row("change a comment", _comment_on("PUT"), MANAGE, SEEN),
    Row("delete a comment", _comment_on("DELETE"), MANAGE, SEEN),
    Row("list the documents of a folder", _get("/folders/{stage.folder}/documents"), SEE),
    Row("see a document", _get("/documents/{stage.document}"), SEE),
    Row("download a document", _get("/documents/{stage.document}/content"), SEE),
    Row("publish", _published, f"{LEAD} full", "reader viewer manager"),
    Row(
        "rename a folder",
        _on_new("folder", "PUT", "/folders/{}/name", {"name": "Z"}),
        f"{LEAD} full",
        "reader viewer manager",
    ),
    Row("delete a document", _on_new("document", "DELETE", "/documents/{}"), f"{LEAD} full", "reader viewer manager"),
    Row("cascade", lambda stage, member: member.post(f"/folders/{stage.folder}/rights/cascade"), MANAGE, SEEN),
    Row(
        "view as",
        lambda stage, member: member.get(f"/accounts/{stage.account}/folders", view_as=f"contact:{stage.contact}"),
        MANAGE,
        SEEN,
    ),
    Row("see a contact of the account", _get("/contacts/{stage.contact}"), f"{SEE} contacts"),
    Row("see a contact of no account", _get("/contacts/{stage.free}"), ALL),
    Row(
        "create a contact",
        lambda stage, member: member.post("/contacts", {"given_name": "Zoé"}),
        f"{LEAD} contacts",
        otherwise="403 not-allowed",
    ),
    Row(
        "change a contact",
        _put("/contacts/{stage.contact}", {"given_name": "Zoé"}),
        f"{LEAD} contacts",
        f"{SEEN} manager",
    ),
    Row("deactivate a contact", _put("/contacts/{stage.free}/active", {"active": False}), f"{LEAD} contacts", ALL),
    Row("note on a contact of no account", _noted(contact_id="free"), ALL),
    Row("make a member", _new_member, f"{LEAD} members", otherwise="403 not-allowed"),
    Row("delete a contact", _on_new("free", "DELETE", "/contacts/{}"), LEAD, otherwise="403 not-allowed"),
    Row("restore a contact", _contact_restored, LEAD),
    Row("the firm's audit log", _get("/audit"), LEAD, otherwise="403 not-allowed"),
]


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
    account = creator.did(_created(stage, creator))["id"]
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
    for path, body in (("role", {"role": "admin"}), ("active", {"active": False})):
        refused(owner.put(f"/members/{owner.id}/{path}", body), 409, "last-owner")


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
