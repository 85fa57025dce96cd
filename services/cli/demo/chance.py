"""Chance that is the same each time: a source of its own per subject, so that more of one changes nothing elsewhere."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def chance(*about: object) -> Random:
    """The source for what these words name: the seed first, then the subject."""
    return Random("/".join(map(str, about)))  # noqa: S311 - believable data, no secret


def some(source: Random, among: Sequence[T], least: int, most: int) -> list[T]:
    """Between `least` and `most` of these, none twice; all of them where there are fewer."""
    return source.sample(among, min(len(among), source.randint(least, most)))


def shares(weights: Sequence[float], total: int) -> list[int]:
    """`total` as whole numbers in these proportions; the largest remainders get what is left over."""
    exact = [total * weight / sum(weights) for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts
