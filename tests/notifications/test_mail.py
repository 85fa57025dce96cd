"""Handing e-mails over: to a server that takes them, refuses them, hangs, or goes away."""

import ssl
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from shared.mail import ASCII, Envelope, Refused, Transport, mailbox, one_line
from shared.settings import Settings
from tests.broker import free_port
from tests.certificates import certificate
from tests.notifications.sink import NAME, PASSWORD, listening

ENVELOPE = Envelope("dossier@cabinet.example", "zoe@example.org")


def letter(to: str = ENVELOPE.recipient, name: str = "Zoé Lefèvre") -> EmailMessage:
    message = EmailMessage()
    message["From"] = mailbox("Cabinet Œuvre", ENVELOPE.sender)
    message["To"] = mailbox(name, to)
    message["Subject"] = "Pièce reçue à l'été"
    message.set_content("Voilà.\n.\nUne ligne avec un point seul.\n")
    return message


def transport(port: int, **settings: Any) -> Transport:
    return Transport(Settings(smtp_port=port, **{"smtp_seconds": 5, **settings}))


async def test_what_is_handed_over_arrives_as_it_was_written() -> None:
    async with listening() as sink:
        await transport(sink.port).send(ENVELOPE, letter())
    [mail] = sink.taken
    assert str(mail["To"]) == "Zoé Lefèvre <zoe@example.org>"
    assert str(mail["Subject"]) == "Pièce reçue à l'été"
    assert mail.get_content().replace("\r\n", "\n") == "Voilà.\n.\nUne ligne avec un point seul.\n"


def test_names_and_subjects_keep_every_space_when_they_are_folded() -> None:
    words = ["et", "d'Équipement", "de", "la", "Région", "Île-de-France,", "à", "Évry", "(client)", "reçu", "—"]
    for shift in range(200):
        text = " ".join((words * 3)[shift % len(words) :])[: 40 + shift].strip()
        message = letter(name=text)
        message.replace_header("Subject", text)
        found = message_from_bytes(message.as_bytes(policy=ASCII))
        assert _decoded(found["Subject"]) == text
        assert _decoded(found["To"]) == f"{text} <zoe@example.org>"


def _decoded(value: str) -> str:
    return str(make_header(decode_header(value.replace("\r\n", ""))))


@pytest.mark.parametrize(
    ("plan", "permanent"),
    [
        ("rcpt 550 no such user", True),
        ("rcpt 450 greylisted", False),
        ("data 552 too large", True),
        ("data 451 try later", False),
    ],
)
async def test_a_refusal_is_permanent_if_the_server_says_so(plan: str, permanent: bool) -> None:
    async with listening() as sink:
        sink.plans.append(plan)
        with pytest.raises(Refused) as caught:
            await transport(sink.port).send(ENVELOPE, letter())
    assert caught.value.permanent is permanent
    assert caught.value.reason == plan.partition(" ")[2]
    assert sink.taken == []


@pytest.mark.parametrize("plan", ["hang", "close"])
async def test_an_answer_that_does_not_come_is_not_permanent(plan: str) -> None:
    async with listening() as sink:
        sink.plans.append(plan)
        with pytest.raises(Refused) as caught:
            await transport(sink.port, smtp_seconds=0.3).send(ENVELOPE, letter())
    assert not caught.value.permanent


async def test_a_server_that_is_away_is_not_permanent() -> None:
    with pytest.raises(Refused) as caught:
        await transport(free_port()).send(ENVELOPE, letter())
    assert not caught.value.permanent


@pytest.mark.parametrize("tls", [True, "implicit"])
async def test_nothing_leaves_unencrypted_where_encryption_is_required(tls: bool | str) -> None:
    async with listening() as sink:
        with pytest.raises(Refused) as caught:
            await transport(sink.port, smtp_tls=tls, smtp_seconds=1).send(ENVELOPE, letter())
    assert not caught.value.permanent
    assert sink.seen == 0


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """Who vouches for the server, and what the server shows."""
    vouching, key = certificate(tmp_path_factory.mktemp("certificate"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(vouching, key)
    return vouching, context


def offering(context: ssl.SSLContext, tls: bool | str) -> dict[str, Any]:
    """What the server is told, so that a client with this setting `smtp_tls` gets on with it."""
    return {"implicit": context} if tls == "implicit" else {"tls_context": context, "require_starttls": True}


LOGIN: dict[str, Any] = {"smtp_user": NAME.decode(), "smtp_password": PASSWORD.decode()}


@pytest.mark.parametrize("tls", [True, "implicit"])
async def test_a_server_may_want_encryption_and_a_password(
    authority: tuple[Path, ssl.SSLContext], tls: bool | str
) -> None:
    vouching, context = authority
    async with listening(**offering(context, tls)) as sink:
        await transport(sink.port, smtp_tls=tls, smtp_ca=vouching, **LOGIN).send(ENVELOPE, letter())
    assert (sink.encrypted, sink.logged_in) == ([True], [True])


@pytest.mark.parametrize(
    ("tls", "wrong", "reason"),
    [
        (True, {"smtp_password": "another"}, "535 "),
        ("implicit", {"smtp_password": "another"}, "535 "),
        (True, {"smtp_user": None, "smtp_password": None}, "530 "),
    ],
)
async def test_a_password_that_the_server_does_not_take_is_not_permanent(
    authority: tuple[Path, ssl.SSLContext], tls: bool | str, wrong: dict[str, Any], reason: str
) -> None:
    """It is put right, and what waits then leaves."""
    vouching, context = authority
    async with listening(**offering(context, tls)) as sink:
        with pytest.raises(Refused) as caught:
            await transport(sink.port, smtp_tls=tls, smtp_ca=vouching, **LOGIN | wrong).send(ENVELOPE, letter())
    assert not caught.value.permanent
    assert caught.value.reason.startswith(reason)
    assert sink.taken == []


@pytest.mark.parametrize("tls", [True, "implicit"])
async def test_a_server_that_nobody_vouches_for_is_told_nothing(
    authority: tuple[Path, ssl.SSLContext], tls: bool | str
) -> None:
    _, context = authority
    async with listening(**offering(context, tls)) as sink:
        with pytest.raises(Refused) as caught:
            await transport(sink.port, smtp_tls=tls, **LOGIN).send(ENVELOPE, letter())
    assert not caught.value.permanent
    assert "certificate verify failed" in caught.value.reason
    assert sink.seen == 0


@pytest.mark.parametrize(
    ("address", "sent_to"),
    [("zoe@bücher.example", "zoe@xn--bcher-kva.example"), ("zoé@example.org", "zoé@example.org")],
)
async def test_addresses_in_other_scripts_are_understood(address: str, sent_to: str) -> None:
    to = mailbox("Zoé", address)
    async with listening() as sink:
        await transport(sink.port).send(Envelope(ENVELOPE.sender, to.addr_spec), letter(address))
    assert sink.recipients == [sent_to]
    assert sink.taken[0]["To"].addresses[0].addr_spec == sent_to


@pytest.mark.parametrize("name", ["Zoé\r\nBcc: eve@example.org", "Zoé\nX: y", "Zoé\u2028Bcc: x", 'Zoé", <eve@x.y>'])
async def test_a_name_cannot_add_a_header_or_a_recipient(name: str) -> None:
    async with listening() as sink:
        await transport(sink.port).send(ENVELOPE, letter(name=name))
    [mail] = sink.taken
    assert set(mail.keys()) == {"From", "To", "Subject", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"}
    assert [address.addr_spec for address in mail["To"].addresses] == ["zoe@example.org"]


@pytest.mark.parametrize("address", ["", "zoe", "@example.org", "zoe@", "zoe@exa\nmple.org"])
def test_what_is_no_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(Refused) as caught:
        mailbox("Zoé", address)
    assert caught.value.permanent


def test_a_line_holds_nothing_that_could_end_it() -> None:
    assert one_line(" a\r\nb\tc\x00d\u2029e\x85f ") == "a b cd e f"
