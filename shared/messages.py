"""The declaration of a use case: one pydantic class carries its route, its right and its shape.

From such a class come the NATS subject, the HTTP route, the OpenAPI and AsyncAPI entries and the right that is checked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.problems import Refusal


@dataclass(frozen=True, slots=True)
class Route:
    """Where HTTP callers reach a message; `creates` is the path of what it makes (201 and `Location`)."""

    method: str
    path: str
    creates: str | None = None

    @property
    def parameters(self) -> list[str]:
        """Names of the path's parameters, in order; the first names the aggregate that `If-Match` speaks of."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


def GET(path: str) -> Route:
    return Route("GET", path)


def POST(path: str, *, creates: str | None = None) -> Route:
    return Route("POST", path, creates)


def PUT(path: str) -> Route:
    return Route("PUT", path)


def DELETE(path: str) -> Route:
    return Route("DELETE", path)


class Need(Protocol):
    """The right that a message asks for; the services' policies implement it."""

    async def check(self, message: "Message", access: Any) -> None:
        """Raise `NotFound` for what the caller may not see, `NotAllowed` for what they may not do."""

    def codes(self) -> list[type[Refusal]]:
        """The refusals that this need can raise, for the API's description."""


class Model(BaseModel):
    """A part of a message or of an answer: closed to unknown fields, and never changed once made."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Message(Model):
    """What can be asked of a service. Subclasses say where (`http`) and with which right (`needs`)."""

    http: ClassVar[Route | None] = None
    needs: ClassVar[Need]
    refusals: ClassVar[tuple[type[Refusal], ...]] = ()
    settles: ClassVar[bool] = False
    """The door answers only once its own copy of sessions and rights holds the effect."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if cls.__module__ == __name__:
            return
        if not hasattr(cls, "needs"):
            raise TypeError(f"{cls.__name__} does not say which right it needs")
        _declared[cls.nats_subject()] = cls

    @classmethod
    def service(cls) -> str:
        """The service that answers: the folder under `services/` in which the contract stands."""
        return cls.__module__.split(".")[1]

    @classmethod
    def nats_subject(cls) -> str:
        raise NotImplementedError


class Command(Message):
    """A wish to change something; answered by `Accepted`, or by what `answer` names."""

    model_config = ConfigDict(strict=True)
    answer: ClassVar[Any] = None

    @classmethod
    def nats_subject(cls) -> str:
        return f"cmd.{cls.service()}.{cls.__name__}"


class Query(Message):
    """A question; it changes nothing."""

    answer: ClassVar[Any]

    @classmethod
    def nats_subject(cls) -> str:
        return f"qry.{cls.service()}.{cls.__name__}"


class Accepted(BaseModel):
    """What a command answers: what it touched, the version that this reached, and where in the history it stands."""

    id: UUID
    version: int
    position: str


_declared: dict[str, type[Message]] = {}


def declared(service: str | None = None) -> Iterator[type[Message]]:
    """All messages of the contracts imported so far, by subject."""
    for subject in sorted(_declared):
        message = _declared[subject]
        if service is None or message.service() == service:
            yield message
