"""What files decide: the tree of folders of an account, and each document by itself."""

from services.files.domain.document import Document
from services.files.domain.folder import Folder
from services.files.domain.nodes import Node
from services.files.domain.tree import Tree, tree_id

__all__ = ["Document", "Folder", "Node", "Tree", "tree_id"]
