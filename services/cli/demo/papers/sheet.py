"""An account as a spreadsheet, with a formula for its total."""

from datetime import datetime
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Font

from services.cli.demo.papers.text import Text
from services.cli.demo.papers.zipped import repacked

_CORE = "docProps/core.xml"
_PROPERTIES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" \
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:creator>Cabinet</dc:creator>\
<dcterms:created xsi:type="dcterms:W3CDTF">{made}</dcterms:created></cp:coreProperties>"""


def core(made: datetime) -> bytes:
    """The properties of an office file: the libraries would say that it was made now."""
    return _PROPERTIES.format(made=f"{made:%Y-%m-%d}T09:00:00Z").encode()


def sheet(text: Text) -> bytes:
    """One sheet: title, client, lines, total."""
    book = Workbook()
    page = book.active
    page.title = "Détail"
    page.append([text.title])
    page.append([text.client, text.made.date()])
    page.append(["Poste", "Montant"])
    for item, amount in text.lines:
        page.append([item, amount / 100])
    page.append(["Total", f"=SUM(B4:B{3 + len(text.lines)})"])
    page["A1"].font = Font(bold=True, size=14)
    page.column_dimensions["A"].width = 34
    file = BytesIO()
    book.save(file)
    return repacked(file.getvalue(), {_CORE: core(text.made)})
