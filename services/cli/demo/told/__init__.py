"""The demonstration firm as it is told to the system, in the order in which one thing rests on another."""

from services.cli.demo.told.clients import tell_account, tell_deletion, tell_openings
from services.cli.demo.told.files import tell_tree
from services.cli.demo.told.people import tell_changes, tell_contact, tell_members
from services.cli.demo.told.talks import tell_talk

__all__ = [
    "tell_account",
    "tell_changes",
    "tell_contact",
    "tell_deletion",
    "tell_members",
    "tell_openings",
    "tell_talk",
    "tell_tree",
]
