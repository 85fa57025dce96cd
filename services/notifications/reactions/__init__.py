"""From what was done to an e-mail: who is told (`telling`), when (`scheduling`), whether still and how (`delivery`).

And what an operator does about those that did not arrive (`operating`).
"""

from services.notifications.reactions.delivery import Delivery
from services.notifications.reactions.operating import Operating
from services.notifications.reactions.scheduling import Promises, Scheduling
from services.notifications.reactions.telling import Telling

__all__ = ["Delivery", "Operating", "Promises", "Scheduling", "Telling"]
