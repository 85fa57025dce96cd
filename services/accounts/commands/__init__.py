"""What changes an account."""

from services.accounts.commands import creating, details, links, team

__all__ = ["creating", "details", "links", "team"]
