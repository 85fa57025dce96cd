"""The descriptions as they are published: JSON for programs, and a page to read that needs nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, select_autoescape
from litestar.types import HTTPScope, Receive, Send

from services.gateway.http.answers import GUARDS, JSON, Answer, Header

_HTML = b"text/html; charset=utf-8"
_STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_GUARDS: tuple[Header, ...] = (
    *GUARDS,
    (b"cache-control", b"no-cache"),
    (b"content-security-policy", _POLICY.encode()),
)
_templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(default=True))


class Published:
    """A description in JSON: made when first asked for, the same for everybody."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._make = make

    @cached_property
    def document(self) -> dict[str, Any]:
        return self._make()

    @cached_property
    def _answer(self) -> Answer:
        return Answer(200, orjson.dumps(self.document), JSON, guards=_GUARDS)

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        await self._answer(scope, receive, send)


class Page:
    """OpenAPI as one page of HTML, without scripts."""

    def __init__(self, published: Published) -> None:
        self._published = published

    @cached_property
    def _answer(self) -> Answer:
        document = self._published.document
        operations = [
            (path, method.upper(), operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ]
        by_tag = {
            tag["name"]: [found for found in operations if tag["name"] in found[2]["tags"]] for tag in document["tags"]
        }
        text = _templates.get_template("page.html").render(document=document, tags=by_tag, style=_STYLE, shape=shape)
        return Answer(200, text.encode(), _HTML, guards=_GUARDS)

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        await self._answer(scope, receive, send)


class Front:
    """`/`: leads to the description as long as there is no front-end."""

    def __init__(self, to: str) -> None:
        self._answer = Answer(302, b"", guards=_GUARDS, extra=[(b"location", to.encode())])

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        await self._answer(scope, receive, send)


def shape(schema: dict[str, Any]) -> str:
    """A schema in a few words: a type, a name, or the alternatives."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(shape(option) for option in options)
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {shape(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "anything")
