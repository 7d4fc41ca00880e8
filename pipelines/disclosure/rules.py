"""What may be told of households with and without coverage, so that no small count can be worked out.

The rule, for every product under ``maps/``:

* A count below the suppression threshold g is told as a band, any other rounded to whole steps of 2g (tens
  when g is 5), so that **every border of everything told is a multiple of g**. A count between two borders
  of the grid can then take every value between them, whatever sums and differences tie it to others.
* A share with one decimal and the number of households give the count behind the share back, and the
  shares of two thresholds how few lie between them. So **a share is reckoned from the told counts**, and
  where few lack coverage it is told as «minst», where few have it as «högst», with a limit made from the
  told number of households alone. The difference to PTS's share is then left out, and the other of the
  two counts is told as the number of households is: it would give the small one away.
* The län is told as what its kommuner are told as, summed (:func:`county`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.config.region import THRESHOLDS
from pipelines.publish.words import swedish

if TYPE_CHECKING:
    import pandas as pd

NOTHING = 1e-9
"""Expected counts below this are rounding of a sum, not somebody."""
EDGE = 1e-9
"""Of a step: what a count that is a sum of parts may lack of a border between steps, by the adding alone."""
HIDDEN = "–"


class Told(NamedTuple):
    """A figure as text, and a value to sort or draw by that tells no more than the text."""

    text: str
    value: float | None


class Figures(NamedTuple):
    """What is told of one number of households at one threshold and measure."""

    total: Told
    covered: Told
    without: Told
    share: Told
    difference: Told


def publish(
    total: float,
    without: float,
    share_pct: float,
    pts_pct: float,
    limits: tuple[int, ...],
    *,
    coarse: bool = False,
    about: str = "{antal}",
) -> Figures:
    """Return what may be told of a kommun's or the län's households.

    Whatever lies below the threshold, the texts and values are the same for every count in its band.

    Parameters
    ----------
    total, without : float
        Expected households, and those without coverage (or not passed).
    share_pct, pts_pct : float
        Share of households with coverage: ours, and PTS's own published one. NaN where unknown.
    limits : tuple of int
        Lower limits of the bands after the first; the first of them is the suppression threshold.
    coarse : bool
        Tell the share as a limit made from the rounded counts, also where neither count is small.
    about : str
        How a count rounded to tens is written.

    Examples
    --------
    >>> told = publish(2000, 3.2, 99.84, 99.5, (5, 10))
    >>> told.share.text.replace(swedish.NBSP, " "), told.without.text, told.difference.text
    ('minst 99,7 %', '1–4', '–')
    >>> told = publish(2000, 160, 92.0, 91.5, (5, 10))
    >>> told.share.text.replace(swedish.NBSP, " "), told.without.text, told.difference.text
    ('92,0 %', '160', '+0,5')
    """
    smallest = limits[0]
    covered = total - without
    every = count(total, limits, about)
    few_without, few_covered = (NOTHING <= x < smallest for x in (without, covered))
    some = min(without, covered) >= NOTHING
    # Of so few households even «none of them» would say how many are without: all of them.
    if without >= NOTHING and total < (2 * smallest if some else smallest):
        hidden = Told(HIDDEN, None)
        return Figures(every, hidden, hidden, hidden, hidden)
    if some and (few_without or few_covered or coarse):
        return Figures(
            every,
            every if few_without else _rest(total, without, limits, about),
            every if few_covered else count(without, limits, about),
            _at_most(smallest, total, smallest)
            if few_covered
            else _at_least(smallest if few_without else _step(without, smallest) + smallest, total, smallest),
            Told(HIDDEN, None),
        )
    rest = every if without < NOTHING else _rest(total, without, limits, about)
    lacking = count(without, limits, about)
    told = _share_of(rest, lacking) if total >= smallest else share_pct
    known = not (math.isnan(told) or math.isnan(pts_pct))
    difference = Told(swedish.points(told - pts_pct), round(told - pts_pct, 1)) if known else share(math.nan)
    return Figures(every, rest, lacking, share(told), difference)


def _share_of(covered: Told, without: Told) -> float:
    """Return the share (0–100) as the two told counts give it."""
    has, lacks = covered.value or 0.0, without.value or 0.0
    return 100 * has / (has + lacks) if has + lacks else math.nan


def count(x: float, limits: tuple[int, ...], about: str = "{antal}") -> Told:
    """Return a count as the open edition tells it: a band below the threshold, else rounded to tens.

    >>> count(3.2, (5, 10)), count(1234, (5, 10), "ca {antal}").value
    (Told(text='1–4', value=1.0), 1230.0)
    """
    if x < limits[0]:
        return Told(swedish.count(x, limits), 0.0 if x < NOTHING else 1.0)
    rounded = _step(x, limits[0])
    return Told(about.format(antal=swedish.number(rounded)), rounded)


def share(pct: float) -> Told:
    """Return a share (0–100) that hides nothing.

    >>> share(91.84).value, share(math.nan)
    (91.8, Told(text='saknas', value=None))
    """
    return Told(swedish.percent(pct), None if math.isnan(pct) else round(pct, 1))


def county(kommuner: pd.DataFrame, lan: pd.DataFrame, limits: tuple[int, ...]) -> pd.DataFrame:
    """Return the län with its counts and shares as its kommuner's told counts give them.

    A figure made of told figures tells nothing more. A kommun told as a band counts as its middle.
    """
    out = lan.copy()
    names = [c for c in kommuner if str(c).split("_")[0] in ("adresser", "befolkning", "hushall")]
    for name in names:
        x = kommuner[name].to_numpy(np.float64)
        few = np.where(x < NOTHING, 0.0, limits[0] / 2)
        out[name] = np.where(x < limits[0], few, stepped(x, limits[0])).sum()
    if "adresser" in out:
        out["adresser"] = out["adresser"].round().astype("int64")
    for t in THRESHOLDS:
        for share_, without in (("andel", "utan"), ("andel_passerade", "ej_passerade")):
            if f"hushall_{without}_{t}" in out:
                part = out[f"hushall_{without}_{t}"] / out["hushall"]
                out[f"{share_}_{t}_pct"] = (100 * (1 - part)).where(out["hushall"] > 0)
    return out


def band_values(limits: tuple[int, ...]) -> tuple[str, ...]:
    """Return the bands' texts from lowest to highest.

    >>> band_values((5, 10, 20))
    ('0', '1–4', '5–9', '10–19', '20–')
    """
    lows = (1, *limits)
    closed = (f"{a}–{b - 1}" for a, b in zip(lows, limits, strict=False))
    return ("0", *closed, f"{limits[-1]}–")


def _rest(total: float, without: float, limits: tuple[int, ...], about: str) -> Told:
    """Return the count with coverage: where it is not small, the difference between the two told ones."""
    covered, small = total - without, limits[0]
    if covered >= small:
        covered = max(2.0 * small, _step(total, small) - _step(without, small))
    return count(covered, limits, about)


def stepped(x: ArrayLike, small: int) -> NDArray[np.float64]:
    """Return counts rounded to whole steps of twice the suppression threshold, the least of them one step.

    >>> stepped([3, 14.9, 15, 1234], 5).tolist()
    [10.0, 10.0, 20.0, 1230.0]
    """
    step = 2.0 * small
    rounded: NDArray[np.float64] = step * np.floor(np.asarray(x, np.float64) / step + 0.5 + EDGE)
    return np.maximum(step, rounded)


def _step(x: float, small: int) -> float:
    return float(stepped(x, small))


def _least(total: float, smallest: int) -> float:
    """Return the least number of households that is told by the same text."""
    return max(float(smallest), _step(total, smallest) - smallest)


def _at_least(without: float, total: float, smallest: int) -> Told:
    pct = math.floor(1000 * (1 - without / _least(total, smallest)) + 1e-9) / 10
    return Told(f"minst {swedish.number(pct, 1)}{swedish.NBSP}%", pct) if pct > 0 else Told(HIDDEN, None)


def _at_most(covered: float, total: float, smallest: int) -> Told:
    pct = math.ceil(1000 * covered / _least(total, smallest) - 1e-9) / 10
    return Told(f"högst {swedish.number(pct, 1)}{swedish.NBSP}%", pct) if pct < 100 else Told(HIDDEN, None)
