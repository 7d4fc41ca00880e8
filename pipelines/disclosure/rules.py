"""What may be told of households with and without coverage, so that no small count can be worked out.

The rule, for every product under ``maps/``:

* A count below the suppression threshold g is told as few, any other rounded to whole steps of 2g (tens
  when g is 5), so that **every border of everything told is a multiple of g**. A count between two borders
  of the grid can then take every value between them, whatever sums and differences tie it to others.
* A share with one decimal and the number of households give the count behind the share back, and the
  shares of two thresholds how few lie between them. So **a share is reckoned from the told counts**, and
  where few lack coverage it is told as the least it can be, where few have it as the most, with a limit made
  from the told number of households alone. The difference to PTS's share is then left out, and the other of
  the two counts is told as the number of households is: it would give the small one away.
* The län is told as what its kommuner are told as, summed (:func:`county`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.core import figure
from pipelines.core.figure import HIDDEN, Figure
from pipelines.core.level import LEVELS

if TYPE_CHECKING:
    import pandas as pd

NOTHING = 1e-9
"""Expected counts below this are rounding of a sum, not somebody."""
EDGE = 1e-9
"""Of a step: what a count that is a sum of parts may lack of a border between steps, by the adding alone."""
LIMIT_PCT = 0.1
"""Of a share that is rounded to all or nothing where that would be untrue: so much is left."""


def share(total: float, without: float, small: int) -> Figure:
    """Return what is told of the share (0–100) of a kommun's or the län's households that have coverage.

    Whatever lies below the threshold, it is the same for every count there.

    Parameters
    ----------
    total, without : float
        Expected households, and those without coverage (or not passed).
    small : int
        The suppression threshold.

    Examples
    --------
    >>> cases = ((2000, 3.2), (2000, 1996), (2000, 160), (2000, 0), (8, 4.5))
    >>> [(told.value, told.sign) for told in (share(*case, 5) for case in cases)]
    [(99.7, '>'), (0.3, '<'), (92.0, ''), (100.0, ''), (None, '')]
    """
    covered = total - without
    all_or_none = min(without, covered) < NOTHING
    # Of so few households even «none of them» would say how many are without: all of them.
    if total < (small if all_or_none else 2 * small):
        return HIDDEN
    if all_or_none:
        return figure.share(100.0 if without < NOTHING else 0.0)
    # The least number of households that is told alike.
    least = max(float(small), _step(total, small) - small)
    if covered < small:
        pct = math.ceil(1000 * small / least - 1e-9) / 10
        return figure.share(pct, "<") if pct < 100 else HIDDEN
    if without < small:
        pct = math.floor(1000 * (1 - small / least) + 1e-9) / 10
        return figure.share(pct, ">") if pct > 0 else HIDDEN
    lacks = _step(without, small)
    has = max(2.0 * small, _step(total, small) - lacks)
    return rounded(100 * has / (has + lacks))


def rounded(pct: float) -> Figure:
    """Return a share with a decimal; where that would claim all or nothing, and it is not so, a limit.

    >>> [(told.value, told.sign) for told in map(rounded, (91.84, 99.97, 0.01))]
    [(91.8, ''), (99.9, '>'), (0.1, '<')]
    """
    value = round(pct, 1)
    if value >= 100 and pct < 100 - 1e-6:
        return figure.share(100 - LIMIT_PCT, ">")
    if value <= 0 and pct > 1e-6:
        return figure.share(LIMIT_PCT, "<")
    return figure.share(value)


def county(kommuner: pd.DataFrame, lan: pd.DataFrame, limits: tuple[int, ...]) -> pd.DataFrame:
    """Return the län with its counts and shares as its kommuner's told counts give them.

    A figure made of told figures tells nothing more. A kommun told as few counts as half the threshold.
    """
    out = lan.copy()
    names = [c for c in kommuner if str(c).split("_")[0] in ("adresser", "befolkning", "hushall")]
    for name in names:
        x = kommuner[name].to_numpy(np.float64)
        few = np.where(x < NOTHING, 0.0, limits[0] / 2)
        out[name] = np.where(x < limits[0], few, stepped(x, limits[0])).sum()
    if "adresser" in out:
        out["adresser"] = out["adresser"].round().astype("int64")
    for level in LEVELS:
        if level.without() in out:
            part = out[level.without()] / out["hushall"]
            out[level.share] = (100 * (1 - part)).where(out["hushall"] > 0)
    return out


def tens(values: pd.Series, small: int) -> pd.Series:
    """Return counts in steps of twice the threshold; empty from above nothing to under it; 0 is nothing.

    >>> import pandas as pd
    >>> tens(pd.Series([0, 3.2, 5, 14.9, 15, 1234]), 5).tolist()
    [0, <NA>, 10, 10, 20, 1230]
    """
    import pandas as pd

    x = values.to_numpy(np.float64)
    few = (x >= NOTHING) & (x < small)
    steps = np.where(x < NOTHING, 0, stepped(x, small))
    return pd.Series(np.where(few, np.nan, steps), index=values.index).astype("Int64")


def stepped(x: ArrayLike, small: int) -> NDArray[np.float64]:
    """Return counts rounded to whole steps of twice the suppression threshold, the least of them one step.

    >>> stepped([3, 14.9, 15, 1234], 5).tolist()
    [10.0, 10.0, 20.0, 1230.0]
    """
    step = 2.0 * small
    out: NDArray[np.float64] = step * np.floor(np.asarray(x, np.float64) / step + 0.5 + EDGE)
    return np.maximum(step, out)


def _step(x: float, small: int) -> float:
    return float(stepped(x, small))
