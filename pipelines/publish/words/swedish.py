"""Numbers and dates as Swedes write them."""

from __future__ import annotations

import math
from datetime import date

NBSP = "\N{NO-BREAK SPACE}"
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


def number(value: float, decimals: int = 0) -> str:
    """Return a number with a space between thousands and a decimal comma.

    >>> number(12345.67, 1).replace(NBSP, " ")
    '12 345,7'
    """
    value = round(value, decimals) + 0.0  # no minus before a zero
    return f"{value:,.{decimals}f}".replace(",", NBSP).replace(".", ",").replace("-", "−")


def percent(value: float, decimals: int = 1) -> str:
    """Return a share in per cent, rounded so that it never claims all or nothing where that is not so.

    >>> percent(91.84).replace(NBSP, " "), percent(99.97).replace(NBSP, " "), percent(100.0).replace(NBSP, " ")
    ('91,8 %', 'över 99,9 %', '100 %')
    """
    if math.isnan(value):
        return "saknas"
    step = 10.0**-decimals
    whole = round(value, decimals)
    if whole >= 100:
        return f"100{NBSP}%" if value >= 100 - 1e-6 else f"över{NBSP}{number(100 - step, decimals)}{NBSP}%"
    if whole <= 0 and value > 1e-6:
        return f"under{NBSP}{number(step, decimals)}{NBSP}%"
    return f"{number(value, decimals)}{NBSP}%"


def points(value: float) -> str:
    """Return a difference in percentage points, signed.

    >>> points(-0.31), points(0.01), points(-0.01), points(2)
    ('−0,3', '0,0', '0,0', '+2,0')
    """
    text = number(value, 1)
    return f"+{text}" if round(value, 1) > 0 else text


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
    return f"1–{limits[0] - 1}" if value < limits[0] else number(value)
