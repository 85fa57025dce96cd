"""What the firm service decides: members, their sessions, who owns the firm."""

from services.firm.domain.attempts import Attempts, TooManyAttempts, check_attempts
from services.firm.domain.claim import AddressClaim, EmailTaken
from services.firm.domain.firm import Firm, LastOwner
from services.firm.domain.member import Member
from services.firm.domain.policy import SYSTEM, Manager
from services.firm.domain.session import MemberSessions, Session

__all__ = [
    "SYSTEM",
    "AddressClaim",
    "Attempts",
    "EmailTaken",
    "Firm",
    "LastOwner",
    "Manager",
    "Member",
    "MemberSessions",
    "Session",
    "TooManyAttempts",
    "check_attempts",
]
