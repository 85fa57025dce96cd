"""The files of the demonstration firm: small, real, and the same each time."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from io import BytesIO

import pytest
from docx import Document
from openpyxl import load_workbook
from PIL import Image

from services.cli.demo.papers import Text, content

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize("ending", ["pdf", "xlsx", "docx", "jpg", "eml"])
def test_files_are_small_and_the_same_each_time(ending: str) -> None:
    text = Text.imagined("key", "Bilan <2025> & annexes", "L'Été SARL", NOW)
    made = content(f"x.{ending}", text)
    assert made == content(f"x.{ending}", text)
    assert made != content(f"x.{ending}", Text.imagined("other", "Bilan", "L'Été SARL", NOW))
    assert 1_900 < len(made) < 20_000


def test_files_open_with_the_programs_they_are_for() -> None:
    text = Text.imagined("key", "Bilan <2025> & annexes", "L'Été SARL", NOW)
    assert content("x.pdf", text).startswith(b"%PDF-1.")
    book = load_workbook(BytesIO(content("x.xlsx", text)))
    assert book["Détail"]["A1"].value == text.title
    assert Document(BytesIO(content("x.docx", text))).paragraphs[0].text == text.title
    with Image.open(BytesIO(content("x.jpg", text))) as picture:
        picture.load()
    mail = message_from_bytes(content("x.eml", text), policy=default)
    assert mail["Subject"] == text.title
    assert [part.get_filename() for part in mail.iter_attachments()] == ["détail.pdf"]
