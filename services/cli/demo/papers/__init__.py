"""The documents' bytes: real files, small, and the same each time, so that an upload can be repeated."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from services.cli.demo.papers.letter import letter
from services.cli.demo.papers.message import message
from services.cli.demo.papers.pdf import pdf
from services.cli.demo.papers.picture import picture
from services.cli.demo.papers.sheet import sheet
from services.cli.demo.papers.text import Text

__all__ = ["ONE_AT_A_TIME", "Text", "content"]

ONE_AT_A_TIME = ThreadPoolExecutor(1, thread_name_prefix="papers")
"""Where files are made while requests go on; reportlab is not for several threads."""

_MAKERS: dict[str, Callable[[Text], bytes]] = {
    "pdf": pdf,
    "xlsx": sheet,
    "docx": letter,
    "jpg": picture,
    "eml": message,
}


def content(name: str, text: Text) -> bytes:
    """The bytes of a file of this name; the ending decides what it is."""
    return _MAKERS[name.rpartition(".")[2]](text)
