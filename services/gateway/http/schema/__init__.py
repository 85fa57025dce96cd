"""The description of the interface, made from the contracts and never written by hand."""

from collections.abc import Awaitable, Callable

from litestar.types import HTTPScope, Receive, Send

from services.gateway.http.schema.asyncapi import asyncapi
from services.gateway.http.schema.openapi import openapi
from services.gateway.http.schema.page import Front, Page, Published
from shared.messages import Message

Http = Callable[[HTTPScope, Receive, Send], Awaitable[None]]


def descriptions(base: str, messages: list[type[Message]]) -> dict[str, Http]:
    """Addresses of the descriptions, and what answers there."""
    document = Published(lambda: openapi(base, messages))
    return {
        f"{base}/schema/openapi.json": document,
        f"{base}/schema/asyncapi.json": Published(lambda: asyncapi(messages)),
        f"{base}/schema": Page(document),
        "/": Front(f"{base}/schema"),
    }
