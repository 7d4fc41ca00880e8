"""PTS's regional priority: which buildings the region should point out, as a list a planner can change.

The rule (PTS, rules of 2023; the parameters are configuration and must be checked every year):
each prioritised building lowers the cost PTS compares by 2 %, at most 25 buildings (50 %) per project,
and at most 30 % of the region's eligible buildings may be prioritised.

A project is a gap area. With cost K per building and k prioritised buildings it is compared at
K (1 - 0.02 k). It comes under the ceiling T with k* = the least k that makes this at most T; fewer are
wasted, more are too. So choosing is a knapsack: projects of k* buildings each, within 30 % of the
eligible, for most households.
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
    "Listan följer PTS:s regler för {year}. Reglerna och kostnadstaket ändras: kontrollera årets regler "
    "innan listan används. Adresser utan hushåll kan vara arbetsställen som har rätt till stöd."
)


@dataclass(frozen=True)
class Projects:
    """One row per gap area: what it takes to bring it under the ceiling, and whether it is chosen.

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


def eligible(utan: Bools, in_tatort: Bools, planned: Bools, hushall: Floats, rule: PtsPrioritering) -> Bools:
    """Return which addresses count as eligible buildings: outside tätort, without coverage, none planned.

    An address stands for a building: the inputs have no buildings.
    """
    out = utan & ~in_tatort & ~planned
    return out & (hushall > 0) if rule.bara_med_hushall else out


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
    area: Ints,
    buildings: Bools,
    hushall_utan: Floats,
    cost_per_building: Floats,
    rule: PtsPrioritering,
    search: Prioritering,
) -> Projects:
    """Choose the projects to bring under the ceiling.

    Parameters
    ----------
    area : ndarray of int64, shape (n,)
        Gap area of each address, -1 outside.
    buildings : ndarray of bool, shape (n,)
        From :func:`eligible`.
    hushall_utan : ndarray of float, shape (n,)
        Expected households without coverage at each address.
    cost_per_building : ndarray of float, shape (areas,)
        The area's cost divided by the addresses it connects; NaN where unknown.

    Notes
    -----
    The ceiling in number is rounded down; it is of PTS's own list where its length is configured. Projects under the
    ceiling without help are not chosen: they need no priority. Of all choices the one reaching most households is
    taken (see ``knapsack``).
    """
    count = len(cost_per_building)
    inside = buildings & (area >= 0)
    number: Ints = np.bincount(area[inside], minlength=count).astype(np.int64)
    households: Floats = np.bincount(area[inside], hushall_utan[inside], count).astype(np.float64)
    counted = int(buildings.sum())
    listed = counted if rule.antal_i_forteckningen is None else rule.antal_i_forteckningen
    most = int(np.floor(rule.max_andel * listed + 1e-9))
    need = needed(cost_per_building, number, rule)
    able = np.flatnonzero(need > 0)
    picked, _ = knapsack(households[able], need[able].astype(np.float64), float(most), search)
    chosen = np.zeros(count, dtype=np.bool_)
    chosen[able[picked]] = True
    return Projects(number, households, need, chosen, most)


def ordered(
    projects: Projects, area: Ints, buildings: Bools, hushall_utan: Floats, ids: NDArray[np.object_]
) -> pd.DataFrame:
    """List every eligible address of the chosen projects: most households first, ties by id.

    Returns
    -------
    DataFrame
        ``row`` (position of the address), ``area``, ``ordning`` (1, 2 … in its project). The first k* of a
        project are the ones to prioritise, the rest are reserves: which of a project's buildings are named
        does not change its compared cost, so the planner may swap them.
    """
    candidates = np.flatnonzero(buildings & (area >= 0))
    candidates = candidates[projects.valda[area[candidates]]]
    frame = pd.DataFrame(
        {"row": candidates, "area": area[candidates], "h": hushall_utan[candidates], "id": ids[candidates]}
    )
    frame = frame.sort_values(["area", "h", "id"], ascending=[True, False, True], kind="stable")
    frame["ordning"] = frame.groupby("area").cumcount() + 1
    return frame[["row", "area", "ordning"]].reset_index(drop=True)
