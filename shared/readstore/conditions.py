"""Conditions on documents. They have two truth values in every engine: None equals None and is in no range."""

from collections.abc import Collection as Values
from dataclasses import dataclass
from typing import Any

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Eq:
    """The field has this value."""

    field: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class In:
    """The field has one of these values."""

    field: str
    values: Values[Scalar]


@dataclass(frozen=True, slots=True)
class NotIn:
    """The field has none of these values."""

    field: str
    values: Values[Scalar]


@dataclass(frozen=True, slots=True)
class Range:
    """The field has a value within these bounds; a bound of None is no bound, and None lies in no range."""

    field: str
    ge: Any = None
    gt: Any = None
    le: Any = None
    lt: Any = None


@dataclass(frozen=True, slots=True)
class Contains:
    """The field's text, folded, holds this one, folded."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Matches:
    """The collection's `text` holds every word of the query, as in `search`; a query without words matches all."""

    query: str


@dataclass(frozen=True, slots=True)
class Has:
    """The list holds this value."""

    list: str
    value: str


@dataclass(frozen=True, slots=True)
class HasAny:
    """The list holds at least one of these values."""

    list: str
    values: Values[str]


@dataclass(frozen=True, slots=True)
class HasOther:
    """The list holds at least one value that is not among these."""

    list: str
    values: Values[str]


@dataclass(frozen=True, slots=True)
class Empty:
    """The list holds nothing."""

    list: str


@dataclass(frozen=True, slots=True, init=False)
class AnyOf:
    """At least one of these is met; none of nothing is."""

    conditions: tuple["Condition", ...]

    def __init__(self, *conditions: "Condition") -> None:
        object.__setattr__(self, "conditions", conditions)


@dataclass(frozen=True, slots=True, init=False)
class AllOf:
    """All of these are met; all of nothing are."""

    conditions: tuple["Condition", ...]

    def __init__(self, *conditions: "Condition") -> None:
        object.__setattr__(self, "conditions", conditions)


@dataclass(frozen=True, slots=True)
class Not:
    """The condition is not met."""

    condition: "Condition"


Condition = Eq | In | NotIn | Range | Contains | Matches | Has | HasAny | HasOther | Empty | AnyOf | AllOf | Not
