"""What files may be called."""

import pytest
from pydantic import TypeAdapter, ValidationError

from services.files.values import FileName

names = TypeAdapter[str](FileName)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Bilan.pdf", "Bilan.pdf"),
        ("  Bilan été (2).pdf ", "Bilan été (2).pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        (".htaccess", ".htaccess"),
        ("...", "..."),
        ("帳簿.xlsx", "帳簿.xlsx"),
        ("é" * 127 + "x", "é" * 127 + "x"),
    ],
)
def test_a_name_is_kept_in_its_normal_form(given: str, kept: str) -> None:
    assert names.validate_python(given) == kept


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("", "file-name-required"),
        ("  ", "file-name-required"),
        (".", "file-name-required"),
        ("..", "file-name-required"),
        ("../etc/passwd", "file-name-required"),
        ("C:\\compta.xlsx", "file-name-required"),
        ("a\0b", "control-character"),
        ("a\nb", "control-character"),
        ("facture\u202egpj.exe", "control-character"),
        ("é" * 128, "file-name-too-long"),
    ],
)
def test_a_name_with_a_path_or_what_cannot_be_seen_is_refused(given: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        names.validate_python(given)
    assert [error["type"] for error in refused.value.errors()] == [code]
