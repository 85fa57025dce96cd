"""The table of ruling 11 as acts over HTTP."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from tests.e2e.stage import SEE, Stage
from tests.e2e.system import Member, name

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


def create_account(stage: Stage, member: Member) -> httpx.Response:
    return member.post(
        "/accounts", {"name": name(), "type": "other", "contacts": [{"contact_id": stage.another("free")}]}
    )


def _noted(**place: str) -> Act:
    def act(stage: Stage, member: Member) -> httpx.Response:
        named = {field: getattr(stage, what) for field, what in place.items()}
        return member.post("/interactions", {"kind": "note", "subject": name(), **named})

    return act


def _view_as(stage: Stage, member: Member) -> httpx.Response:
    return member.get(f"/accounts/{stage.account}/folders", view_as=f"contact:{stage.contact}")


def _renamed(stage: Stage, member: Member) -> httpx.Response:
    return member.put(f"/folders/{stage.folder}/name", {"name": name()})


def _new_contact(stage: Stage, member: Member) -> httpx.Response:
    return member.post("/contacts", {"given_name": "Zoé"})


def _cascaded(stage: Stage, member: Member) -> httpx.Response:
    return member.post(f"/folders/{stage.folder}/rights/cascade")


def _published(stage: Stage, member: Member) -> httpx.Response:
    return member.request("POST", f"/folders/{stage.folder}/documents", files={"file": ("a.txt", b"a")})


def _new_member(stage: Stage, member: Member) -> httpx.Response:
    return member.post("/members", {"given_name": name(), "email": f"{name()}@cabinet.example"})


SEEN = SEE.removeprefix("owner admin ").replace(" manager", "")
"""Who sees the account, but may manage nothing in it."""

NO_FULL = "reader viewer manager"
"""Who sees the folder, but may only read in it."""

CONTACT = "/contacts/{stage.contact}"
LINK = f"/accounts/{{stage.account}}{CONTACT}"

ROWS = [
    *(
        Row(f"see an account: {part or 'itself'}", _get(f"/accounts/{{stage.account}}{part}"), SEE)
        for part in ("", "/overview", "/activity", "/audit", "/folders")
    ),
    Row("see an interaction", _get("/interactions/{stage.note}"), SEE),
    Row("create an account", create_account, f"{MANAGE} absent", otherwise="403 not-allowed"),
    Row("rename an account", _put("/accounts/{stage.account}/name", {"name": "Autre"}), MANAGE, SEEN),
    Row("change an account", _put("/accounts/{stage.account}", {"type": "other"}), MANAGE, SEEN),
    Row("tag an account", _put("/accounts/{stage.account}/tags", {"tags": ["TVA"]}), MANAGE, SEEN),
    Row("describe a link", _put(LINK, {"description": ""}), MANAGE, SEEN),
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
    Row("publish", _published, f"{LEAD} full", NO_FULL),
    Row(
        "rename a folder",
        _renamed,
        f"{LEAD} full",
        "reader viewer manager",
    ),
    Row("delete a document", _on_new("document", "DELETE", "/documents/{}"), f"{LEAD} full", NO_FULL),
    Row("cascade", _cascaded, MANAGE, SEEN),
    Row(
        "view as",
        _view_as,
        MANAGE,
        SEEN,
    ),
    Row("see a contact of the account", _get(CONTACT), f"{SEE} contacts"),
    Row("see a contact of no account", _get("/contacts/{stage.free}"), ALL),
    Row(
        "create a contact",
        _new_contact,
        f"{LEAD} contacts",
        otherwise="403 not-allowed",
    ),
    Row(
        "change a contact",
        _put(CONTACT, {"given_name": "Zoé"}),
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
