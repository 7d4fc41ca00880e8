"""Numbers as Swedes write them, with narrow spaces, and counts as the open edition may show them."""

from __future__ import annotations

import math

from pipelines.publish import swedish

THIN = "\N{NARROW NO-BREAK SPACE}"


def number(x: float, decimals: int = 0) -> str:
    r"""Return a number with narrow spaces between thousands and a decimal comma.

    >>> number(12345.64, 1) == "12\u202f345,6", number(-0.01, 1)
    (True, '0,0')
    """
    text = swedish.number(x, decimals).replace(swedish.NBSP, THIN)
    return text if text.strip("−0,") else text.removeprefix("−")


def percent(x: float) -> str:
    r"""Return a share (0–100) with one decimal; never all or nothing where that is not so.

    >>> percent(91.84) == "91,8\u202f%"
    True
    """
    return swedish.percent(x).replace(swedish.NBSP, THIN)


def points(x: float) -> str:
    """Return a difference in percentage points, signed.

    >>> points(-0.31), points(0.01), points(2)
    ('−0,3', '0,0', '+2,0')
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
        return swedish.count(x, limits), 0.0 if x < 1e-9 else 1.0
    tens = max(10, 10 * math.floor(x / 10 + 0.5))
    return about.format(antal=number(tens)), float(tens)
