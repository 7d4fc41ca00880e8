"""A plan: what to build for a sum or a goal, what each kommun gets, and the best possible beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.errors import DataError
from pipelines.region import Region
from pipelines.stages.gaps import budget, ranking, trench
from pipelines.stages.gaps.areas import GapAreas
from pipelines.stages.gaps.cost import NONE
from pipelines.stages.gaps.places import Bools, Floats, Places


@dataclass(frozen=True)
class Plan:
    """One plan for one threshold and measure.

    Attributes
    ----------
    omraden : DataFrame
        The areas by ``prioritet`` with ``byggs``, ``byggs_optimum``, and along what is built
        ``hushall_ack`` and ``kostnad_ack_sek``.
    kommuner : DataFrame
        Per kommun: ``hushall``, ``hushall_utan_fore``, ``hushall_nas``, ``hushall_utan_efter``,
        ``kostnad_sek``, ``andel_fore_pct``, ``andel_efter_pct`` (NULL without households).
    fakta : dict
        ``kostnad_sek``, ``kvar_sek`` (NaN for a goal), ``hushall_nas``, ``andel_fore_pct``,
        ``andel_efter_pct``, ``nar_malet`` (None for a budget), ``optimum_hushall``,
        ``optimum_kostnad_sek``, ``optimum_gap`` (how far the optimum is from proven) and
        ``skillnad_optimum_pct``: fewer households than the optimum, or more kronor, in percent of it.
    """

    omraden: pd.DataFrame
    kommuner: pd.DataFrame
    fakta: dict[str, float | bool | None]


def plan(
    omraden: pd.DataFrame, kommunvis: pd.DataFrame, region: Region,
    budget_sek: float | None = None, mal_pct: float | None = None,
) -> Plan:  # fmt: skip
    """Plan for a budget in kronor, or for a goal in percent of the county's households.

    Parameters
    ----------
    omraden : DataFrame
        ``bristomraden`` of one threshold and measure, dispersed rows included.
    kommunvis : DataFrame
        ``bristomraden_kommun`` of the same.
    budget_sek, mal_pct : float
        Exactly one of them.

    Raises
    ------
    DataError
        When not exactly one is given, or it is not a sensible number.
    """
    _sensible(budget_sek, mal_pct)
    areas = omraden[omraden["prioritet"].notna()].sort_values("prioritet", ignore_index=True)
    rank = areas["prioritet"].to_numpy(np.int64)
    money, homes = areas["kostnad_sek"].to_numpy(np.float64), areas["hushall_utan"].to_numpy(np.float64)
    every = pd.concat([kommunvis, omraden[omraden["prioritet"].isna()]])
    places = every.groupby("kommunkod", sort=True)[["hushall", "hushall_utan"]].sum()
    whole, lacking = float(places["hushall"].sum()), float(places["hushall_utan"].sum())
    missing = 0.0 if mal_pct is None else mal_pct / 100 * whole - (whole - lacking)
    if budget_sek is not None:
        nytta = ranking.benefit(
            homes, areas["adresser_utan"].to_numpy(), areas["befolkning_utan"].to_numpy(), region.prioritering
        )
        built = budget.follow(rank, money, homes, budget_sek)
        best = budget.optimum(np.where(homes > NONE, nytta, 0.0), money, budget_sek, region.prioritering)
        behind, of = best.value - float(nytta[built].sum()), best.value
    else:
        built = budget.follow_to_goal(rank, money, homes, missing)
        best = budget.optimum_for_goal(homes, money, missing, region.prioritering)
        behind, of = float(money[built].sum()) - best.value, best.value
    areas["byggs"], areas["byggs_optimum"] = built, best.built
    areas["hushall_ack"] = np.cumsum(np.where(built, homes, 0.0))
    areas["kostnad_ack_sek"] = np.cumsum(np.where(built, money, 0.0))
    spent, reached = float(money[built].sum()), float(homes[built].sum())
    facts: dict[str, float | bool | None] = {
        "kostnad_sek": spent,
        "kvar_sek": float("nan") if budget_sek is None else budget_sek - spent,
        "hushall_nas": reached,
        "andel_fore_pct": 100 * (1 - lacking / whole) if whole > NONE else float("nan"),
        "andel_efter_pct": 100 * (1 - (lacking - reached) / whole) if whole > NONE else float("nan"),
        "nar_malet": None if mal_pct is None else reached >= missing - 1e-6,
        "optimum_hushall": float(homes[best.built].sum()),
        "optimum_kostnad_sek": float(money[best.built].sum()),
        "optimum_gap": best.gap,
        "skillnad_optimum_pct": 100 * behind / of if of > NONE else 0.0,
    }
    return Plan(areas, _by_kommun(places, kommunvis, areas), facts)


def _by_kommun(places: pd.DataFrame, kommunvis: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    chosen = kommunvis["bristomrade_id"].isin(areas.loc[areas["byggs"], "bristomrade_id"])
    gains = kommunvis[chosen].groupby("kommunkod")[["hushall_utan", "kostnad_sek"]].sum()
    out = places.rename(columns={"hushall_utan": "hushall_utan_fore"})
    out = out.join(gains.rename(columns={"hushall_utan": "hushall_nas"}))
    out = out.fillna({"hushall_nas": 0.0, "kostnad_sek": 0.0})
    out["hushall_utan_efter"] = (out["hushall_utan_fore"] - out["hushall_nas"]).clip(lower=0)
    whole = out["hushall"].where(out["hushall"] > NONE)
    for side in ("fore", "efter"):
        out[f"andel_{side}_pct"] = 100 * (1 - out[f"hushall_utan_{side}"] / whole)
    return out.reset_index()


def _sensible(budget_sek: float | None, mal_pct: float | None) -> None:
    if (budget_sek is None) == (mal_pct is None):
        raise DataError(
            "Ange antingen en budget eller ett mål, inte båda.",
            action="Till exempel make plan BUDGET=100000000 eller make plan MAL=98.",
        )
    if budget_sek is not None and not (np.isfinite(budget_sek) and budget_sek >= 0):
        raise DataError(
            "Budgeten går inte att använda.", expected="kronor, 0 eller mer", found=str(budget_sek),
            action="Till exempel make plan BUDGET=100000000.",
        )  # fmt: skip
    if mal_pct is not None and not 0 < mal_pct <= 100:
        raise DataError(
            "Målet går inte att använda.", expected="procent, över 0 och högst 100", found=str(mal_pct),
            action="Till exempel make plan MAL=98.",
        )  # fmt: skip


def together_m(places: Places, utan: Bools, found: GapAreas, chosen: Bools) -> tuple[float, Floats]:
    """Return the trench when the chosen areas are built together, and each area's own trench.

    Areas that lie near each other can share the way to the net. The ranking and the budget use each
    area's own cost, which is never too low; this tells how many metres a joint build saves.

    Parameters
    ----------
    places : Places
    utan : ndarray of bool, shape (n,)
    found : GapAreas
    chosen : ndarray of bool, shape (count,)
        By the areas' own numbers (``Gaps.number`` leads from a row of ``bristomraden`` to it).
    """
    u, c = np.flatnonzero(utan), np.flatnonzero(~utan)
    u = u[chosen[found.address_area[u]]]
    net = trench.distance_to_net(places.e_m[u], places.n_m[u], places.e_m[c], places.n_m[c])
    numbers, area = np.unique(found.address_area[u], return_inverse=True)
    own = np.zeros(found.count)
    if len(u):
        own[numbers] = trench.lengths(places.e_m[u], places.n_m[u], net, area.astype(np.int64), len(numbers))
    return trench.joint_length(places.e_m[u], places.n_m[u], net), own
