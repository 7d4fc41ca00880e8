"""The open edition's cells: a class for every cell, counts only in bands, nothing about a household.

Coverage here comes from the run without evidence that may not be published below kommun level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    small = region.publicering.undertryckningsgrans
    limits = region.publicering.bandgranser
    adresser = cells["adresser"].to_numpy()
    out = cells[["rutid_scb", "kommunkod", "kommunnamn", "omradestyp"]].copy()
    for pair in PAIRS:
        out[f"klass_{pair[0]}_{pair[1]}"] = coverage_class(covered[pair], adresser, small)
    out["adresser_band"] = band(adresser, limits)
    out["hushall_band"] = band(cells["hushall"], limits)
    for t in THRESHOLDS:
        out[f"hushall_utan_{t}_band"] = band(cells[f"hushall_utan_{t}"], limits)
    out["planerad"] = cells["planerad"]
    for name in ("underlag", *(f"underlag_{t}" for t in THRESHOLDS)):
        out[name] = cells[name]
    return contracts.check(out, contracts.OPPNA_RUTOR)


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
