"""What a document decides."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from services.files.domain import Document
from shared.ids import new_id
from shared.problems import NotFound
from tests.scenario import fact, given, when_made

ACCOUNT, FOLDER, ELSEWHERE = new_id(), new_id(), new_id()
ZOE, ADA = new_id(), new_id()
Step = Callable[[Document], None]


def publish() -> Document:
    return Document(
        id=new_id(),
        folder_id=FOLDER,
        account_id=ACCOUNT,
        name="Bilan été.pdf",
        media_type="application/pdf",
        size=3,
        sha256="ab" * 32,
        blob="uploads/01/x",
    )


def opened(by: UUID, after: timedelta = timedelta()) -> Step:
    """Opened so long after it was last touched."""
    return lambda document: document.open(by, document.modified_on + after)


@pytest.mark.rows("M-15", "T-09")
def test_a_published_document_tells_what_and_where_its_bytes_are() -> None:
    published = fact(Document.Created, folder_id=FOLDER, account_id=ACCOUNT, name="Bilan été.pdf", size=3)
    made = when_made(publish).then(published).and_now(opened={}, deleted=False).aggregate
    assert made is not None
    assert made.content.model_dump() == {
        "name": "Bilan été.pdf",
        "media_type": "application/pdf",
        "size": 3,
        "sha256": "ab" * 32,
        "blob": "uploads/01/x",
        "version": 1,
        "position": None,
    }


@pytest.mark.rows("T-10")
def test_who_opens_it_is_recorded() -> None:
    given(publish).when(opened(ZOE)).then(fact(Document.Opened, member_id=ZOE))


@pytest.mark.rows("T-10")
def test_another_member_who_opens_it_is_recorded_too() -> None:
    given(publish, opened(ZOE)).when(opened(ADA)).then(fact(Document.Opened, member_id=ADA))


def test_the_same_member_opening_it_again_within_a_minute_is_not_recorded_again() -> None:
    given(publish, opened(ZOE)).when(opened(ZOE, timedelta(seconds=59))).then_nothing()
    given(publish, opened(ZOE)).when(opened(ZOE, timedelta(seconds=60))).then(fact(Document.Opened, member_id=ZOE))


@pytest.mark.rows("M-15")
def test_it_is_renamed_and_its_former_name_recorded() -> None:
    renamed = fact(Document.Renamed, name="Bilan 2026.pdf", was="Bilan été.pdf")
    given(publish).when(lambda d: d.rename("Bilan 2026.pdf")).then(renamed)
    given(publish).when(lambda d: d.rename("Bilan été.pdf")).then_nothing()


@pytest.mark.rows("M-15")
def test_it_is_moved_to_another_folder() -> None:
    given(publish).when(lambda d: d.move(ELSEWHERE)).then(fact(Document.Moved, folder_id=ELSEWHERE, was=FOLDER))
    given(publish).when(lambda d: d.move(FOLDER)).then_nothing()


@pytest.mark.rows("M-15")
def test_it_is_deleted_and_brought_back() -> None:
    given(publish).when(lambda d: d.delete()).then(fact(Document.Deleted)).and_now(deleted=True)
    scenario = given(publish, lambda d: d.delete())
    scenario.when(lambda d: d.restore(FOLDER, hidden=False)).then(fact(Document.Restored)).and_now(deleted=False)


def test_it_is_brought_back_into_another_folder() -> None:
    back = (fact(Document.Restored), fact(Document.Moved, folder_id=ELSEWHERE, was=FOLDER))
    given(publish, lambda d: d.delete()).when(lambda d: d.restore(ELSEWHERE, hidden=True)).then(*back)


def test_one_whose_folder_was_deleted_is_brought_back_by_moving_it() -> None:
    given(publish).when(lambda d: d.restore(ELSEWHERE, hidden=True)).then(fact(Document.Moved, folder_id=ELSEWHERE))


def test_one_that_is_there_cannot_be_brought_back() -> None:
    given(publish).when(lambda d: d.restore(FOLDER, hidden=False)).then_rejected(NotFound)


@pytest.mark.parametrize(
    "ask", [opened(ZOE), lambda d: d.rename("x"), lambda d: d.move(ELSEWHERE), lambda d: d.delete()]
)
def test_nothing_is_done_to_one_that_was_deleted(ask: Step) -> None:
    given(publish, lambda d: d.delete()).when(ask).then_rejected(NotFound)
