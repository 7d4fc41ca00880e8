"""What a band says: the least and the most a count can be. Pure arithmetic on published texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.disclosure.rules import band_values

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def whole(bands: pd.Series, limits: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Return least and most of whole counts; the most of an open band is infinite.

    >>> import pandas as pd
    >>> [x.tolist() for x in whole(pd.Series(["0", "1–4", "10–"]), (5, 10))]
    [[0.0, 1.0, 10.0], [0.0, 4.0, inf]]
    """
    return _ends(bands, band_values(limits), (0, 1, *limits), (0, *(x - 1 for x in limits), np.inf))


def _ends(
    bands: pd.Series, names: tuple[str, ...], low: tuple[float, ...], high: tuple[float, ...]
) -> tuple[Floats, Floats]:
    import pandas as pd

    code = pd.Categorical(bands, categories=names).codes
    if (code < 0).any():
        raise ValueError(f"okända band: {sorted(set(bands) - set(names))[:5]}")
    return np.array(low, dtype=np.float64)[code], np.array(high, dtype=np.float64)[code]
