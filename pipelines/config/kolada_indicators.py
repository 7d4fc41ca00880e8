"""What Kolada's indicators of broadband count, told once: for what is fetched, read and held against ours.

Source: kolada.se, each indicator's own description.
"""

from __future__ import annotations

from typing import NamedTuple

from pipelines.core.level import Measure


class Indicator(NamedTuple):
    """A share of the households, or of the population from a year on.

    Attributes
    ----------
    of_people_from : int or None
        The year from which the share is of the population; None: of the households, all years.
    """

    matt: Measure
    troskel_mbit: int
    omradestyp: str
    of_people_from: int | None = None

    def of_people(self, year: int) -> bool:
        """Tell whether the share of a year is of the population."""
        return self.of_people_from is not None and year >= self.of_people_from


INDICATORS = {
    "N07900": Indicator("tillgang", 100, "totalt", 2021),
    # 1 Gbit/s, or fibre near by
    "N07918": Indicator("passerad", 1000, "totalt", 2021),
    "N07919": Indicator("passerad", 1000, "tatbebyggt"),
    "N07920": Indicator("passerad", 1000, "glesbebyggt"),
}


def reason(*, of_people: bool, ours: str) -> str:
    """Return why an indicator and our share may differ; ``ours`` is what our share is of.

    >>> reason(of_people=True, ours="folket")
    'Kolada räknar andel av befolkningen från 2021, PTS andel av hushållen; vår andel är av folket'
    """
    if not of_people:
        return "samma mätning som PTS; avrundad av Kolada"
    return f"Kolada räknar andel av befolkningen från 2021, PTS andel av hushållen; vår andel är av {ours}"
