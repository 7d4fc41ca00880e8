"""Numbers and dates as Swedes write them, and counts as the open edition may show them."""

from __future__ import annotations

import math

from pipelines.publish.webmap.encode import band_values

THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


def number(x: float, decimals: int = 0) -> str:
    """Return a number with narrow spaces between thousands and a decimal comma.

    >>> number(12345.64, 1) == "12\\u202f345,6"
    True
    """
    text = f"{abs(x):,.{decimals}f}".replace(",", THIN).replace(".", ",")
    return MINUS + text if x < 0 and text.strip("0,") else text


def percent(x: float) -> str:
    """Return a share (0–100) with one decimal; never 100,0 unless it is whole.

    >>> percent(99.97) == "> 99,9\\u202f%"
    True
    """
    if 99.95 <= x < 100 - 1e-9:
        return f"> 99,9{THIN}%"
    return f"{number(x, 1)}{THIN}%"


def points(x: float) -> str:
    """Return a difference in percentage points, signed.

    >>> points(-0.31) == "\\u22120,3", points(0.01)
    (True, '0,0')
    """
    text = number(x, 1)
    return f"+{text}" if x > 0 and text.strip("0,") else text


def open_count(x: float, limits: tuple[int, ...], about: str) -> tuple[str, float]:
    """Return a kommun's count as the open edition may show it, and a value to sort by that tells no more.

    Below the suppression threshold (the first limit) a band; from it on rounded to tens.

    >>> open_count(3.2, (5, 10), "ca {antal}"), open_count(1234, (5, 10), "{antal}")[1]
    (('1–4', 1.0), 1230.0)
    """
    if x < limits[0]:
        code = 0 if x < 1e-9 else 1
        return band_values(limits)[code], float(code)
    tens = max(10, 10 * math.floor(x / 10 + 0.5))
    return about.format(antal=number(tens)), float(tens)


def date(iso: str, months: list[str]) -> str:
    """Return an ISO date as text: 1 oktober 2025. Anything else is returned as it is."""
    parts = iso.split("-")
    if len(parts) != 3 or not all(p.isdigit() for p in parts) or not 1 <= int(parts[1]) <= 12:
        return iso
    return f"{int(parts[2])} {months[int(parts[1]) - 1]} {parts[0]}"
