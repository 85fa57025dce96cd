"""Why something is not done to a tree or a document."""

from shared.problems import Refusal

DEEPEST = 50
"""Folders on the way from the top of a tree to the lowest."""
MOST_FOLDERS = 5_000
"""Folders of one account."""


class NameTaken(Refusal):
    """Two folders side by side would look the same, but for accents and capitals."""

    code = "name-taken"
    fr, en = "Un répertoire de ce nom existe déjà ici.", "There is already a folder of this name here."


class FolderInsideItself(Refusal):
    code = "folder-inside-itself"
    fr = "Un répertoire ne peut pas aller dans lui-même ni dans l'un de ses sous-répertoires."
    en = "A folder cannot go into itself or into one of its sub-folders."


class TooDeep(Refusal):
    code = "too-deep"
    fr = f"Pas plus de {DEEPEST} répertoires l'un dans l'autre."
    en = f"No more than {DEEPEST} folders one inside the other."


class TooManyFolders(Refusal):
    code = "too-many-folders"
    fr, en = f"Pas plus de {MOST_FOLDERS} répertoires par dossier.", f"No more than {MOST_FOLDERS} folders an account."


class OtherAccount(Refusal):
    """Folders and documents stay in their account: who may see them depends on it."""

    code = "other-account"
    fr, en = "Ce répertoire appartient à un autre dossier.", "This folder belongs to another account."


class ParentDeleted(Refusal):
    """A folder comes back to where it stood, and that is gone too."""

    code = "parent-deleted"
    fr = "Le répertoire qui le contenait a été supprimé aussi; rétablissez d'abord celui-là."
    en = "The folder that it was in was deleted too; bring that one back first."


class FolderDeleted(Refusal):
    """A document cannot come back into a folder that is gone; it can into another one."""

    code = "folder-deleted"
    fr = "Son répertoire a été supprimé; indiquez-en un autre."
    en = "Its folder was deleted; name another one."
