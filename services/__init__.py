"""The services of Dossier: each owns its folder, its store and its part of the history."""
