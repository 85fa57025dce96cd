"""The read side that joins services: lists, overview, feed, audit log, search, folders, live."""
