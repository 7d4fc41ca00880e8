"""What is asked, and what it is expected to give: what the list, the text and the page are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.core.level import Level


@dataclass(frozen=True)
class Questions:
    """What is asked, and what it is expected to give.

    Attributes
    ----------
    level : Level
    count : int
        Questions that were asked for.
    price_sek : float
        λ; infinite where the budget reaches all there is.
    plan_homes, plan_modelled : float
        Households that the plan for the budget reaches, expected, and those of them in modelled projects.
    all_worth : float
        What answers about all cells would give, in households.
    rutor, samtal, adresser : DataFrame
        Contracts FRAGA, FRAGA_SAMTAL and FRAGA_ADRESSER.
    """

    level: Level
    count: int
    price_sek: float
    plan_homes: float
    plan_modelled: float
    all_worth: float
    rutor: pd.DataFrame
    samtal: pd.DataFrame
    adresser: pd.DataFrame

    @property
    def name(self) -> str:
        """What the folder is called: the same request always gets the same name."""
        return f"fraga_{self.level.mbit}_{self.level.measure}_{self.count}"

    @property
    def covers_all(self) -> bool:
        """Whether the budget reaches all that there is to build, answers included."""
        return not math.isfinite(self.price_sek)

    @property
    def worth(self) -> float:
        """What the answers are expected to give, in households."""
        return float(self.rutor["varde_hushall"].sum())
