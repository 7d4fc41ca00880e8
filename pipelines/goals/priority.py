"""PTS's regional priority: which buildings the region should point out, as a list a planner can change.

The rule (the year's terms stand in ``config/support_rules.py``): each prioritised building lowers the figure PTS
compares by 2 %, at most 25 buildings (50 %) per project, and at most 30 % of the region's eligible buildings with
households or workplaces may be prioritised.

What a project is and what support it would ask for per building, stands in :mod:`pipelines.goals.support_projects`.
With K per building and k prioritised buildings it is compared at K (1 - 0.02 k). It comes under the ceiling T with
k* = the least k that makes this at most T; fewer are wasted, more are too. So choosing is a knapsack: projects of k*
buildings each, within 30 % of the eligible, for most households.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.config.region import Prioritering, PtsPrioritering
from pipelines.core.cell_grid import Ints
from pipelines.gaps.knapsack import knapsack

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

WARNING = (
    "Listan följer PTS:s regler för {year} (källa: {source}). Reglerna och kostnadstaket ändras: kontrollera årets "
    "regler innan listan används.{homes}"
)
_HOMES = " Adresser utan hushåll kan vara arbetsställen som har rätt till stöd."


def warning(rule: PtsPrioritering, grund: str) -> str:
    """Return what must be said wherever the list is shown."""
    homes = _HOMES if grund != "forteckning" and rule.bara_med_hushall else ""
    return WARNING.format(year=rule.regelar, source=rule.source, homes=homes)


@dataclass(frozen=True)
class Projects:
    """One row per project: what it takes to bring it under the ceiling, and whether it is chosen.

    Attributes
    ----------
    byggnader : ndarray of int64
        Eligible buildings.
    hushall : ndarray of float
        Expected households without coverage at them.
    behovs : ndarray of int64
        Prioritised buildings needed: 0 when already under the ceiling, -1 when no number is enough.
    valda : ndarray of bool
        Brought under the ceiling by this list.
    tak_antal : int
        Buildings that may be prioritised in all.
    """

    byggnader: Ints
    hushall: Floats
    behovs: Ints
    valda: Bools
    tak_antal: int


def eligible(utan: Bools, in_tatort: Bools, planned: Bools) -> Bools:
    """Return which addresses may get support, by our own figures: outside tätort, without coverage, none planned.

    An address stands for a building, of any kind: holiday homes may get support, but are not among those prioritised.
    """
    return utan & ~in_tatort & ~planned


def needed(cost_per_building: Floats, buildings: Ints, rule: PtsPrioritering) -> Ints:
    """Return the least number of prioritised buildings that brings each project to the ceiling.

    Returns
    -------
    ndarray of int64
        0 when it is there already; -1 when even the most allowed, or all it has, are not enough, or
        when it has no eligible building or no known cost.

    Examples
    --------
    >>> needed(np.array([50e3, 80e3, 160e3]), np.array([10, 30, 30]), PtsPrioritering()).tolist()
    [0, 4, -1]
    """
    known = np.isfinite(cost_per_building) & (buildings > 0)
    cost = np.where(known, cost_per_building, 0.0)
    ceiling, off = rule.kostnadstak_sek_per_byggnad, rule.avdrag_per_byggnad
    over = np.maximum(0.0, 1 - ceiling / np.maximum(cost, 1e-9))
    # 1e-9: 1 - 0.02 x 25 is not exactly 0.5 in floating point, and one building too many is a wrong answer.
    number = np.ceil(over / off - 1e-9).astype(np.int64)
    possible = known & (number <= np.minimum(buildings, rule.max_byggnader_per_projekt))
    return np.where(possible, number, -1)


def choose(
    project: Ints,
    hushall_utan: Floats,
    cost_per_building: Floats,
    base: int,
    rule: PtsPrioritering,
    search: Prioritering,
) -> Projects:
    """Choose the projects to bring under the ceiling.

    Parameters
    ----------
    project : ndarray of int64, shape (n,)
        Project of each eligible building with household or workplace, -1 where it is in none.
    hushall_utan : ndarray of float, shape (n,)
        Expected households without coverage in each.
    cost_per_building : ndarray of float, shape (projects,)
        The figure that PTS compares, before the deduction; NaN where unknown.
    base : int
        Buildings that the most that may be prioritised is a share of.

    Notes
    -----
    The ceiling in number is rounded down. Projects under the ceiling without help are not chosen: they need no
    priority. Of all choices the one reaching most households is taken (see ``knapsack``).
    """
    count = len(cost_per_building)
    inside = project >= 0
    number: Ints = np.bincount(project[inside], minlength=count).astype(np.int64)
    households: Floats = np.bincount(project[inside], hushall_utan[inside], count).astype(np.float64)
    most = int(np.floor(rule.max_andel * base + 1e-9))
    need = needed(cost_per_building, number, rule)
    able = np.flatnonzero(need > 0)
    picked, _ = knapsack(households[able], need[able].astype(np.float64), float(most), search)
    chosen = np.zeros(count, dtype=np.bool_)
    chosen[able[picked]] = True
    return Projects(number, households, need, chosen, most)


def ordered(projects: Projects, project: Ints, hushall_utan: Floats, ids: pd.DataFrame) -> pd.DataFrame:
    """List every eligible building of the chosen projects: most households first, ties by id.

    Parameters
    ----------
    project, hushall_utan : ndarray, shape (n,)
        As :func:`choose` has them.
    ids : DataFrame
        Columns that ties go by, in order.

    Returns
    -------
    DataFrame
        ``row`` (position of the building), ``project``, ``ordning`` (1, 2 … in its project). The first k* of a
        project are the ones to prioritise, the rest are reserves: which of a project's buildings are named
        does not change its compared figure, so the planner may swap them.
    """
    candidates = np.flatnonzero(project >= 0)
    candidates = candidates[projects.valda[project[candidates]]]
    frame = ids.iloc[candidates].assign(row=candidates, project=project[candidates], h=hushall_utan[candidates])
    by = ["project", "h", *ids.columns]
    frame = frame.sort_values(by, ascending=[c != "h" for c in by], kind="stable")
    frame["ordning"] = frame.groupby("project").cumcount() + 1
    return frame[["row", "project", "ordning"]].reset_index(drop=True)
