"""What others may know of the files service: its messages, its events, and how a tree looks to one who sees a part."""

from services.files.contract.documents import (
    DeleteDocument,
    DescribeContent,
    MayPublish,
    MoveDocument,
    OpenDocument,
    PublishDocument,
    RenameDocument,
    RestoreDocument,
)
from services.files.contract.events import EVENTS
from services.files.contract.folders import (
    CascadeRights,
    CreateFolder,
    DeleteFolder,
    MoveFolder,
    RenameFolder,
    RestoreFolder,
    SetFolderRight,
    UnknownSubject,
)
from services.files.contract.tree import Seen, contact_right, visible_tree
from services.files.values import Content, Right, Subject

__all__ = [
    "EVENTS",
    "CascadeRights",
    "Content",
    "CreateFolder",
    "DeleteDocument",
    "DeleteFolder",
    "DescribeContent",
    "MayPublish",
    "MoveDocument",
    "MoveFolder",
    "OpenDocument",
    "PublishDocument",
    "RenameDocument",
    "RenameFolder",
    "RestoreDocument",
    "RestoreFolder",
    "Right",
    "Seen",
    "SetFolderRight",
    "Subject",
    "UnknownSubject",
    "contact_right",
    "visible_tree",
]
