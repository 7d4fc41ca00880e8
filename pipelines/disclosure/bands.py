"""Bands of counts: their codes, the band of a count, and the least and the most that a band stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.disclosure.rules import NOTHING

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def codes(limits: tuple[int, ...]) -> tuple[str, ...]:
    """Return the bands from lowest to highest.

    >>> codes((5, 10, 20))
    ('0', '1–4', '5–9', '10–19', '20–')
    """
    closed = (f"{a}–{b - 1}" for a, b in zip((1, *limits), limits, strict=False))
    return ("0", *closed, f"{limits[-1]}–")


def of(values: ArrayLike, limits: tuple[int, ...]) -> NDArray[np.str_]:
    """Return each expected count as the band it lies in.

    >>> of([0, 0.2, 4.99, 5, 12.5, 900], (5, 10, 20)).tolist()
    ['0', '1–4', '1–4', '5–9', '10–19', '20–']
    """
    return np.array(codes(limits))[place(values, limits)]


def place(values: ArrayLike, limits: tuple[int, ...]) -> NDArray[np.int64]:
    """Return the place among :func:`codes` of the band that each expected count lies in."""
    x = np.asarray(values, dtype=np.float64)
    which = np.searchsorted(np.asarray(limits), np.round(x, 6), side="right")
    return np.where(x < NOTHING, 0, 1 + which)


def whole(bands: pd.Series, limits: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Return least and most of whole counts; the most of an open band is infinite.

    >>> import pandas as pd
    >>> [x.tolist() for x in whole(pd.Series(["0", "1–4", "10–"]), (5, 10))]
    [[0.0, 1.0, 10.0], [0.0, 4.0, inf]]
    """
    import pandas as pd

    names = codes(limits)
    code = pd.Categorical(bands, categories=names).codes
    if (code < 0).any():
        raise ValueError(f"okända band: {sorted(set(bands) - set(names))[:5]}")
    low, high = (0, 1, *limits), (0, *(x - 1 for x in limits), np.inf)
    return np.array(low, dtype=np.float64)[code], np.array(high, dtype=np.float64)[code]
