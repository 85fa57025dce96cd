"""The events of files, for those who read them; the scope of each is the account."""

EVENTS: dict[str, str] = {
    "files.tree.planted": "An account got its tree of folders.",
    "files.tree.folder-created": "A folder was created, with the rights copied from its parent.",
    "files.tree.folder-renamed": "A folder was renamed.",
    "files.tree.folder-moved": "A folder was moved within its tree, with all that is in it.",
    "files.tree.folder-deleted": "A folder was deleted; `folders` names it and all its sub-folders.",
    "files.tree.folder-restored": "A deleted folder was brought back; `folders` names it and all its sub-folders.",
    "files.tree.right-set": "A right was set on one folder for a member or a contact, or taken back (null).",
    "files.tree.rights-cascaded": "What is set on a folder was set on the sub-folders in `folders`, for `subjects`.",
    "files.folder.placed": "A folder belongs to an account; its id leads there.",
    "files.document.published": "A file was published in a folder.",
    "files.document.renamed": "A document was renamed.",
    "files.document.moved": "A document was moved to another folder of its account.",
    "files.document.opened": "A member opened a document.",
    "files.document.deleted": "A document was deleted.",
    "files.document.restored": "A deleted document was brought back.",
}
