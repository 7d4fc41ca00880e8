"""What a kommun's page reckons from the open tables' figures: ranks, the way to each goal, town beside country."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

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


def ranks(kommuner: pd.DataFrame, level: Level) -> dict[str, Figure]:
    """Return each kommun's place by share, 1 the highest; equal shares share it, a limit makes it a range.

    >>> import pandas as pd
    >>> level = Level("tillgang", 30)
    >>> k = pd.DataFrame({"kommunkod": list("abcd"), level.share: [99.0, 95.0, 95.0, 97.0],
    ...                   level.share_sign: [">", "", "", ">"]})
    >>> {kod: (f.value, f.to) for kod, f in ranks(k, level).items()}
    {'a': (1, 2), 'b': (3, None), 'c': (3, None), 'd': (1, 2)}
    """
    share = kommuner[level.share].to_numpy(np.float64)
    sign = kommuner[level.share_sign].to_numpy(dtype=str)
    low, high = np.where(sign == "<", 0.0, share), np.where(sign == ">", 100.0, share)
    best = 1 + (low[None, :] > high[:, None]).sum(axis=1)
    worst = 1 + ((high[None, :] > low[:, None]) & ~np.eye(len(share), dtype=bool)).sum(axis=1)
    return {
        kod: HIDDEN if s != s else Figure(b, to=w if w > b else None)
        for kod, s, b, w in zip(kommuner["kommunkod"], share, best.tolist(), worst.tolist(), strict=True)
    }


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
    lived = cells[(cells[shown.cell_class] != klasser.NO_ADDRESS).to_numpy()]
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
