"""Numbers as Swedes write them, with the narrow spaces of the page."""

from __future__ import annotations

from pipelines.publish import swedish

THIN = "\N{NARROW NO-BREAK SPACE}"


def thin(text: str) -> str:
    """Return a text with narrow spaces in its numbers."""
    return text.replace(swedish.NBSP, THIN)


def number(x: float, decimals: int = 0) -> str:
    r"""Return a number with narrow spaces between thousands and a decimal comma.

    >>> number(12345.64, 1) == "12\u202f345,6", number(-0.01, 1)
    (True, '0,0')
    """
    return thin(swedish.number(x, decimals))
