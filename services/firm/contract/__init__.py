"""What others may know of the firm service: rights, needs, the copy of the rights, and its messages."""

from services.firm.contract.access import Access, Locator
from services.firm.contract.copy import RightsCopy
from services.firm.contract.needs import (
    Anyone,
    Every,
    Leads,
    OnAccount,
    OnContact,
    OnFolder,
    OnThing,
    Permitted,
    SignedIn,
    SystemOnly,
)
from services.firm.contract.rights import (
    MANAGE_ACCOUNTS,
    MANAGE_CONTACTS,
    MANAGE_MEMBERS,
    PERMISSIONS,
    VIEW_ALL_ACCOUNTS,
    Level,
    MemberRights,
    Permission,
    Place,
    Role,
    at_least,
)

__all__ = [
    "MANAGE_ACCOUNTS",
    "MANAGE_CONTACTS",
    "MANAGE_MEMBERS",
    "PERMISSIONS",
    "VIEW_ALL_ACCOUNTS",
    "Access",
    "Anyone",
    "Every",
    "Leads",
    "Level",
    "Locator",
    "MemberRights",
    "OnAccount",
    "OnContact",
    "OnFolder",
    "OnThing",
    "Permission",
    "Permitted",
    "Place",
    "RightsCopy",
    "Role",
    "SignedIn",
    "SystemOnly",
    "at_least",
]
