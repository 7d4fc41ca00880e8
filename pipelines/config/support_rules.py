"""PTS's terms for regional priority in the broadband support, year by year: the one table of them.

A year that is not here is not known to the program: its figures must then be given in the configuration, one by one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class SupportRules:
    """The terms of one year, and where they are from.

    Attributes
    ----------
    troskel_mbit : int
        A building that can have this is not eligible (Mbit/s down).
    max_andel : float
        Share of the region's eligible buildings with households or workplaces that may be prioritised.
    max_byggnader_per_projekt : int
        Prioritised buildings that count in one project.
    avdrag_per_byggnad : float
        What each takes off the figure that projects are compared by (share).
    kostnadstak_sek_per_byggnad : float
        Mean support per building of the projects that got it. That the next year's limit lies there is an assumption.
    kalla : str
    """

    troskel_mbit: int
    max_andel: float
    max_byggnader_per_projekt: int
    avdrag_per_byggnad: float
    kostnadstak_sek_per_byggnad: float
    kalla: str


KNOWN: dict[int, SupportRules] = {
    2023: SupportRules(
        100,
        0.30,
        25,
        0.02,
        74_027,
        "PTS, villkor och utfall för bredbandsstödet 2023: 1 221 Mkr till 16 495 byggnader i 327 projekt",
    )
}
"""Of the years 2024 and on the terms were not found: they are to be checked with PTS (kontrolleras)."""


def terms(year: int) -> dict[str, Any]:
    """Return a year's terms by the names they have in the configuration; empty where they are not known."""
    known = asdict(KNOWN[year]) if year in KNOWN else {}
    return {name: value for name, value in known.items() if name != "kalla"}


KEYS = tuple(terms(min(KNOWN)))
"""What the configuration must say of a year whose terms are not known."""
