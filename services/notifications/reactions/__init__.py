"""From what was done to an e-mail: who is told (`telling`), when (`scheduling`), whether still and how (`delivery`)."""

from services.notifications.reactions.delivery import Delivery
from services.notifications.reactions.scheduling import Promises, Scheduling
from services.notifications.reactions.telling import Telling

__all__ = ["Delivery", "Promises", "Scheduling", "Telling"]
