"""What e-mails say, to whom, in which language, and how they thread."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.notifications.domain import Message
from services.notifications.reactions.judging import News
from services.notifications.reactions.letters import Letters
from services.notifications.values import About, Recipient
from shared.ids import new_id
from shared.mail import ASCII
from shared.settings import Settings
from tests.notifications.office import ZOE, Office, office
from tests.notifications.sink import text

ANN, CLERK = "ann@cabinet.example", "clerk@cabinet.example"
NAME = "Société d'Économie Mixte d'Aménagement et d'Équipement de la Région Île-de-France et " + "É" * 100
_NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ACCOUNT = "01931c6e-3b5a-7cc0-8f1e-0d5a4b7c9e21"


@pytest.fixture
async def firm(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as opened:
        yield opened


@pytest.mark.rows("U-18", "U-19")
async def test_comments_thread_under_their_action(firm: Office) -> None:
    id = await firm.note(firm.clerk, firm.colleague, firm.zoe)
    await firm.comment(firm.owner, id)
    await firm.comment(firm.owner, id)
    await firm.told(id, 6)
    for address in (ANN, ZOE):
        mails = firm.sink.to(address)
        assert len({mail["Message-ID"] for mail in mails}) == 3
        [action] = [mail for mail in mails if "In-Reply-To" not in mail]
        for comment in mails:
            if comment is not action:
                assert comment["In-Reply-To"] == comment["References"] == action["Message-ID"]
                assert comment["Subject"] == f"Re: {action['Subject']}"
    assert not {mail["Message-ID"] for mail in firm.sink.to(ANN)} & {mail["Message-ID"] for mail in firm.sink.to(ZOE)}


@pytest.mark.rows("U-18", "U-19")
async def test_each_reads_it_in_their_language(firm: Office) -> None:
    id = await firm.note(firm.owner, firm.clerk, firm.colleague, occurred_at="2026-07-14T08:05:00Z")
    await firm.told(id, 2)
    [french], [english] = firm.sink.to(CLERK), firm.sink.to(ANN)
    assert (french["Content-Language"], english["Content-Language"]) == ("fr", "en")
    assert "Vous recevez ce message parce que vous êtes participant." in text(french)
    assert "You receive this message because you are a participant." in text(english)
    assert "14 juillet 2026, 10:05 (UTC+02:00)" in text(french)
    assert "14 July 2026, 10:05 (UTC+02:00)" in text(english)
    assert 'lang="fr"' in text(french, "html")
    assert 'lang="en"' in text(english, "html")


async def test_an_email_says_who_did_what_where_and_leads_there(firm: Office) -> None:
    id = await firm.note(firm.clerk, firm.colleague, body="<p>Il manque le <strong>relevé</strong>.</p>")
    await firm.told(id, 1)
    [mail] = firm.sink.to(ANN)
    assert str(mail["To"]) == f"Ann Ôté <{ANN}>"
    assert str(mail["Subject"]) == "[Boulangerie Lefèvre] Note: Pièce reçue"
    for kind in ("plain", "html"):
        body = text(mail, kind)
        assert "Élodie Ôté" in body
        assert "Boulangerie Lefèvre" in body
        assert f"https://dossier.cabinet.example/accounts/{firm.account}" in body
    assert "Il manque le relevé." in text(mail)
    assert "<strong>relevé</strong>" in text(mail, "html")


async def test_a_contact_learns_nothing_of_the_dossier(firm: Office) -> None:
    id = await firm.note(firm.clerk, firm.zoe)
    await firm.told(id, 1)
    [mail] = firm.sink.to(ZOE)
    assert str(mail["Subject"]) == "[Cabinet Œuvre] Note: Pièce reçue"
    for kind in ("plain", "html"):
        assert "Boulangerie" not in text(mail, kind)
        assert str(firm.account) not in text(mail, kind)


async def test_mail_programs_are_told_what_kind_of_mail_it_is(firm: Office) -> None:
    id = await firm.note(firm.clerk, firm.colleague)
    await firm.told(id, 1)
    [mail] = firm.sink.to(ANN)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<https://dossier.cabinet.example/preferences/notifications>"
    assert mail["List-Id"] == "<notifications.dossier.cabinet.example>"
    assert mail["Message-ID"].endswith("@dossier.cabinet.example>")
    assert mail["Date"] is not None
    assert "Reply-To" not in mail
    assert mail.get_content_type() == "multipart/alternative"


def written(told: dict[str, Any] | None = None, /, *, comment: bool = False, **settings: Any) -> Any:
    """An e-mail as it would travel: parsed again from its bytes."""
    told = dict(told or {})
    about = About(service="interactions", id=new_id(), topic="t", key="k", comment_id=new_id() if comment else None)
    message = Message.queue(
        new_id(), Recipient(member_id=new_id()), about, account_id=UUID(ACCOUNT), address="", subject="", due=_NOW
    )
    action = {"kind": "note", "subject": "Liasse", "body": "<p>Vu.</p>", "occurred_at": _NOW.isoformat()}
    action |= {name: told.pop(name) for name in list(told) if name in action}
    person = {"name": told.pop("name", "Zoé"), "email": "zoe@example.org", "language": told.pop("language", "fr")}
    remark = {"body": "<p>Merci.</p>"} if comment else None
    news = News(person, action, remark, told.pop("actor", "Ann"), told.pop("dossier", "Famille Roy"), ACCOUNT)
    _, letter = Letters(Settings(**settings)).write(message, news)
    return message_from_bytes(letter.as_bytes(policy=ASCII), policy=default)


@pytest.mark.parametrize("field", ["name", "subject", "dossier"])
def test_nothing_that_people_typed_adds_a_header(field: str) -> None:
    mail = written({field: "Zoé\r\nBcc: eve@example.org\r\n\r\n<p>Corps</p>"})
    assert "Bcc" not in mail
    assert "Bcc: eve@example.org" in str(mail["To" if field == "name" else "Subject"])
    assert mail.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("field", ["actor", "subject", "dossier"])
def test_what_people_typed_is_text_in_the_html(field: str) -> None:
    html = text(written({field: "<script>alert(1)</script>"}), "html")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_body_is_sanitised_again_when_it_is_shown() -> None:
    html = text(
        written({"body": '<p onclick="x">Vu</p><script>alert(1)</script><img src="http://x.example/y.png">'}), "html"
    )
    assert "<p>Vu</p>" in html
    assert "alert" not in html
    assert "<img" not in html


@pytest.mark.parametrize("kind", ["note", "call", "phone_message", "email"])
@pytest.mark.parametrize("comment", [False, True])
@pytest.mark.parametrize("language", ["fr", "en", None])
def test_there_are_words_for_each_kind_in_each_language(kind: str, comment: bool, language: str | None) -> None:
    mail = written({"kind": kind, "language": language}, comment=comment)
    for part in ("plain", "html"):
        assert {"fr": "Ann a ", "en": "Ann ", None: "Ann a "}[language] in text(mail, part).replace("</strong>", "")


def test_an_interaction_without_a_subject_has_none_in_its_email() -> None:
    assert str(written({"subject": ""})["Subject"]) == "[Famille Roy] Note"


def test_long_names_and_hosts_survive_the_folding_of_headers() -> None:
    host = "a-rather-long-name-of-a-host.in-a-rather-long-domain.cabinet.example"
    mail = written({"name": NAME, "subject": NAME}, comment=True, public_url=f"https://{host}")
    assert [address.addr_spec for address in mail["To"].addresses] == ["zoe@example.org"]
    assert str(mail["Subject"]) == f"Re: [Famille Roy] Note: {NAME}"
    assert mail["Message-ID"].endswith(f"@{host}>")
    assert mail["References"].startswith("<")
    assert mail["References"].endswith(f"@{host}>")
    assert mail["List-Unsubscribe"] == f"<https://{host}/preferences/notifications>"


def test_without_an_address_of_the_front_end_ids_are_of_no_host() -> None:
    assert written()["Message-ID"].endswith("@dossier.invalid>")
