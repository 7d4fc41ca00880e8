"""The order of the open gap areas, one for map, pages and prints: what can be ranked, and what cannot.

A published area has households without from so many to so many. The areas are ordered by the least, then by the
most; where both are alike they are as large, and which comes first says nothing. Where the least is nothing, nobody
outside knows whether anyone is without: such areas are not ranked by households at all but stand last, by cells.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

LEAST, MOST = "hushall_utan_minst", "hushall_utan_hogst"


def order(areas: pd.DataFrame) -> NDArray[np.int64]:
    """Return the places of the areas (columns of BRISTOMRADEN_OPPNA) in the order they are told in.

    >>> import pandas as pd
    >>> areas = pd.DataFrame({"bristomrade_id": list("abcde"), "rutor": [1, 1, 138, 9, 2],
    ...                       LEAST: [10, 20, 0, 10, 0], MOST: [50, 20, None, None, 40]})
    >>> order(areas).tolist(), ranked(areas).tolist()
    ([1, 3, 0, 2, 4], [True, True, False, True, False])
    """
    least, most = areas[LEAST].to_numpy(np.float64), _most(areas)
    cells = areas["rutor"].to_numpy(np.float64)
    most = np.where(ranked(areas), most, cells)
    return np.lexsort([areas["bristomrade_id"].to_numpy(dtype=str), -cells, -most, -least])


def ranked(areas: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which of the areas can be ranked by households."""
    return np.asarray(areas[LEAST].to_numpy(np.float64) > 0)


def ties(areas: pd.DataFrame) -> list[tuple[int, int]]:
    """Return the first and last number (from 1) of each run of areas, in order, that are as large.

    >>> import pandas as pd
    >>> ties(pd.DataFrame({LEAST: [30, 20, 20, 10, 0, 0], MOST: [40, 20, 20, None, 5, 5]}))
    [(2, 3)]
    """
    alike, out, at = zip(areas[LEAST], _most(areas).tolist(), strict=True), [], 0
    for (least, _), run in groupby(alike):
        first, at = at + 1, at + len(list(run))
        if at > first and least > 0:
            out.append((first, at))
    return out


def _most(areas: pd.DataFrame) -> NDArray[Any]:
    return areas[MOST].to_numpy(dtype=np.float64, na_value=np.inf)
