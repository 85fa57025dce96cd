"""What somebody does reaches every place where it is shown, and is read back as it was written."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from io import BytesIO
from random import Random

import pytest

from tests.e2e.client import code, refused, told
from tests.e2e.system import OWNER_EMAIL, OWNER_PASSWORD, Firm, Member, name


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.rows("U-16", "U-18", "U-02", "T-20", "A-14", "A-03", "X-11", "D-30")
def test_a_note_goes_from_http_to_overview_feed_audit_search_live_and_e_mail(firm: Firm, owner: Member) -> None:
    word, address = name(), f"{name().lower()}@client.example"
    contact = owner.contact(emails=[{"address": address}], language="fr")
    account = owner.account(contact, name=f"Maison {word}")
    with owner.live() as live:
        body = {
            "kind": "note",
            "account_id": account,
            "subject": f"Pièces {word}",
            "body": "<p>Deux <b>relevés</b>.</p>",
        }
        answer = owner.post("/interactions", body | {"participants": [{"contact_id": contact}]})
        note = owner.did(answer)["id"]
        assert answer.status_code == 201
        assert answer.headers["location"].endswith(f"/interactions/{note}")
        assert answer.headers["dossier-position"] == answer.json()["position"]
        overview = owner.read(f"/accounts/{account}/overview")
        assert [line["id"] for line in overview["notes"]] == [note]
        feed = owner.every(f"/accounts/{account}/activity")
        done = next(found for found in feed if found["subject"] == {"id": note, "kind": "interaction"})
        assert (done["type"], done["actor"]["id"]) == ("interactions.interaction.recorded", owner.id)
        entry = next(found for found in owner.every(f"/accounts/{account}/audit") if found["subject"]["id"] == note)
        assert entry["address"] == "127.0.0.1"
        found = {hit["id"]: hit["kind"] for hit in owner.read("/search", q=word.lower())["items"]}
        assert (found[note], found[account]) == ("interaction", "account")
        assert note in {line["id"] for line in owner.read("/interactions", q=word)["items"]}
        assert "<b>relevés</b>" in owner.read(f"/interactions/{note}")["body"]
        assert live.until(lambda change: bool(change.get("subject", {}).get("id") == note))
    mail = owner.until(lambda: firm.mails(address), "the e-mail")[0]
    assert word in mail["Subject"]
    assert "Deux relevés." in _part(mail, "plain")
    assert "Deux <b>relevés</b>." in _part(mail, "html")


@pytest.mark.rows("M-15", "M-14", "T-09", "T-10")
def test_a_file_comes_back_as_it_went_whole_and_in_parts_and_is_new_until_opened(owner: Member) -> None:
    content = Random(7).randbytes(3 * 1024 * 1024 + 17)
    account = owner.account()
    document = owner.upload(owner.folder(account), BytesIO(content), called="Bilan été.pdf")
    path = f"/documents/{document}/content"
    assert owner.read(f"/accounts/{account}/overview")["documents"][0]["new"]
    whole = owner.get(path)
    assert hashlib.sha256(whole.content).digest() == hashlib.sha256(content).digest()
    assert whole.headers["content-disposition"].startswith("attachment")
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert not owner.read(f"/accounts/{account}/overview")["documents"][0]["new"]
    size = len(content)
    for asked, start, end in (("0-0", 0, 1), ("1000-1999", 1000, 2000), ("-5", size - 5, size), ("17-", 17, size)):
        part = owner.request("GET", path, headers={"range": f"bytes={asked}"})
        assert (part.status_code, part.content) == (206, content[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    refused(owner.request("GET", path, headers={"range": f"bytes={size}-"}), 416, "range-not-satisfiable")
    again = owner.request("GET", path, headers={"if-none-match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = owner.request("HEAD", path)
    assert (head.headers["content-length"], head.content) == (str(size), b"")


def test_the_same_idempotency_key_gives_the_same_answer_and_one_effect_however_often(firm: Firm, owner: Member) -> None:
    body, key = {"given_name": "Une", "family_name": name()}, {"idempotency_key": name()}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: owner.post("/contacts", body, **key), range(12)))
    assert {answer.status_code for answer in answers} == {201}, [told(answer) for answer in answers]
    assert len({answer.content for answer in answers}) == 1
    assert len(list(owner.every("/contacts", q=body["family_name"]))) == 1
    refused(owner.post("/contacts", body | {"given_name": "Deux"}, **key), 422, "idempotency-key-reused")
    other = firm.member("admin")
    assert other.did(other.post("/contacts", body, **key))["id"] != answers[0].json()["id"], "a key is its owner's"


def test_an_upload_repeated_with_its_key_is_one_document(owner: Member) -> None:
    account = owner.account()
    folder, key = owner.folder(account), name()
    made = {owner.upload(folder, b"une fois", "une.txt", **{"idempotency-key": key}) for _ in range(3)}
    assert len(made) == 1
    assert owner.read(f"/accounts/{account}/overview")["documents_count"] == 1


def test_who_changes_an_old_version_is_told_so_and_changes_nothing(owner: Member) -> None:
    account = owner.account()
    before = owner.get(f"/accounts/{account}")
    tag = before.headers["etag"]
    assert tag == f'"{before.json()["version"]}"'
    renamed = owner.put(f"/accounts/{account}/name", {"name": "Première"}, if_match=tag)
    assert owner.did(renamed)["version"] == before.json()["version"] + 1
    refused(owner.put(f"/accounts/{account}/name", {"name": "Seconde"}, if_match=tag), 412, "changed-meanwhile")
    after = owner.get(f"/accounts/{account}")
    assert (after.json()["name"], after.headers["etag"]) == ("Première", renamed.headers["etag"])


@pytest.mark.rows("A-02", "D-07")
def test_pages_hold_everything_once_also_while_others_write(owner: Member) -> None:
    tag = name()
    contact = owner.contact()
    accounts = {owner.account(contact, tags=[tag]) for _ in range(13)}
    seen = []
    for number, line in enumerate(owner.every("/accounts", tag=tag, limit=4, sort="name")):
        seen.append(line["id"])
        if number % 3 == 0:  # before and after the place reached
            owner.account(contact, tags=[tag], name=("Aaa " if number % 2 else "Zzz ") + name())
    assert len(seen) == len(set(seen))
    assert accounts <= set(seen)
    notes = [owner.interaction(contact_id=contact) for _ in range(7)]
    for path, query in {"/interactions": {"contact_id": contact}, "/contacts": {}, "/members": {}}.items():
        ids = [line["id"] for line in owner.every(path, limit=2 if query else 50, **query)]
        assert len(ids) == len(set(ids))
    assert [line["id"] for line in owner.every("/interactions", contact_id=contact, limit=3)] == notes[::-1]


def test_two_sessions_at_once_each_read_what_they_wrote_and_at_the_end_everything(firm: Firm, owner: Member) -> None:
    other = firm.sign_in(OWNER_EMAIL, OWNER_PASSWORD)
    account = owner.account()

    def work(member: Member) -> list[str]:
        written = []
        for _ in range(8):
            written.append(member.after(owner).interaction(account_id=account))
            lines = member.read(f"/accounts/{account}/overview")["notes"]
            assert written[-1] in {line["id"] for line in lines} or len(lines) == 5
            assert written[-1] in member.listed("/interactions", account_id=account)
        return written

    with ThreadPoolExecutor(2) as pool:
        written = [id for ids in pool.map(work, (owner, other)) for id in ids]
    for member in (owner.after(other), other.after(owner)):
        assert member.listed("/interactions", account_id=account) == set(written)


def test_a_cookie_needs_the_header_that_a_foreign_page_cannot_send(firm: Firm) -> None:
    page = firm.stranger()
    page.did(page.post("/session", {"email": OWNER_EMAIL, "password": OWNER_PASSWORD}))
    assert page.get("/session").status_code == 200, "httpx keeps the cookie as a browser does"
    body = {"given_name": "Zoé", "family_name": name()}
    refused(page.post("/contacts", body), 403, "csrf")
    refused(page.post("/contacts", body, x_dossier_csrf="1", origin="https://elsewhere.example"), 403, "csrf")
    assert code(page.post("/contacts", body, x_dossier_csrf="1", origin=firm.address)) is None
    page.did(page.delete("/session", x_dossier_csrf="1"))
    refused(page.get("/session"), 401, "sign-in-required")
