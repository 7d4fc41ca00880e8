"""Figures and dates on a page, as its reader's language writes them, with a page's narrow spaces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.core.figure import Figure
from pipelines.publish.words import swedish
from pipelines.publish.words.figure_words import LANGUAGES, NBSP, THIN, Language, number, tell

__all__ = ["LANGUAGES", "THIN", "Language", "Writer"]
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True)
class Writer:
    """Writes for a page in one language."""

    language: Language = "sv"

    def tell(self, figure: Figure, *, unit: bool = True) -> str:
        r"""Return a figure.

        >>> Writer("en").tell(Figure(94, unit="%")), Writer().tell(Figure(94, unit="%")) == "94\u202f%"
        ('94%', True)
        """
        return tell(figure, self.language, THIN, unit=unit)

    def gap(self, figure: Figure, beyond: bool) -> str:
        r"""Return a difference without its unit, marked where it is outside its tolerance.

        >>> gap = Figure(-0.6, decimals=1, unit="pe", signed=True)
        >>> Writer().gap(gap, True) == "−0,6\N{NO-BREAK SPACE}⚠", Writer("en").gap(gap, False)
        (True, '−0.6')
        """
        return self.flagged(self.tell(figure, unit=False), beyond)

    def number(self, x: float, decimals: int = 0) -> str:
        """Return a number."""
        return number(x, decimals, self.language, THIN)

    def flagged(self, text: str, outside: bool) -> str:
        """Return a text, marked where it is outside its tolerance."""
        return f"{text}{NBSP}⚠" if outside else text

    def day(self, iso: str) -> str:
        """Return a date in words.

        >>> Writer("en").day("2025-10-01"), Writer("sv").day("2025-10-01")
        ('1 October 2025', '1 oktober 2025')
        """
        if self.language == "sv":
            return swedish.day(iso)
        d = date.fromisoformat(iso)
        return f"{d.day} {_MONTHS[d.month - 1]} {d.year}"
