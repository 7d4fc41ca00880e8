"""Numbers and dates as Swedes write them, in print and plain text: short names for :mod:`.figure`."""

from __future__ import annotations

from datetime import date

from pipelines.core.figure import Figure, few_or, share
from pipelines.publish.words.figure import NBSP, number, tell

__all__ = ["NBSP", "count", "day", "number", "percent", "points"]
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


def points(value: float) -> str:
    """Return a difference in percentage points, signed.

    >>> points(-0.31), points(0.01), points(-0.01), points(2)
    ('−0,3', '0,0', '0,0', '+2,0')
    """
    return tell(Figure(value, decimals=1, signed=True))


def day(iso: str) -> str:
    """Return a date in words.

    >>> day("2025-10-01")
    '1 oktober 2025'
    """
    d = date.fromisoformat(iso)
    return f"{d.day} {_MONTHS[d.month - 1]} {d.year}"


def count(value: float, limits: tuple[int, ...]) -> str:
    """Return a whole count, or a band where it lies under the first limit (the suppression threshold).

    >>> count(0, (5, 10)), count(3.2, (5, 10)), count(1234, (5, 10)).replace(NBSP, " ")
    ('0', '1–4', '1 234')
    """
    if value < 1e-9:
        return "0"
    return tell(few_or(None, limits[0])) if value < limits[0] else number(value)
