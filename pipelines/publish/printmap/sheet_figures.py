"""The figures of a sheet as texts, out of the open tables as they stand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core import classes as klasser
from pipelines.core.figure import HIDDEN, Figure
from pipelines.publish.printmap.labels import plain
from pipelines.publish.words import area_order
from pipelines.publish.words.codes import COST_SHORT
from pipelines.publish.words.figure_words import tell
from pipelines.publish.words.level_figures import between

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.core.level import Level
    from pipelines.publish.printmap.atlas import Atlas, Classes
    from pipelines.publish.words.level_figures import OpenFigures

COSTS = {**COST_SHORT, "ej_redovisad": tell(HIDDEN)}
"""Classes of cost, million kronor."""
SHOWN_GAPS = 5


def count(figure: Figure) -> str:
    """Return a count; that it is rounded is said once on the sheet.

    >>> count(Figure(1, to=4)), count(Figure(120, about=True))
    ('1–4', '120')
    """
    return tell(replace(figure, about=False))


def covered(row: pd.Series[Any], level: Level, figures: OpenFigures) -> str | None:
    """Return «764 600 av 819 990 hushåll», the counts the share is reckoned from; none where one is hidden."""
    every, without = figures.households(row), figures.count(row[f"{level.without()}_ca"])
    if every.to or without.to or figures.share(row, level).sign:
        return None
    has = Figure((every.value or 0) - (without.value or 0))
    return f"{count(has)} av {count(every)} hushåll"


def cells(classes: Classes) -> dict[str, int]:
    """Return how many cells of each class a sheet shows."""
    many = np.bincount(classes.ravel(), minlength=256)
    return {code: int(many[i]) for i, code in enumerate(klasser.CODES)}


def worst_gaps(atlas: Atlas, kod: str, level: Level) -> pd.DataFrame:
    """Return the first gap areas that lie in the kommun, as its page lists them."""
    gaps = atlas.gaps
    within = ("," + gaps["kommuner"] + ",").str.contains(f",{kod},", regex=False)
    own = gaps[within & (gaps["troskel_mbit"] == level.mbit)]
    return own.iloc[area_order.order(own)[:SHOWN_GAPS]]


def households(gap: pd.Series[Any]) -> str:
    """Return a gap area's households without, from what its cells' bands add up to."""
    import pandas as pd

    most = gap["hushall_utan_hogst"]
    return tell(between(float(gap["hushall_utan_minst"]), math.inf if pd.isna(most) else float(most)))


def nearest(atlas: Atlas, gaps: pd.DataFrame) -> list[str]:
    """Return the name of the locality nearest to each gap area; empty where there is none."""
    import shapely

    if not len(atlas.places.names) or not len(gaps):
        return [""] * len(gaps)
    points: Any = shapely.points(atlas.places.xy)
    tree = shapely.STRtree(points)
    return [plain(atlas.places.names[tree.nearest(shapely.point_on_surface(g))]) for g in gaps["geometry"]]
