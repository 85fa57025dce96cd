"""What somebody sees of a tree of folders."""

from typing import Any

from tests.e2e.client import Client


def shown(client: Client, account: str, view_as: str | None = None) -> dict[str, str]:
    """The folders that the client sees, or that they are shown as seen by another, each with the right on it."""
    answer = client.read(f"/accounts/{account}/folders", view_as=view_as)
    return dict(_walked(answer["items"]))


def _walked(folders: list[dict[str, Any]]) -> list[tuple[str, str]]:
    found = []
    for folder in folders:
        found += [(folder["id"], folder["right"]), *_walked(folder.get("folders", []))]
    return found
