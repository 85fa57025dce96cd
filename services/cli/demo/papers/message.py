"""An e-mail as a file, with an attachment."""

from datetime import UTC
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from services.cli.demo.chance import chance
from services.cli.demo.papers.pdf import pdf
from services.cli.demo.papers.text import Text, euros

_BOUNDARY = "----=_dossier_0001"


def message(text: Text) -> bytes:
    """RFC 5322, with everything said that the library would otherwise make up: date, id, boundary."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "Le client <client@courriel.example>"
    mail["To"] = "Cabinet <bonjour@cabinet.example>"
    mail["Subject"] = text.title
    mail["Date"] = format_datetime(text.made.astimezone(UTC))
    number = chance("mail", text.title, text.client).randrange(10**12)
    mail["Message-ID"] = f"<{number:012d}@courriel.example>"
    rows = "\n".join(f"- {item} : {euros(amount)} €" for item, amount in text.lines)
    mail.set_content(f"Bonjour,\n\nVoici ce que vous avez demandé pour {text.client} :\n\n{rows}\n\nBien à vous,\n")
    mail.add_attachment(pdf(text), maintype="application", subtype="pdf", filename="détail.pdf")
    mail.set_boundary(_BOUNDARY)
    return mail.as_bytes()
