"""In how many of PTS's shares our households with coverage are as many as PTS's, and what it means that they are.

Told once, for the report and the specification: the figure is no score. Where statistics decide, the sums agree
because they are made to; where evidence decides, it stands, whatever PTS has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

NEAR = 0.5
"""Households: a count within this of PTS's is the same."""
DENOMINATOR = (
    "ett för varje kommun, områdestyp (tätbebyggt, glesbebyggt), mått och tröskel där PTS har en andel av hushållen "
    "och vi har adresser"
)
LABELS = {
    "lika": "lika många som enligt PTS, på ett halvt hushåll när",
    "fler": "fler än enligt PTS",
    "farre": "färre än enligt PTS",
}
DECIDES = {
    "lika": "PTS:s statistik, som fyller ut det täckningsuppgifterna lämnar öppet, eller täckningsuppgifter som säger "
    "detsamma",
    "fler": "täckningsuppgifterna",
    "farre": "täckningsuppgifterna",
}
MEANING = (
    "Talen säger inte hur stor del av bredbandsmålen som är nådda, och inte hur ofta vi har rätt. Där antalen är lika "
    "är summan PTS:s egen: hur många hushåll som saknar täckning är då lika säkert som hos PTS, men var de finns är en "
    "beräkning överallt där ingen täckningsuppgift avgör. Där antalen skiljer sig visar täckningsuppgifterna redan "
    "fler eller färre än PTS, och då gäller de. (Sällan: en områdestyp utan adresser hos oss är sammanlagd med den "
    "andra.)"
)
"""What the reader who decides money must know to use the figure."""


@dataclass(frozen=True)
class Beside:
    """How many of PTS's shares have as many households with coverage here, more, or fewer."""

    lika: int
    fler: int
    farre: int

    @property
    def compared(self) -> int:
        """All that could be compared: the denominator."""
        return self.lika + self.fler + self.farre


def per_class(wanted: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of ``riktvarden`` that are compared: per class (the total is their sum), with both figures."""
    return wanted[(wanted["omradestyp"] != "totalt") & wanted["rest_hushall"].notna()]


def count(wanted: pd.DataFrame) -> Beside:
    """Return the counts of a table ``riktvarden``."""
    gap = per_class(wanted)["rest_hushall"]
    more, fewer = int((gap > NEAR).sum()), int((gap < -NEAR).sum())
    return Beside(len(gap) - more - fewer, more, fewer)
