"""The whole table of addresses: one per declared message, and the few that are more than passing on."""

from collections.abc import Awaitable, Callable
from typing import cast

from litestar import Litestar
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, HTTPScope, Method, Receive, Send

from services.gateway.http.answers import API
from services.gateway.http.door import Door
from services.gateway.http.downloads import Download
from services.gateway.http.forwarding import Forward
from services.gateway.http.health import Alive, Ready
from services.gateway.http.live import Live
from services.gateway.http.notices import PREFERENCES, Preferences
from services.gateway.http.problems import as_problem
from services.gateway.http.schema import descriptions
from services.gateway.http.sign_in import SignIn, SignOut
from services.gateway.http.uploads import Upload
from shared.messages import Message

BASE = "/api/v1"
Http = Callable[[HTTPScope, Receive, Send], Awaitable[None]]


def application(door: Door, messages: list[type[Message]], services: tuple[str, ...]) -> Litestar:
    """The ASGI application. Routes of Litestar find the way; answers are sent without its serialisation."""
    table = [
        _route(message.http.method, BASE + message.http.path, Forward(door, message))
        for message in messages
        if message.http
    ]
    special = [
        _route("POST", f"{BASE}/session", SignIn(door)),
        _route("DELETE", f"{BASE}/session", SignOut(door)),
        _route("POST", f"{BASE}/folders/{{folder_id}}/documents", Upload(door)),
        _route("GET", f"{BASE}/documents/{{document_id}}/content", Download(door)),
        _route("GET", f"{BASE}/live", Live(door.live), head=False),
        _route("GET", PREFERENCES, Preferences()),
        _route("GET", "/health/live", Alive()),
        _route("GET", "/health/ready", Ready(door.upstream, services, door.progress)),
        *(_route("GET", path, answer) for path, answer in descriptions(BASE, messages).items()),
    ]
    return Litestar(
        [*table, *special],
        openapi_config=None,
        logging_config=None,
        exception_handlers={Exception: as_problem},
        response_headers={name.decode(): value.decode() for name, value in API},  # of the answers to OPTIONS
        state=State({"language": door.settings.firm_language}),
    )


def _route(method: str, path: str, answer: Http, *, head: bool = True) -> HTTPRouteHandler:
    """A route whose answer is an ASGI application made once: nothing is parsed, injected or serialised per request."""

    async def reached() -> ASGIApp:
        return cast("ASGIApp", answer)

    methods = ["GET", "HEAD"] if method == "GET" and head else [method]
    typed = path.replace("}", ":str}")
    return HTTPRouteHandler(typed, http_method=cast("list[Method]", methods), status_code=200)(reached)
