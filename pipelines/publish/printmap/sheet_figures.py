"""The figures of a sheet as texts, out of the open tables as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core import classes as klasser
from pipelines.publish.printmap.labels import plain
from pipelines.publish.words import swedish

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.publish.printmap.atlas import Atlas, Classes

HIDDEN = "–"
COSTS = {
    "ej_redovisad": HIDDEN,
    "under_0_5": "under 0,5",
    "0_5_1": "0,5–1",
    "1_2": "1–2",
    "2_5": "2–5",
    "5_10": "5–10",
    "10_20": "10–20",
    "20_50": "20–50",
    "over_50": "över 50",
}
"""Classes of cost, million kronor."""
SHOWN_GAPS = 5


def share(row: pd.Series[Any], name: str) -> str:
    """Return a share (``andel_100``, ``andel_passerade_30`` …) with its «minst» or «högst»."""
    value, sign = row[f"{name}_pct"], str(row[f"{name}_olikhet"])
    if np.isnan(value):
        return HIDDEN
    if (sign, value) in ((">", 100.0), ("<", 0.0)):  # all but all: never told as all
        return swedish.percent(99.99 if sign == ">" else 0.01)
    word = {">": f"minst{swedish.NBSP}", "<": f"högst{swedish.NBSP}"}.get(sign, "")
    return word + swedish.percent(float(value))


def count(value: Any, suppression: int) -> str:
    """Return a count in tens; empty in the table is fewer than the suppression threshold.

    >>> count(None, 5), count(1230, 5).replace(swedish.NBSP, " "), count(0, 5)
    ('1–4', '1 230', '0')
    """
    import pandas as pd

    return f"1–{suppression - 1}" if pd.isna(value) else swedish.number(float(value))


def covered(row: pd.Series[Any], t: int, suppression: int) -> str | None:
    """Return «764 600 av 819 990 hushåll», the counts the share is reckoned from; none where one is hidden."""
    import pandas as pd

    every, without = row["hushall_ca"], row[f"hushall_utan_{t}_ca"]
    if pd.isna(every) or pd.isna(without) or row[f"andel_{t}_olikhet"]:
        return None
    return f"{count(every - without, suppression)} av {count(every, suppression)} hushåll"


def cells(classes: Classes) -> dict[str, int]:
    """Return how many cells of each class a sheet shows."""
    many = np.bincount(classes.ravel(), minlength=256)
    return {code: int(many[i]) for i, code in enumerate(klasser.CODES)}


def worst_gaps(atlas: Atlas, kod: str, threshold: int) -> pd.DataFrame:
    """Return the kommun's largest gap areas: most households at least, then lowest id."""
    gaps = atlas.gaps
    own = gaps[(gaps["kommunkod"] == kod) & (gaps["troskel_mbit"] == threshold)]
    order = np.lexsort([own["bristomrade_id"].to_numpy(dtype=str), -own["hushall_utan_minst"].to_numpy(float)])
    return own.iloc[order[:SHOWN_GAPS]]


def households(gap: pd.Series[Any]) -> str:
    """Return a gap area's households without, from what its cells' bands add up to."""
    import pandas as pd

    least, most = gap["hushall_utan_minst"], gap["hushall_utan_hogst"]
    if pd.isna(most):
        return f"minst {swedish.number(float(least))}"
    return swedish.number(float(least)) if least == most else f"{swedish.number(least)}–{swedish.number(most)}"


def nearest(atlas: Atlas, gaps: pd.DataFrame) -> list[str]:
    """Return the name of the locality nearest to each gap area; empty where there is none."""
    import shapely

    if not len(atlas.places.names) or not len(gaps):
        return [""] * len(gaps)
    points: Any = shapely.points(atlas.places.xy)
    tree = shapely.STRtree(points)
    return [plain(atlas.places.names[tree.nearest(shapely.point_on_surface(g))]) for g in gaps["geometry"]]
