"""The events of the dossier service, for those who read about them."""

EVENTS = {
    "dossier.recents.begun": "A member opens their first dossier of a month.",
    "dossier.recents.opened": "A member opened a dossier.",
}
