"""The cheapest mix of fibre and other techniques that reaches a goal.

Each project has one of: nothing, fibre, or an alternative (fixed radio, satellite) at so many kronor per household that
reaches a share of its households. What lies dispersed outside the projects has nothing or an alternative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipelines.config.projects import Alternativ, Alternativen
from pipelines.core.cell_grid import Ints
from pipelines.gaps.cost import NONE, per_unit

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Malniva

Floats = NDArray[np.float64]

NOTHING, FIBRE = -1, 0
"""What a project may have; an alternative is its place in the list, from 1."""


@dataclass(frozen=True)
class Mix:
    """What each project has, and last what lies outside all of them; and what that reaches and costs.

    Attributes
    ----------
    choice : ndarray of int64, shape (projects + 1,)
        :data:`NOTHING`, :data:`FIBRE`, or an alternative's number.
    hushall, kostnad_sek : ndarray of float, shape (projects + 1,)
    """

    choice: Ints
    hushall: Floats
    kostnad_sek: Floats


def cheapest(hushall: Floats, fibre_sek: Floats, utspritt: float, others: Sequence[Alternativ], missing: float) -> Mix:
    """Choose technique by technique until the missing households are reached.

    Parameters
    ----------
    hushall, fibre_sek : ndarray of float, shape (projects,)
        Expected households without, and the cost of fibre (not finite where it is unknown).
    utspritt : float
        Expected households without outside all projects.
    others : sequence of Alternativ
        Those that count at the level.
    missing : float
        Households that must be reached; with more than there are, all that can be.

    Notes
    -----
    A project's options are points: households reached and kronor. Those on the lower edge of their convex hull, from
    nothing on, are steps of rising price per household more; taking the cheapest steps of all projects in turn is the
    optimum of the relaxed problem, and whole projects are at most the last step from it.
    """
    homes = np.append(hushall, utspritt)
    fibre = np.append(np.where(np.isfinite(fibre_sek), fibre_sek, np.inf), np.inf)
    edge = _edge([(x.andel_hushall, x.andel_hushall * x.sek_per_hushall, i + 1) for i, x in enumerate(others)])
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(homes > NONE, fibre / homes, np.inf)
    steps: list[tuple[Ints, Floats, Ints, float]] = []
    left = np.flatnonzero(homes > NONE)
    reached, price = 0.0, 0.0
    for share, whole, option in [*edge, (1.0, np.inf, FIBRE)]:
        # Fibre comes here where a household more is cheaper so than by the next alternative.
        slope = (whole - price) / (share - reached) if share > reached else np.inf
        by_fibre = (each[left] - price) / (1 - reached) if reached < 1 else np.full(len(left), np.inf)
        now = (by_fibre <= slope) & np.isfinite(by_fibre)
        steps.append((left[now], by_fibre[now], np.full(int(now.sum()), FIBRE), 1.0))
        left = left[~now]
        if option == FIBRE:
            break
        steps.append((left, np.full(len(left), slope), np.full(len(left), option), share))
        reached, price = share, whole
    return _taken(homes, fibre, steps, {o: (f, y) for f, y, o in edge}, missing)


def counting(rule: Alternativen, mbit: int) -> list[Alternativ]:
    """Return the alternatives that count at a threshold: those as fast as it, for both measures."""
    return [x for x in rule.tekniker if x.ned_mbit >= mbit]


def instead(rule: Alternativen, mbit: int) -> tuple[Alternativ, bool] | None:
    """Return what a project too dear for fibre is listed with, and whether that counts at the threshold.

    The cheapest per household of those that count; where none does, the fastest, which is better than nothing.
    """
    able = counting(rule, mbit)
    if able:
        return min(able, key=lambda x: (x.sek_per_hushall, -x.andel_hushall)), True
    rest = sorted(rule.tekniker, key=lambda x: (-x.ned_mbit, x.sek_per_hushall))
    return (rest[0], False) if rest else None


def goal_rows(projekt: pd.DataFrame, goal: Malniva, whole: float, lacking: float, rule: Alternativen) -> pd.DataFrame:
    """Return ``billigaste_mix`` of one goal: a row per technique, and last their sum.

    Parameters
    ----------
    projekt : DataFrame
        ``hushall_utan`` and ``kostnad_sek`` of the level's projects.
    whole, lacking : float
        All households of the län, and the expected number without.
    """
    import pandas as pd

    level = goal.level
    others = counting(rule, level.mbit)
    homes = projekt["hushall_utan"].to_numpy(np.float64)
    missing = goal.andel_pct / 100 * whole - (whole - lacking)
    outside = max(0.0, lacking - float(homes.sum()))
    mix = cheapest(homes, projekt["kostnad_sek"].to_numpy(np.float64), outside, others, missing)
    options = [("Fiber", FIBRE), *((x.namn, i + 1) for i, x in enumerate(others))]
    chosen = [*(mix.choice == k for _, k in options), mix.choice != NOTHING]
    rows = pd.DataFrame(
        {
            "mix_teknik": [*(name for name, _ in options), "Summa"],
            "antal_projekt": [int(x[:-1].sum()) for x in chosen],
            "hushall_nas": [float(mix.hushall[x].sum()) for x in chosen],
            "hushall_nas_utspritt": [float(mix.hushall[-1:][x[-1:]].sum()) for x in chosen],
            "kostnad_sek": [float(mix.kostnad_sek[x].sum()) for x in chosen],
        }
    )
    reached = float(mix.hushall.sum())
    rows["kostnad_per_hushall_sek"] = per_unit(rows["kostnad_sek"].to_numpy(), rows["hushall_nas"].to_numpy())
    rows["andel_efter_pct"] = 100 * (1 - max(0.0, lacking - reached) / whole) if whole > NONE else np.nan
    rows["nar_malet"] = reached >= missing - 1e-6
    return rows.assign(mal=goal.namn, mal_pct=goal.andel_pct, troskel_mbit=level.mbit, matt=level.measure)


def _edge(points: list[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    """Return the points on the lower edge of the hull from nothing on: share, kronor per household, option.

    >>> _edge([(0.8, 20.0, 1), (1.0, 12.0, 2), (0.5, 5.0, 3), (0.7, 20.0, 4)])
    [(0.5, 5.0, 3), (1.0, 12.0, 2)]
    """
    out: list[tuple[float, float, int]] = []
    at = (0.0, 0.0)
    while further := [p for p in points if p[0] > at[0]]:
        best = min(further, key=lambda p: ((p[1] - at[1]) / (p[0] - at[0]), -p[0], p[2]))
        out.append(best)
        at = best[:2]
    return out


def _taken(
    homes: Floats,
    fibre: Floats,
    steps: list[tuple[Ints, Floats, Ints, float]],
    told: dict[int, tuple[float, float]],
    missing: float,
) -> Mix:
    """Take the cheapest steps, in order, until enough is reached; a project's last step is what it has."""
    who, slope, option = (np.concatenate([s[i] for s in steps]) for i in range(3))
    stage = np.concatenate([np.full(len(s[0]), k) for k, s in enumerate(steps)])
    share = np.concatenate([np.full(len(s[0]), s[3]) for s in steps])
    # Of equal price: a project's own steps in their order, the projects dearest by fibre first, what is dispersed last.
    dear = np.where(np.isfinite(fibre), fibre / np.maximum(homes, NONE), 0.0)
    order = np.lexsort((who, -dear[who], stage, slope))
    who, option, share = who[order], option[order], share[order]
    before = np.zeros(len(homes))
    gain = np.empty(len(who))
    by_project = np.lexsort((np.arange(len(who)), who))
    first = np.ones(len(who), np.bool_)
    first[1:] = np.diff(who[by_project]) != 0
    had = np.where(first, 0.0, np.roll(share[by_project], 1))
    gain[by_project] = homes[who[by_project]] * (share[by_project] - had)
    number = 0
    if missing > NONE:
        number = int(np.searchsorted(np.cumsum(gain), missing * (1 - 1e-9), side="left")) + 1
    choice = np.full(len(homes), NOTHING)
    choice[who[:number]] = option[:number]  # of a project's steps the last stands
    before[who[:number]] = share[:number]
    price = np.zeros(len(homes))
    for k, (_, per_household) in told.items():
        price[choice == k] = per_household * homes[choice == k]
    price[choice == FIBRE] = fibre[choice == FIBRE]
    return Mix(choice, before * homes, price)
