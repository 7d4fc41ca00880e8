"""A figure before it is told: what is known of it, as numbers and signs. No words.

How finely a figure is known, and in which direction it is a limit, is decided where it is made (the rules of
disclosure, the tables); how it reads in a language is :mod:`pipelines.publish.words.figure`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Sign = Literal["", ">", "<"]
SIGNS: tuple[Sign, ...] = ("", ">", "<")
"""As the open tables' ``…_olikhet``: the figure itself, at least it, at most it."""
Unit = Literal["", "%", "pe", "ha", "kr", "m", "km"]
"""``pe``: percentage points."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and how well it is known.

    Attributes
    ----------
    value : float or None
        None: it is not told (the reader sees a dash); NaN: nobody knows it.
    sign : Sign
        Whether the value is a limit: ``>`` at least, ``<`` at most.
    decimals : int
        To how many it is known.
    unit : Unit
        What follows the number.
    to : float, optional
        The other end, where the figure is a band from ``value``.
    about : bool
        Rounded to more than a whole, so that «ca» stands before it where nothing else says so.
    signed : bool
        A difference: a plus stands before a positive one.

    Examples
    --------
    >>> Figure(91.84, decimals=1, unit="%").rounded, Figure(1, to=4).rounded, Figure(None).rounded
    (91.8, 1.0, None)
    """

    value: float | None
    sign: Sign = ""
    decimals: int = 0
    unit: Unit = ""
    to: float | None = None
    about: bool = False
    signed: bool = False

    @property
    def known(self) -> bool:
        """Whether there is a number to tell."""
        return self.value is not None and self.value == self.value

    @property
    def rounded(self) -> float | None:
        """The value to sort or draw by: it tells no more than the figure does. None where there is none."""
        return round(float(self.value), self.decimals) + 0.0 if self.value is not None and self.known else None


HIDDEN = Figure(None)
"""Not told."""


def share(pct: float, sign: Sign = "", decimals: int = 1) -> Figure:
    """Return a share in per cent; to one decimal where nothing coarser is known."""
    return Figure(pct, sign, decimals, "%")


def as_chosen(x: float, unit: Unit = "%", most: int = 1) -> Figure:
    """Return a number that somebody has chosen or set, with the decimals it has.

    >>> as_chosen(98.0).decimals, as_chosen(99.9).decimals, as_chosen(0.25, "pe", most=3).decimals
    (0, 1, 2)
    """
    return Figure(x, decimals=next(d for d in range(most + 1) if d == most or round(x, d) == round(x, most)), unit=unit)


def difference(a: Figure, b: Figure) -> Figure:
    """Return how far one share lies over another, as finely as both are known; not told where either is a limit.

    >>> difference(share(91.8), share(94, decimals=0))
    Figure(value=-2.2, sign='', decimals=0, unit='pe', to=None, about=False, signed=True)
    >>> difference(share(99.7, ">"), share(99.5)) == HIDDEN
    True
    """
    if a.value is None or b.value is None or a.sign or b.sign:
        return HIDDEN
    return Figure(round(a.value - b.value, 9), "", min(a.decimals, b.decimals), "pe", signed=True)


def few_or(x: Any, suppression: int) -> Figure:
    """Return a count of the open tables (``…_ca``): steps of tens, nothing, or few, where it is empty.

    >>> few_or(1230, 5).about, few_or(None, 5), few_or(0, 5).about
    (True, Figure(value=1.0, sign='', decimals=0, unit='', to=4.0, about=False, signed=False), False)
    """
    if x is None or type(x).__name__ == "NAType" or not x >= 0:
        return Figure(1.0, to=float(suppression - 1))
    return Figure(float(x), about=bool(x))
