"""What changes folders, the rights on them, and documents."""

from services.files.commands import documents, folders, rights

__all__ = ["documents", "folders", "rights"]
