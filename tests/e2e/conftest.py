"""Every test here speaks over HTTP to one firm that really runs."""

from tests.e2e.system import firm, owner

__all__ = ["firm", "owner"]
