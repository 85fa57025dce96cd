"""What notifications know of others: names and addresses, what was done and said, and their own messages."""

from services.notifications.projections.actions import Actions
from services.notifications.projections.names import Names
from services.notifications.projections.outbox import Outbox

__all__ = ["Actions", "Names", "Outbox"]
