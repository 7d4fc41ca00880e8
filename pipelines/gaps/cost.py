"""Cost: what it takes to build each gap area on its own, in three parts and three levels.

cost = priced metres x kronor per metre + addresses x connection + a fixed sum per area.

Priced metres are the trench's metres, each times what it costs beside one at the base price: by class of road, on a
bridge, over water, straight where no road goes (and, where there are no roads at all, times the detour factor).
Kronor per metre is a mean of the rates for tätbebyggt and glesbebyggt, weighted by the area's addresses
*utan*. It is a property of the area, not of single edges of the tree: equally short trees must not cost
differently, and one more covered address, which can only shorten the tree, must never make it dearer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import Kostnad

Floats = NDArray[np.float64]
Level = Literal["lag", "mitt", "hog"]
LEVELS: tuple[Level, ...] = ("lag", "mitt", "hog")


@dataclass(frozen=True)
class Cost:
    """Kronor per area: trench, connection and fixed parts, each of shape (areas,)."""

    schakt_sek: Floats
    anslutning_sek: Floats
    fast_sek: Floats

    @property
    def total_sek(self) -> Floats:
        """The whole cost."""
        return self.schakt_sek + self.anslutning_sek + self.fast_sek


def cost(priced_m: Floats, andel_tat: Floats, adresser: Floats, kostnad: Kostnad, level: Level) -> Cost:
    """Cost each area at one level of the configuration's range.

    Parameters
    ----------
    priced_m : ndarray of float, shape (areas,)
        Priced metres of trench; infinite where there is no net to connect to.
    andel_tat : ndarray of float, shape (areas,)
        Share (0-1) of the area's addresses *utan* that are tätbebyggt.
    adresser : ndarray of float, shape (areas,)
        Addresses to connect.
    kostnad : Kostnad
        Rates from the configuration.
    level : {"lag", "mitt", "hog"}
        All assumptions at their low, middle or high end at once: a bound, not an interval of confidence.

    Notes
    -----
    Twice the kronor per metre gives exactly twice ``schakt_sek``: it enters by multiplication only, and
    doubling is exact in floating point.
    """
    return Cost(
        priced_m * per_metre(andel_tat, kostnad, level),
        adresser * getattr(kostnad.anslutning_sek_per_adress, level),
        np.full(len(priced_m), getattr(kostnad.fast_sek_per_omrade, level)),
    )


def per_metre(andel_tat: Floats, kostnad: Kostnad, level: Level) -> Floats:
    """Return kronor per priced metre of each area: the mean of the two rates by its share of tätbebyggt."""
    dense, sparse = getattr(kostnad.schakt_tat_sek_per_m, level), getattr(kostnad.schakt_gles_sek_per_m, level)
    rate: Floats = andel_tat * dense + (1 - andel_tat) * sparse
    return rate


def per_unit(total_sek: Floats, number: Floats) -> Floats:
    """Return kronor per household, address or person; NaN where there is none or no known cost.

    >>> per_unit(np.array([100.0, 100.0]), np.array([4.0, 0.0])).tolist()
    [25.0, nan]
    """
    out = np.full(len(total_sek), np.nan)
    np.divide(total_sek, number, out=out, where=number > NONE)
    out[~np.isfinite(out)] = np.nan
    return out


NONE = 1e-9
"""Fewer expected households than this are none: what is left of 1 - 1 in floating point."""
