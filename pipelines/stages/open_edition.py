"""The open edition's cells: a class for every cell, counts only in bands, nothing about a household.

Coverage here comes from the run without evidence that may not be published below kommun level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines import contracts
from pipelines.region import THRESHOLDS
from pipelines.stages.evidence import PAIRS

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.region import Region

_NOTHING = 1e-9
"""Expected counts below this are rounding of a sum, not somebody."""


def open_cells(
    cells: pd.DataFrame, covered: dict[tuple[str, int], np.ndarray], region: Region
) -> pd.DataFrame:
    """Return the open edition's table of cells.

    Parameters
    ----------
    cells : DataFrame
        One row a cell in the open run: ids, kommun, class, counts, ``planerad``, ``underlag``.
    covered : dict of ndarray
        Expected number of addresses with coverage per cell, for each measure and threshold.
    """
    lived = np.flatnonzero(cells["adresser"].to_numpy() > 0)
    told = told_cells(cells.iloc[lived], {pair: values[lived] for pair, values in covered.items()}, region)
    out = cells[["rutid_scb", "kommunkod", "kommunnamn", "omradestyp"]].copy()
    planned = np.zeros(len(cells), dtype=bool)
    planned[lived] = told.pop("planerad")
    out["planerad"] = planned
    for name, values in told.items():
        empty = _EMPTY.get(str(name).partition("_")[0], "0")
        out[name] = _elsewhere(values.to_numpy(), lived, len(cells), empty)
    return contracts.check(out, contracts.OPPNA_RUTOR)


_EMPTY = {"klass": "ingen_adress", "underlag": "ingen"}
"""What is told of a cell without addresses; the bands are 0."""


def _elsewhere(values: NDArray[Any], at: NDArray[np.int64], count: int, empty: str) -> pd.Categorical:
    """Return ``count`` texts: ``values`` in the rows ``at``, ``empty`` in the others."""
    import pandas as pd

    number, names = pd.factorize(np.append(values.astype(object), empty))
    codes = np.full(count, number[-1])
    codes[at] = number[:-1]
    return pd.Categorical.from_codes(codes, list(map(str, names)))


def told_cells(
    cells: pd.DataFrame, covered: dict[tuple[str, int], np.ndarray], region: Region
) -> pd.DataFrame:
    """Return what is told of cells with addresses: classes, bands, whether planned, and what it rests on."""
    import pandas as pd

    small = region.publicering.undertryckningsgrans
    limits = region.publicering.bandgranser
    adresser = cells["adresser"].to_numpy()
    out = pd.DataFrame(index=cells.index)
    for pair in PAIRS:
        out[f"klass_{pair[0]}_{pair[1]}"] = coverage_class(covered[pair], adresser, small)
    out["adresser_band"] = band(adresser, limits)
    few = (adresser > 0) & (adresser < small)
    households = cells["hushall"].to_numpy(np.float64)
    out["hushall_band"] = np.where(few, band_of_few(households, adresser, small), band(households, limits))
    for t in THRESHOLDS:
        out[f"hushall_utan_{t}_band"] = band(cells[f"hushall_utan_{t}"], limits)
    out["planerad"] = cells["planerad"]
    for name in ("underlag", *(f"underlag_{t}" for t in THRESHOLDS)):
        out[name] = cells[name].astype("str")
    return tell_few_as_one(out, few)


def tell_few_as_one(cells: pd.DataFrame, few: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the cells with each cell of few addresses told as if it held a single one.

    What only several addresses can show would say that there are several: households without coverage in a
    cell that counts as covered, a mixed basis, something planned where everything is reached. So there
    the households follow the cell's class (all of them without, or none), a mixed basis counts as
    the weakest, and a plan is shown only where the highest threshold is not reached.

    Parameters
    ----------
    cells : DataFrame
        Contract OPPNA_RUTOR.
    few : ndarray of bool, shape (n,)
        Cells with addresses, but fewer than the suppression threshold.
    """
    grounds = [f"underlag_{t}" for t in THRESHOLDS]
    out = cells.copy()
    for t, ground in zip(THRESHOLDS, grounds, strict=True):
        without = np.where(out[f"klass_tillgang_{t}"] == "utan", out["hushall_band"], "0")
        out[f"hushall_utan_{t}_band"] = np.where(few, without, out[f"hushall_utan_{t}_band"])
        out[ground] = out[ground].mask(few & (out[ground] == "blandat"), "statistik")
    same = _all_same(out, grounds)
    out["underlag"] = out["underlag"].mask(few, out[grounds[0]].where(same, "blandat"))
    reached = out[f"klass_tillgang_{THRESHOLDS[-1]}"] == "tackt"
    out["planerad"] = out["planerad"] & ~(few & reached)
    return out.astype({name: "str" for name in cells if name.endswith("_band")})


def _all_same(table: pd.DataFrame, names: list[str]) -> NDArray[np.bool_]:
    """Return whether all named columns of each row hold the same."""
    first = table[names[0]]
    return np.logical_and.reduce([(table[name] == first).to_numpy() for name in names])


def coverage_class(covered: np.ndarray, adresser: np.ndarray, small: int) -> NDArray[np.str_]:
    """Return the class of each cell's share of addresses with coverage.

    A cell with fewer than ``small`` addresses has only *tackt* (at least half) or *utan*: a finer class
    would tell how many addresses there are.

    >>> coverage_class(np.array([0, 1, 2, 9.6, 0]), np.array([0, 2, 3, 10, 10]), 5).tolist()
    ['ingen_adress', 'tackt', 'tackt', 'tackt', 'utan']
    """
    share = np.divide(covered, adresser, out=np.zeros(len(adresser)), where=adresser > 0)
    share = np.round(share, 9)
    return np.select(
        [
            adresser == 0,
            (adresser < small) & (share >= 0.5),
            adresser < small,
            share >= 0.95,
            share >= 0.5,
            share >= 0.05,
        ],
        ["ingen_adress", "tackt", "utan", "tackt", "storre_del", "mindre_del"],
        "utan",
    )


def band_of_few(households: NDArray[np.float64], adresser: NDArray[Any], small: int) -> NDArray[np.str_]:
    """Return the band of households of cells with few addresses: the same however few they are.

    Households follow addresses in proportion within a 1 km square. So there the band of one cell beside
    another's would tell which of them has more addresses, and a neighbour's bands how many a household is.
    The band told is therefore a matter of households per address alone: from 1 to the threshold where the
    most addresses that count as few would lie in it, otherwise only that there are some.

    >>> band_of_few(np.array([0, 0.9, 4.8, 1.3, 5.2]), np.array([2, 1, 4, 1, 4]), 5).tolist()
    ['0', '1–4', '1–4', '1–', '1–']
    """
    most = np.divide(households, adresser, out=np.zeros(len(households)), where=adresser > 0) * (small - 1)
    return np.select([households < _NOTHING, np.round(most, 6) < small], ["0", f"1–{small - 1}"], "1–")


def band(values: ArrayLike, limits: tuple[int, ...]) -> NDArray[np.str_]:
    """Return each expected count as the band it lies in.

    >>> band([0, 0.2, 4.99, 5, 12.5, 900], (5, 10, 20)).tolist()
    ['0', '1–4', '1–4', '5–9', '10–19', '20–']
    """
    x = np.asarray(values, dtype=np.float64)
    low = (1, *limits)
    names = [f"{a}–{b - 1}" for a, b in zip(low, limits, strict=False)] + [f"{limits[-1]}–"]
    which = np.searchsorted(np.asarray(limits), np.round(x, 6), side="right")
    return np.where(x < _NOTHING, "0", np.array(names)[which])
