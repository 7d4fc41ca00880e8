"""The figures of a sheet as texts, out of the open tables as they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core import classes as klasser
from pipelines.core.figure import Figure
from pipelines.publish.words.figure_words import tell

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.core.level import Level
    from pipelines.publish.printmap.atlas import Classes
    from pipelines.publish.words.level_figures import OpenFigures


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
