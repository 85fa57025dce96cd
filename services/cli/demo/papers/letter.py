"""A letter as a text document: one template, made once, in which words are replaced."""

from functools import cache
from html import escape
from io import BytesIO
from zipfile import ZipFile

from docx import Document
from docx.enum.style import WD_STYLE_TYPE

from services.cli.demo.papers.sheet import core
from services.cli.demo.papers.text import Text, euros
from services.cli.demo.papers.zipped import repacked

_BODY, _CORE = "word/document.xml", "docProps/core.xml"
_UNNEEDED = ("stylesWithEffects", "customXml", "thumbnail")
_PARAGRAPHS = (
    "{{client}}",
    "{{date}}",
    "Madame, Monsieur,",
    "Nous avons examiné avec attention les éléments que vous nous avez transmis. Les principaux postes sont les "
    "suivants : {{lines}}.",
    "Le total s'élève à {{total}}. Nous restons à votre disposition pour toute précision, et vous rappelons que les "
    "pièces manquantes doivent nous parvenir avant la fin du mois.",
    "Veuillez agréer, Madame, Monsieur, l'expression de nos salutations distinguées.",
)


def letter(text: Text) -> bytes:
    """The template with this text in it."""
    words = {
        "title": text.title,
        "client": text.client,
        "date": f"{text.made:%d/%m/%Y}",
        "lines": ", ".join(f"{item} ({euros(amount)} €)" for item, amount in text.lines),
        "total": f"{euros(text.total)} €",
    }
    archive, body = _template()
    for name, value in words.items():
        body = body.replace("{{" + name + "}}", escape(value, quote=False))
    return repacked(archive, {_BODY: body.encode(), _CORE: core(text.made)})


@cache
def _template() -> tuple[bytes, str]:
    """The archive and its body, without what python-docx brings along and nothing here uses (25 of 36 kB)."""
    document = Document()
    for relations in (document.part.rels, document.part.package.rels):
        for id in [id for id, relation in relations.items() if relation.reltype.endswith(_UNNEEDED)]:
            del relations[id]
    for style in [style for style in document.styles if style.type == WD_STYLE_TYPE.TABLE]:
        style.delete()
    document.add_heading("{{title}}", level=1)
    for paragraph in _PARAGRAPHS:
        document.add_paragraph(paragraph)
    file = BytesIO()
    document.save(file)
    with ZipFile(file) as archive:
        return file.getvalue(), archive.read(_BODY).decode()
