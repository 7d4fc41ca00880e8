"""Names along roads: road numbers, and names of roads and streets, each where its road is longest.

A name stands at the middle of its line, turned as the line runs there, from the zoom at which the line is long
enough for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from pipelines.publish.ground.ground_bands import COUNTY, ROADS

if TYPE_CHECKING:
    import pandas as pd

NUMBERED = ("motorvag", "landsvag", "landsvag_liten")
NUMBER_FROM = 9
"""Zoom from which numbers of large roads may stand; of one number, one in a square of ``NUMBER_APART_M``."""
NUMBER_APART_M, NAME_APART_M = 12_000, 1_500
NAME_FROM, NAME_LAST = 14, 17
LETTER_PX = 6.2
METRES_A_PIXEL = 156_543.03 * np.cos(np.radians(58.5))
"""At zoom 0."""
MOST = 15_000
"""Most names, those of the longest roads."""
LEAST_M = 120
"""A street shorter than this is not named."""


def placed(roads: pd.DataFrame) -> pd.DataFrame:
    """Return the names and where they stand.

    Parameters
    ----------
    roads : DataFrame
        Contract VAGAR, geometry as shapely lines in EPSG:3006.

    Returns
    -------
    DataFrame
        Contract GRUND_NAMN, the most important first.
    """
    import pandas as pd

    numbered = roads["vagnummer"].ne("") & roads["klass"].isin(NUMBERED)
    named = roads["namn"].ne("") & ~numbered & roads["klass"].ne("farjeled")
    large = roads["klass"].isin(ROADS[COUNTY].classes)
    return pd.concat(
        [
            _along(roads[numbered & large], "vagnummer", "vagnummer", NUMBER_APART_M),
            _along(roads[numbered & ~large], "vagnummer", "vagnummer", NUMBER_APART_M).assign(
                fran_zoom=NUMBER_FROM + 2
            ),
            _along(roads[named], "namn", "vag", NAME_APART_M).iloc[:MOST],
        ],
        ignore_index=True,
    )


def _along(roads: pd.DataFrame, column: str, kind: str, apart_m: int) -> pd.DataFrame:
    """Return one row a name and square: the middle of its longest line there."""
    import pandas as pd

    text, place = np.unique(roads[column].to_numpy(dtype=str), return_inverse=True)
    order = np.argsort(place, kind="stable")
    whole = shapely.multilinestrings(roads["geometry"].to_numpy()[order], indices=place[order])
    lines, owner = shapely.get_parts(shapely.line_merge(whole), return_index=True)
    length = shapely.length(lines)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    made = pd.DataFrame(
        {
            "namn": text[owner],
            "namnslag": kind,
            "fran_zoom": _from_zoom(length, text[owner], kind),
            "vinkel_grader": _turned(lines) if kind == "vag" else np.zeros(len(lines), np.int64),
            "e_m": np.round(middle[:, 0], -1),
            "n_m": np.round(middle[:, 1], -1),
        }
    )
    made["langd"] = length
    square = np.floor(middle / apart_m).astype(np.int64)
    made = made.assign(x=square[:, 0], y=square[:, 1])[length >= LEAST_M]
    made = made.sort_values(["langd", "namn", "e_m", "n_m"], ascending=[False, True, True, True], kind="stable")
    return made.drop_duplicates(["namn", "x", "y"]).drop(columns=["langd", "x", "y"]).reset_index(drop=True)


def _from_zoom(length_m: NDArray[np.float64], text: NDArray[np.str_], kind: str) -> NDArray[np.int64]:
    """Return the first zoom at which a name is no longer than its line."""
    if kind == "vagnummer":
        return np.full(len(text), NUMBER_FROM)
    wide_px = np.char.str_len(text) * LETTER_PX
    zoom = np.ceil(np.log2(wide_px * METRES_A_PIXEL / np.maximum(length_m, 1)))
    return np.clip(zoom, NAME_FROM, NAME_LAST).astype(np.int64)


def _turned(lines: Any) -> NDArray[np.int64]:
    """Return how lines run around their middles: degrees anticlockwise from east, −90 to 89: letters stand up."""
    ends = [shapely.get_coordinates(shapely.line_interpolate_point(lines, s, normalized=True)) for s in (0.4, 0.6)]
    d = ends[1] - ends[0]
    return (np.round(np.degrees(np.arctan2(d[:, 1], d[:, 0]))).astype(np.int64) + 90) % 180 - 90
