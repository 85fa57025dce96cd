"""A page of an account as PDF."""

from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from services.cli.demo.papers.text import Text, euros

_LEFT, _RIGHT, _TOP, _STEP = 60, 530, 780, 22


def pdf(text: Text) -> bytes:
    """One page. `invariant` leaves out the time and the random id of the file."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    canvas.setTitle(text.title)
    canvas.setAuthor("Cabinet")
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(_LEFT, _TOP, text.title)
    canvas.setFont("Helvetica", 11)
    canvas.drawString(_LEFT, _TOP - _STEP, f"{text.client}, le {text.made:%d/%m/%Y}")
    _table(canvas, text, _TOP - 3 * _STEP)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _table(canvas: Canvas, text: Text, top: int) -> None:
    for index, (item, amount) in enumerate((*text.lines, ("Total", text.total))):
        height = top - index * _STEP
        canvas.drawString(_LEFT, height, item)
        canvas.drawRightString(_RIGHT, height, f"{euros(amount)} €")
        canvas.line(_LEFT, height - 6, _RIGHT, height - 6)
