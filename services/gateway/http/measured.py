"""Every request measured, by its route and what came of it (OpenTelemetry's `http.server.request.duration`)."""

from time import perf_counter
from typing import TYPE_CHECKING

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from shared.telemetry import exporting, histogram

if TYPE_CHECKING:
    from litestar.types import Message

_seconds = histogram("http.server.request.duration", "s", "A request, from its first byte to the end of its answer.")


def measured(app: ASGIApp) -> ASGIApp:
    """The same application, measured where measurements leave the process, and as it is where they do not."""
    return Measured(app) if exporting() else app


class Measured:
    """Measures what passes through it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = perf_counter(), 500

        async def watched(message: "Message") -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            if scope["type"] == ScopeType.HTTP:
                known: dict[str, str] = {"http.request.method": scope["method"], "url.scheme": scope["scheme"]}
                known |= {"http.route": route} if (route := scope.get("path_template")) else {}
                known |= {"error.type": str(status)} if status >= 500 else {}
                _seconds(perf_counter() - began, **known, **{"http.response.status_code": status})
