"""What a kommun's page reckons from the open tables' figures: ranks, the way to each goal, town beside country."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from pipelines.config.region import CLASSES
from pipelines.core import classes as klasser
from pipelines.core.figure import HIDDEN, Figure, few_or
from pipelines.core.level import LEVELS, MEASURES, Level
from pipelines.disclosure import rules
from pipelines.publish.words.level_figures import Left, left_to, told_share

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Malniva
    from pipelines.publish.words.level_figures import OpenFigures, Row


class Distance(NamedTuple):
    """How far a kommun is from a goal, by one measure."""

    matt: str
    is_goals_own: bool
    share: Figure
    points: Figure
    households: Figure
    reached: bool | None


def distances(row: Row, goal: Malniva, figures: OpenFigures) -> list[Distance]:
    """Return the way to a goal, by the measure the goal is written in and by the other one."""
    own, *others = sorted(MEASURES, key=lambda m: m != goal.matt)
    return [_distance(row, goal, Level(m, goal.troskel_mbit), figures) for m in (own, *others)]


def _distance(row: Row, goal: Malniva, level: Level, figures: OpenFigures) -> Distance:
    told, total = figures.share(row, level), row["hushall_ca"]
    without = figures.count(row[f"{level.without()}_ca"])
    left, need = left_to(goal, told), HIDDEN
    if total != total or total is None:
        left = Left(HIDDEN, None)
    elif told.known:
        need = Figure(0) if left.reached else _households(goal, float(total), without, figures.small)
    return Distance(level.measure, level.measure == goal.matt, told, left.points, need, left.reached)


def _households(goal: Malniva, total: float, without: Figure, small: int) -> Figure:
    """Return how many more households the goal asks for; of few, at most those less what the goal lets be."""
    allowed = (1 - goal.andel_pct / 100) * total
    if without.to is None:
        return few_or(float(rules.stepped(float(without.value or 0) - allowed, small)), small)
    most = without.to - math.floor(allowed + 1e-9)
    return without if allowed < 1 else Figure(most, "<") if most > 0 else Figure(0)


class Part(NamedTuple):
    """A kommun's cells with addresses of one type of area: how many, at which thresholds most have, how many lack."""

    typ: str
    cells: Figure
    shares: tuple[Figure, ...]
    lacking: Figure


def split(cells: pd.DataFrame, shown: Level) -> list[Part]:
    """Return tätbebyggt beside glesbebyggt, counted in the kommun's published cells.

    Parameters
    ----------
    cells : DataFrame
        RUTNAT_250M, the kommun's own rows.
    """
    told = cells[["omradestyp", *(x.cell_class for x in LEVELS.of(shown.measure))]]
    lived = told[(told[shown.cell_class] != klasser.NO_ADDRESS).to_numpy()]
    out = []
    for typ in CLASSES:
        of = lived[(lived["omradestyp"] == typ).to_numpy()]
        has = tuple(
            told_share(100 * float(of[x.cell_class].isin(klasser.COVERED).mean()) if len(of) else math.nan)
            for x in LEVELS.of(shown.measure)
        )
        lacking = int(of[shown.cell_class].isin(klasser.LACKING).sum())
        out.append(Part(typ, Figure(len(of)), has, Figure(lacking)))
    return out
