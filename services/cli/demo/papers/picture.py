"""A receipt as somebody might photograph it."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from services.cli.demo.chance import chance
from services.cli.demo.papers.text import Text, euros

_SIZE = (300, 420)
_MARGIN, _LINE = 24, 22


def picture(text: Text) -> bytes:
    """A JPEG of about 14 kB: a slip of paper on a table, a little askew."""
    paper = Image.new("RGB", _SIZE, "#fdfcf7")
    draw, font = ImageDraw.Draw(paper), ImageFont.load_default(12)
    draw.text((_MARGIN, 24), text.client, fill="#111", font=font)
    draw.text((_MARGIN, 24 + _LINE), f"{text.made:%d/%m/%Y}", fill="#333", font=font)
    for index, (item, amount) in enumerate((*text.lines[:12], ("TOTAL", text.total))):
        height = 96 + index * _LINE
        draw.text((_MARGIN, height), item, fill="#222", font=font)
        draw.text((_SIZE[0] - _MARGIN, height), euros(amount), fill="#222", font=font, anchor="ra")
    askew = chance("askew", text.title, text.client).uniform(-4, 4)
    photo = paper.rotate(askew, resample=Image.Resampling.BILINEAR, expand=True, fillcolor="#6b4f3a")
    file = BytesIO()
    photo.save(file, "JPEG", quality=55)
    return file.getvalue()
