"""The dossier service beside those that it reads, over a real broker: what was written is read at once."""

from pathlib import Path

import pytest

from services.accounts import app as accounts
from services.accounts.contract import CreateAccount, DeleteAccount, SetTeamAccess
from services.contacts.contract import CreateContact
from services.dossier import app as dossier
from services.dossier.contract import GetAccount, GetContact, ListAccounts, ListRecents, OpenDossier, Overview, Search
from services.files import app as files
from services.files.contract import CreateFolder
from services.interactions import app as interactions
from services.interactions.contract import RecordInteraction
from tests.running import running


@pytest.mark.rows("A-01", "A-02", "A-03", "A-04", "T-01", "T-04")
async def test_what_was_written_is_read_at_once_and_only_by_who_may(tmp_path: Path) -> None:
    async with running(accounts, interactions, files, dossier, tmp_path=tmp_path) as system:
        owner, clerk = system.owner, await system.member("employee", ["manage-contacts"])
        emails = [{"address": "zoe@lefevre.example"}]
        contact = await system.tell(CreateContact, owner, given_name="Zoé", family_name="Lefèvre", emails=emails)
        made = await system.tell(
            CreateAccount, owner, name="Boulangerie Lefèvre", type="business", contacts=[{"contact_id": contact.id}]
        )
        note = {"kind": "note", "subject": "Pièce reçue", "body": "<p>Relevé <b>n° 3</b></p>", "participants": []}
        await system.tell(RecordInteraction, owner, account_id=made.id, **note)
        await system.tell(CreateFolder, owner, account_id=made.id, name="2026")

        shown = await system.ask(Overview, owner, account_id=made.id)
        assert (shown.status, shown.json["notes"][0]["excerpt"]) == (200, "Relevé n° 3")
        assert (shown.json["folders_count"], shown.json["members_count"]) == (1, 1)
        told = await system.ask(GetAccount, owner, account_id=made.id)
        assert told.headers["ETag"] == f'"{told.json["version"]}"'
        found = await system.ask(Search, owner, q="lefevre.ex")
        assert [item["kind"] for item in found.json["items"]] == ["account", "contact"]

        assert (await system.ask(Overview, clerk, account_id=made.id)).status == 404
        assert (await system.ask(ListAccounts, clerk)).json["items"] == []
        assert (await system.ask(GetContact, clerk, contact_id=contact.id)).json["accounts"] == []
        assert [item["kind"] for item in (await system.ask(Search, clerk, q="lefevre")).json["items"]] == ["contact"]
        await system.tell(SetTeamAccess, owner, account_id=made.id, member_id=clerk.id, access="read")
        assert (await system.ask(Overview, clerk, account_id=made.id)).status == 200

        opened = await system.tell(OpenDossier, clerk, account_id=made.id)
        assert (opened.status, opened.id) == (200, made.id)
        recent = await system.ask(ListRecents, clerk)
        assert [item["name"] for item in recent.json["items"]] == ["Boulangerie Lefèvre"]
        await system.tell(DeleteAccount, owner, account_id=made.id)
        assert (await system.ask(ListRecents, clerk)).json["items"] == []
        assert (await system.ask(Overview, owner, account_id=made.id)).status == 404
        assert (await system.tell(OpenDossier, clerk, account_id=made.id)).status == 404
        assert (await system.ask(GetContact, owner, contact_id=contact.id)).status == 200


async def test_bad_questions_are_refused_with_the_field_at_fault(tmp_path: Path) -> None:
    async with running(dossier, tmp_path=tmp_path) as system:
        for fields, status, code in (
            ({"q": "  "}, 422, "nothing-to-search"),
            ({"q": "x" * 201}, 422, "invalid-input"),
            ({"q": "x", "limit": 0}, 422, "invalid-input"),
            ({"q": "x", "kind": "invoice"}, 422, "invalid-input"),
        ):
            answer = await system.ask(Search, system.owner, **fields)
            assert (answer.status, answer.code) == (status, code)
        answer = await system.ask(ListAccounts, system.owner, after="bm9uc2Vuc2U", q="\0'\"%_*")
        assert (answer.status, answer.code) == (400, "invalid-cursor")
        assert (await system.ask(ListAccounts, system.owner, q="\0'\"%_*")).json == {"items": [], "next": None}
