"""Passwords to hashes (argon2id, RFC 9106), and which passwords are not accepted."""

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from services.firm.commands.common import COMMON
from services.firm.contract import CommonPassword, PasswordHoldsEmail
from services.firm.values import folded

_AT_ONCE = 2
"""Hashes computed at the same moment: bounds memory (19 MiB each) and leaves a processor to others."""
_MEMORY = 19 * 1024  # KiB; with two passes this is OWASP's minimum, chosen for small machines
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$OEVDeNNinq5UPXxpwjiCtw$atibIfoxf19GzqSV4KB+a4hpNZ5sO9qCKS1jin4rmy8"
"""A hash made with these parameters, to compare with where there is none."""


class Passwords:
    """Hashes and verifies, in threads, a few at a time."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=_MEMORY, parallelism=1)
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """The encoded hash, salt and parameters included."""
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def verify(self, hash: str | None, password: str) -> bool:
        """Whether this is the password. Where there is none to compare with it takes as long to say no."""
        async with self._slots:
            fits = await asyncio.to_thread(self._fits, hash or NOBODYS, _normal(password))
        return fits and hash is not None

    def _fits(self, hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash, password)
        except (VerificationError, ValueError):  # ValueError: no hash at all, for the member was erased
            return False


def check_choice(password: str, email: str, field: str) -> None:
    """Raise if a new password is one that others would try first."""
    text = _normal(password).casefold()
    if text in COMMON or len(set(text)) < 4:
        raise CommonPassword(field=field)
    if folded(email) in text:
        raise PasswordHoldsEmail(field=field)


def _normal(password: str) -> str:
    """One form for what keyboards type in several (RFC 8265)."""
    return unicodedata.normalize("NFKC", password)
