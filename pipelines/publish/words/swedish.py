"""Numbers and dates as Swedes write them, in print and plain text: short names for :mod:`.figure`."""

from __future__ import annotations

from datetime import date

from pipelines.core.figure import share
from pipelines.publish.words.figure_words import NBSP, number, tell

__all__ = ["NBSP", "day", "number", "percent"]
_MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)


def percent(value: float, decimals: int = 1) -> str:
    """Return a share in per cent, rounded so that it never claims all or nothing where that is not so.

    >>> percent(91.84).replace(NBSP, " "), percent(99.97).replace(NBSP, " "), percent(100.0).replace(NBSP, " ")
    ('91,8 %', 'över 99,9 %', '100 %')
    """
    return tell(share(value, decimals=decimals))


def day(iso: str) -> str:
    """Return a date in words.

    >>> day("2025-10-01")
    '1 oktober 2025'
    """
    d = date.fromisoformat(iso)
    return f"{d.day} {_MONTHS[d.month - 1]} {d.year}"
