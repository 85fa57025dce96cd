"""What an account decides."""

from services.accounts.domain.account import Account
from services.accounts.domain.links import AlreadyLinked, ContactRequired, LastContact, Link, check_contacts

__all__ = ["Account", "AlreadyLinked", "ContactRequired", "LastContact", "Link", "check_contacts"]
