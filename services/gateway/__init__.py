"""The only door: HTTP, sessions, uploads, downloads, live updates, and the description of it all."""
