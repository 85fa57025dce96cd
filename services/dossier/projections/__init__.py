"""The read models: each converges whatever the order in which the services' events interleave.

A projection reads, while it applies an event, only collections that it writes itself: another one may stand at another
place in the history (a new one catches up beside those that live). What two of them know is joined when it is asked.

Deletion is a flag, never a removal, and reaches nothing but the deleted thing's own document: queries leave out what
stands in deleted accounts, contacts or folders (`queries.visibility`). So nothing fans out and nothing needs repair.

`scopes` is, in every collection that is listed, the list of accounts through which a document is seen
(`Access.scopes`): its account, or, for what hangs on a contact alone, the accounts of that contact; empty where there
are none. Where a document is found by words, its collection's `text` holds them; `GET /search` asks each of these
collections (accounts, contacts, interactions, documents), so that lists and search always agree (D-38).
"""

SERVICES = frozenset({"accounts", "contacts", "dossier", "files", "firm", "interactions", "notifications"})
"""Everybody whose events are history: what is shown of "everything that happened" reads them all (X-06)."""
