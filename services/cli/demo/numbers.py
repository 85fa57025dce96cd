"""Registration numbers with valid check digits, of companies that were made up (rules: python-stdnum 2.2)."""

from random import Random

from stdnum import luhn
from stdnum.fr import siren as french

from services.cli.demo.model import Country

_ESTABLISHMENT = 10_000  # the first four digits of a NIC


def siren(source: Random) -> str:
    """Nine digits that Luhn's rule accepts."""
    return _with_luhn(f"{source.randint(3, 9)}{_digits(source, 7)}")


def siret(company: str, source: Random) -> str:
    """An establishment of a company: its SIREN, four digits, and Luhn's digit over all of them."""
    return _with_luhn(f"{company}{source.randrange(1, _ESTABLISHMENT // 100):04d}")


def french_vat(company: str) -> str:
    """FR, a key computed from the SIREN, the SIREN."""
    return f"FR{french.to_tva(company)}"


def belgian(source: Random) -> str:
    """A number of the Belgian register (KBO/BCE): eight digits and 97 less their remainder."""
    first = f"0{source.randint(4, 7)}{_digits(source, 6)}"
    return f"{first}{97 - int(first) % 97:02d}"


def canadian(source: Random) -> str:
    """A business number of the Canada Revenue Agency: nine digits that Luhn's rule accepts."""
    return _with_luhn(f"{source.randint(7, 8)}{_digits(source, 7)}")


def quebec(source: Random) -> str:
    """A number of the Québec register (NEQ), in form only: ten digits, 11 for a company; its check is not public."""
    return f"11{_digits(source, 8)}"


def registration(country: Country, source: Random) -> list[tuple[str, str]]:
    """What a company of this country is registered under: labels and numbers."""
    if country == "FR":
        company = siren(source)
        return [("SIREN", company), ("SIRET", siret(company, source)), ("TVA", french_vat(company))]
    if country == "BE":
        company = belgian(source)
        return [("BCE/KBO", company), ("TVA", f"BE{company}")]
    business = canadian(source)
    return [("NEQ", quebec(source)), ("TPS", f"{business} RT0001"), ("TVQ", f"{_digits(source, 10)} TQ0001")]


def _digits(source: Random, count: int) -> str:
    return f"{source.randrange(10**count):0{count}d}"


def _with_luhn(digits: str) -> str:
    return f"{digits}{luhn.calc_check_digit(digits)}"
