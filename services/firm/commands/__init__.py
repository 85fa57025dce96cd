"""What changes members and sessions."""

from services.firm.commands import founding, members, passwords, sessions

__all__ = ["founding", "members", "passwords", "sessions"]
