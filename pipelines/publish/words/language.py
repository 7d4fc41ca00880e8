"""Numbers, shares and dates on a page, as its reader's language writes them.

Swedish is :mod:`pipelines.publish.words.swedish` with the narrow spaces of a page; English follows the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipelines.publish.words import swedish

Language = Literal["sv", "en"]
LANGUAGES: tuple[Language, ...] = ("sv", "en")
THIN = "\N{NARROW NO-BREAK SPACE}"
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
_WORDS = {
    "sv": {">": "minst", "<": "högst", "about": "ca", "missing": "saknas"},
    "en": {">": "at least", "<": "at most", "about": "about", "missing": "not known"},
}


@dataclass(frozen=True)
class Writer:
    """Writes numbers in one language."""

    language: Language = "sv"

    def number(self, x: float, decimals: int = 0) -> str:
        r"""Return a number.

        >>> Writer("sv").number(12345.64, 1) == "12\u202f345,6", Writer("en").number(12345.64, 1)
        (True, '12,345.6')
        """
        if self.language == "sv":
            return _thin(swedish.number(x, decimals))
        return f"{round(x, decimals) + 0.0:,.{decimals}f}".replace("-", "−")

    def percent(self, x: float, sign: str = "") -> str:
        r"""Return a share in per cent with a decimal; ``sign`` is the open edition's: ``>`` at least, ``<`` at most.

        It never claims all or nothing where that is not so.

        >>> w = Writer("en")
        >>> w.percent(91.84), w.percent(99.97), w.percent(99.7, ">"), w.percent(float("nan")), w.percent(100)
        ('91.8%', 'over 99.9%', 'at least 99.7%', 'not known', '100%')
        """
        if x != x:
            return self.missing
        if self.language == "sv":
            text = _thin(swedish.percent(x))
        elif round(x, 1) >= 100:
            text = "100%" if x >= 100 - 1e-6 else "over 99.9%"
        else:
            text = "under 0.1%" if round(x, 1) <= 0 and x > 1e-6 else f"{self.number(x, 1)}%"
        return f"{_WORDS[self.language][sign]} {text}" if sign and text[0].isdigit() else text

    def target(self, x: float) -> str:
        r"""Return a share as somebody chose it, without needless decimals.

        >>> Writer("sv").target(98) == "98\u202f%", Writer("en").target(99.9)
        (True, '99.9%')
        """
        text = self.number(x, 0 if round(x, 1) == round(x) else 1)
        return f"{text}{THIN}%" if self.language == "sv" else f"{text}%"

    def points(self, x: float, decimals: int = 1) -> str:
        """Return a difference in percentage points, signed.

        >>> Writer("en").points(-0.31), Writer("sv").points(2)
        ('−0.3', '+2,0')
        """
        return ("+" if round(x, decimals) > 0 else "") + self.number(x, decimals)

    def flagged(self, text: str, outside: bool) -> str:
        r"""Return a difference's text, marked where it is outside its tolerance.

        >>> w = Writer("sv")
        >>> w.flagged("−0,6", True) == "−0,6\N{NO-BREAK SPACE}⚠", w.flagged("+0,5", False)
        (True, '+0,5')
        """
        return f"{text}\N{NO-BREAK SPACE}⚠" if outside else text

    def day(self, iso: str) -> str:
        """Return a date in words.

        >>> Writer("en").day("2025-10-01"), Writer("sv").day("2025-10-01")
        ('1 October 2025', '1 oktober 2025')
        """
        if self.language == "sv":
            return swedish.day(iso)
        d = date.fromisoformat(iso)
        return f"{d.day} {_MONTHS[d.month - 1]} {d.year}"

    def told(self, x: float | None, threshold: int) -> str:
        r"""Return a count of the open edition (``…_ca``): tens, or the suppressed band where it is empty.

        >>> Writer("sv").told(1230, 5) == "ca 1\u202f230", Writer("en").told(None, 5), Writer("sv").told(0, 5)
        (True, '1–4', '0')
        """
        if x is None or not x >= 0:
            return f"1–{threshold - 1}"
        return f"{_WORDS[self.language]['about']} {self.number(x)}" if x else "0"

    @property
    def missing(self) -> str:
        """What stands where there is no figure."""
        return _WORDS[self.language]["missing"]


def _thin(text: str) -> str:
    return text.replace(swedish.NBSP, THIN)
