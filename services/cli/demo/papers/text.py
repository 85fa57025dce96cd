"""What a paper says, whatever its format."""

from dataclasses import dataclass
from datetime import datetime

from services.cli.demo.chance import chance

_ITEMS = (
    "Ventes de marchandises", "Prestations de services", "Achats consommés", "Énergie et fluides", "Loyers et charges",
    "Assurances", "Honoraires", "Salaires bruts", "Cotisations sociales", "Impôts et taxes", "Amortissements",
    "Frais bancaires", "Déplacements", "Télécommunications", "Entretien et réparations",
)  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A title, whom it concerns, when it was made, and lines of an account with amounts in cents."""

    title: str
    client: str
    made: datetime
    lines: tuple[tuple[str, int], ...]

    @classmethod
    def imagined(cls, key: str, title: str, client: str, made: datetime) -> "Text":
        source = chance("text", key)
        items = source.sample(_ITEMS, source.randint(8, len(_ITEMS)))
        return cls(title, client, made, tuple((item, source.randint(4_000, 9_000_000)) for item in items))

    @property
    def total(self) -> int:
        return sum(amount for _, amount in self.lines)

    @property
    def sentence(self) -> str:
        """The same in words."""
        return f"{self.client} - {self.title} - {self.made:%d/%m/%Y}"


def euros(cents: int) -> str:
    """`1 234,56`."""
    return f"{cents // 100:,}".replace(",", "\u00a0") + f",{cents % 100:02d}"
