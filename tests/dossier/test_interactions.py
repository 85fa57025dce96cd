"""Interactions in lists, and one of them with its comments."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.dossier.contract import GetComment, GetInteraction, ListComments, ListInteractions
from shared.problems import NotFound
from tests.dossier.conftest import Read
from tests.dossier.events import History


def subjects(page: dict[str, Any]) -> list[str]:
    return [item["subject"] for item in page["items"]]


@pytest.mark.rows("D-01", "D-19", "D-28", "D-30", "D-31")
async def test_interactions_of_the_firm_are_listed_and_filtered_the_latest_first(history: History, read: Read) -> None:
    owner, clerk = history.member("Ada", "Byron"), history.member("Inès", "Moreau", "employee", "view-all-accounts")
    zoe, jean = history.contact("Zoé Martin"), history.contact("Jean Dupont")
    account, other = history.account("Un", zoe), history.account("Deux", jean)
    who = [{"member_id": owner}, {"contact_id": jean}]
    history.interaction(account, subject="TVA", by=owner, kind="call", direction="incoming", participants=who)
    history.interaction(None, zoe, subject="Seule", body="<p>Relevé d’<b>été</b></p>", by=clerk)
    history.interaction(other, jean, subject="Bilan", kind="email", by=owner)
    service = await read(history)

    async def listed(**fields: Any) -> list[str]:
        return subjects(await service.ask(owner, ListInteractions, **fields))

    assert await listed() == ["Bilan", "Seule", "TVA"]
    assert await listed(account_id=account) == ["TVA"]
    assert await listed(contact_id=zoe) == ["Seule"]
    assert await listed(kind="email") == ["Bilan"]
    assert await listed(participant=jean) == ["TVA"]
    assert await listed(author=clerk) == ["Seule"]
    assert await listed(q="releve ete") == ["Seule"]
    assert await listed(q="bilan", account_id=account) == []
    line = (await service.ask(owner, ListInteractions, account_id=account))["items"][0]
    assert (line["author"]["name"], line["account"]["name"], line["contact"]) == ("Ada Byron", "Un", None)
    assert [who["name"] for who in line["participants"]] == ["Ada Byron", "Jean Dupont"]
    assert (line["participants_count"], line["direction"], line["excerpt"]) == (2, "incoming", "Vu.")


@pytest.mark.rows("D-20", "D-27", "U-03", "U-29")
async def test_thirty_days_ago_is_inside_and_what_is_planned_is_upcoming(history: History, read: Read) -> None:
    owner, account = history.member(), history.account("Un", history.contact())
    now = datetime.now(UTC)
    moments = {"bord": -timedelta(30), "avant": -timedelta(30, hours=1), "hier": -timedelta(1), "loin": timedelta(9)}
    for subject, distance in {**moments, "demain": timedelta(1)}.items():
        history.interaction(account, subject=subject, at=now + distance, kind="call" if subject == "hier" else "note")
    service = await read(history)
    assert subjects(await service.ask(owner, ListInteractions, last_30_days=True)) == ["hier", "bord"]
    assert subjects(await service.ask(owner, ListInteractions, last_30_days=True, kind="call")) == ["hier"]
    assert subjects(await service.ask(owner, ListInteractions, upcoming=True)) == ["demain", "loin"]
    period = {"from": now - timedelta(30), "to": now - timedelta(1)}
    assert subjects(await service.ask(owner, ListInteractions, **period)) == ["hier", "bord"]


async def test_pages_follow_each_other(history: History, read: Read) -> None:
    account = history.account("Un", history.contact())
    made = [history.interaction(account) for _ in range(7)]
    service = await read(history)
    paged, after = [], None
    for _ in range(3):
        page = await service.ask(None, ListInteractions, limit=3, after=after)
        paged += [item["id"] for item in page["items"]]
        after = page["next"]
    assert (paged, after) == (made[::-1], None)


@pytest.mark.rows("M-13", "T-03", "D-30")
async def test_only_interactions_of_what_one_sees_are_listed(history: History, read: Read) -> None:
    owner, clerk = history.member(), history.member("Inès", "Moreau", "employee")
    zoe, free, gone = history.contact("Zoé"), history.contact("Libre"), history.contact("Partie")
    mine = history.account("Mien", history.contact(), team={clerk: "read"})
    hidden = history.account("Caché", zoe)
    history.interaction(mine, zoe, subject="mien")
    secret = history.interaction(hidden, subject="caché")
    alone = history.interaction(None, zoe, subject="contact caché")
    history.interaction(None, free, subject="libre")
    history.interaction(None, gone, subject="partie")
    history.record("contacts.contact.deleted", gone)
    service = await read(history)
    assert subjects(await service.ask(clerk, ListInteractions)) == ["libre", "mien"]
    assert subjects(await service.ask(owner, ListInteractions)) == ["libre", "contact caché", "caché", "mien"]
    for id in (secret, alone):
        with pytest.raises(NotFound):
            await service.ask(clerk, GetInteraction, interaction_id=id)
    with pytest.raises(NotFound):
        await service.ask(clerk, ListInteractions, account_id=hidden)
    history.on_account("contact-linked", mine, contact_id=zoe, description="")
    await service.take_in(history)
    assert subjects(await service.ask(clerk, ListInteractions)) == ["libre", "contact caché", "mien"]
    history.on_account("contact-unlinked", mine, contact_id=zoe)
    history.on_account("deleted", hidden)
    history.on_interaction("deleted", secret, hidden)
    await service.take_in(history)
    assert subjects(await service.ask(clerk, ListInteractions)) == ["libre", "mien"]
    assert subjects(await service.ask(owner, ListInteractions)) == ["libre", "contact caché", "mien"]


@pytest.mark.rows("U-48", "D-21", "U-20")
async def test_one_interaction_is_told_with_its_text_and_comments(history: History, read: Read) -> None:
    owner, clerk = history.member("Ada", "Byron"), history.member("Inès", "Moreau", "employee", "view-all-accounts")
    account = history.account("Un", history.contact())
    note = history.interaction(account, by=owner, subject="Point", body="<p>Vu <b>ici</b>.</p>")
    comments = [history.id("comment") for _ in range(3)]
    for comment in comments:
        history.on_interaction("commented", note, account, clerk, comment_id=comment, body="<p>Oui</p>")
    history.on_interaction(
        "comment-changed", note, account, clerk, comment_id=comments[0], body="<p>Non</p>", was="<p>Oui</p>"
    )
    last = history.on_interaction("comment-deleted", note, account, clerk, comment_id=comments[1])
    service = await read(history)
    told = await service.ask(owner, GetInteraction, interaction_id=note)
    assert (told["body"], told["comments_count"], told["version"]) == ("<p>Vu <b>ici</b>.</p>", 2, last.version)
    assert [(line["id"], line["body"]) for line in told["comments"]] == [
        (comments[0], "<p>Non</p>"), (comments[2], "<p>Oui</p>"),
    ]  # fmt: skip
    assert told["comments"][0]["author"] == {"id": clerk, "name": "Inès Moreau"}
    assert (told["comments"][0]["changed_at"] is None, told["comments"][1]["changed_at"]) == (False, None)
    page = await service.ask(owner, ListComments, interaction_id=note, limit=1)
    rest = await service.ask(owner, ListComments, interaction_id=note, limit=1, after=page["next"])
    assert [line["id"] for line in (*page["items"], *rest["items"])] == [comments[0], comments[2]]
    assert (await service.ask(owner, GetComment, interaction_id=note, comment_id=comments[2]))["body"] == "<p>Oui</p>"
    for id in (comments[1], history.id("comment")):
        with pytest.raises(NotFound):
            await service.ask(owner, GetComment, interaction_id=note, comment_id=id)
    history.on_interaction("deleted", note, account, owner)
    await service.take_in(history)
    with pytest.raises(NotFound):
        await service.ask(owner, GetInteraction, interaction_id=note)
    history.on_interaction("restored", note, account, owner)
    await service.take_in(history)
    assert (await service.ask(owner, GetInteraction, interaction_id=note))["subject"] == "Point"


@pytest.mark.rows("U-18", "U-19")
async def test_it_is_told_who_would_be_emailed_about_a_comment(history: History, read: Read) -> None:
    owner, seeing = history.member("Ada", "Byron"), history.member("Inès", "Moreau", "employee")
    blind, left = history.member("Sans", "Droit", "employee"), history.member("Parti", "Loin")
    history.record("firm.member.deactivated", left)
    reached, unreached = history.contact("Zoé", emails=["zoe@x.example"]), history.contact("Jean")
    account = history.account("Un", history.contact(), team={seeing: "read"})
    members = [{"member_id": id} for id in (owner, seeing, blind, left)]
    who = [*members, {"contact_id": reached}, {"contact_id": unreached}]
    note = history.interaction(account, participants=who)
    service = await read(history)
    told = await service.ask(owner, GetInteraction, interaction_id=note)
    assert {line["id"] for line in told["participants"] if line["emailed"]} == {seeing, reached}
    told = await service.ask(seeing, GetInteraction, interaction_id=note)
    assert {line["id"] for line in told["participants"] if line["emailed"]} == {owner, reached}
    history.on_interaction("participants-changed", note, account, participants=[{"contact_id": reached}], was=who)
    await service.take_in(history)
    assert subjects(await service.ask(owner, ListInteractions, participant=owner)) == []
