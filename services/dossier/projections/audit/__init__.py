"""Everything that ever happened, one document per event: the audit log, and through a window the feeds (X-06, M-48)."""
