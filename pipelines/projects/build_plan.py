"""A plan: what to build for a sum or a goal, what each kommun gets, and the best possible beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.config.projects import Projekt
from pipelines.config.region import Region
from pipelines.core.errors import DataError
from pipelines.gaps import budget, ranking, trench
from pipelines.gaps.address_places import Bools, Floats
from pipelines.gaps.cost import NONE
from pipelines.projects import cheapest_mix, household_interval


@dataclass(frozen=True)
class Plan:
    """One plan for one threshold and measure.

    Attributes
    ----------
    projekt : DataFrame
        The projects by ``prioritet`` with ``byggs``, ``byggs_optimum``, along what is built ``hushall_ack`` and
        ``kostnad_ack_sek``, and from :func:`add_alternatives` what lies above the stop price.
    kommuner : DataFrame
        Per kommun: ``hushall``, ``hushall_utan_fore``, ``hushall_nas``, ``hushall_nas_modellerade``,
        ``hushall_utan_efter``, ``kostnad_sek``, ``andel_fore_pct``, ``andel_efter_pct`` (NULL without
        households).
    fakta : dict
        ``kostnad_sek`` with ``kostnad_lag_sek`` and ``kostnad_hog_sek``, ``kvar_sek`` (NaN for a goal),
        ``hushall`` and ``hushall_utan`` (before), ``hushall_nas`` with ``hushall_nas_lag`` and ``hushall_nas_hog``
        (90 %), ``hushall_nas_modellerade``,
        ``andel_fore_pct``, ``andel_efter_pct``, ``andel_storst_pct`` (when every project that can be
        built is built), ``nar_malet`` (None for a budget), ``optimum_hushall``, ``optimum_kostnad_sek``,
        ``optimum_gap`` (how far the optimum is from proven) and ``skillnad_optimum_pct``: less benefit than
        the optimum, or more kronor, in percent of it.
    """

    projekt: pd.DataFrame
    kommuner: pd.DataFrame
    fakta: dict[str, float | bool | None]


def plan(
    projekt: pd.DataFrame,
    delar: pd.DataFrame,
    kommuner: pd.DataFrame,
    region: Region,
    budget_sek: float | None = None,
    mal_pct: float | None = None,
) -> Plan:
    """Plan for a budget in kronor, or for a goal in percent of the county's households.

    A budget buys nothing above the stop price; a goal does where it must.

    Parameters
    ----------
    projekt : DataFrame
        ``projekt`` of one threshold and measure.
    delar : DataFrame
        From :func:`by_kommun`, of the same.
    kommuner : DataFrame
        ``kommunkod``, ``hushall`` and ``hushall_utan``: all households of each kommun, and the expected number without.
    budget_sek, mal_pct : float
        Exactly one of them.

    Raises
    ------
    DataError
        When not exactly one is given, or it is not a sensible number.
    """
    _sensible(budget_sek, mal_pct)
    areas = projekt.sort_values("prioritet", ignore_index=True)
    rank = areas["prioritet"].to_numpy(np.int64)
    money, homes = areas["kostnad_sek"].to_numpy(np.float64), areas["hushall_utan"].to_numpy(np.float64)
    places = kommuner.set_index("kommunkod")[["hushall", "hushall_utan"]].sort_index()
    whole, lacking = float(places["hushall"].sum()), float(places["hushall_utan"].sum())
    missing = 0.0 if mal_pct is None else mal_pct / 100 * whole - (whole - lacking)
    add_alternatives(areas, region)
    if budget_sek is not None:
        nytta = ranking.benefit(
            homes, areas["adresser_utan"].to_numpy(), areas["befolkning_utan"].to_numpy(), region.prioritering
        )
        allowed = payable(areas, region.projekt)
        built = budget.follow(rank, allowed, homes, budget_sek)
        best = budget.optimum(np.where(homes > NONE, nytta, 0.0), allowed, budget_sek, region.prioritering)
        behind, of = best.value - float(nytta[built].sum()), best.value
    else:
        built = budget.follow_to_goal(rank, money, homes, missing)
        best = budget.optimum_for_goal(homes, money, missing, region.prioritering)
        behind, of = float(money[built].sum()) - best.value, best.value
    areas["byggs"], areas["byggs_optimum"] = built, best.built
    # What is built needs nothing instead.
    areas.loc[built, "alternativ_teknik"], areas.loc[built, "alternativ_raknas"] = "", False
    areas.loc[built, ["alternativ_nas", "alternativ_sek"]] = 0.0
    areas["hushall_ack"] = np.cumsum(np.where(built, homes, 0.0))
    areas["kostnad_ack_sek"] = np.cumsum(np.where(built, money, 0.0))
    spent, reached = float(money[built].sum()), float(homes[built].sum())
    able = np.isfinite(money) & (homes > NONE)
    least, most = reach(areas[built])

    def share(more: float) -> float:
        return 100 * (1 - max(0.0, lacking - more) / whole) if whole > NONE else float("nan")

    facts: dict[str, float | bool | None] = {
        "kostnad_sek": spent,
        "kostnad_lag_sek": float(areas.loc[built, "kostnad_lag_sek"].sum()),
        "kostnad_hog_sek": float(areas.loc[built, "kostnad_hog_sek"].sum()),
        "kvar_sek": float("nan") if budget_sek is None else budget_sek - spent,
        "hushall": whole,
        "hushall_utan": lacking,
        "hushall_nas": reached,
        "hushall_nas_lag": least,
        "hushall_nas_hog": most,
        "hushall_nas_modellerade": float(homes[built & areas["modellerad"].to_numpy(np.bool_)].sum()),
        "andel_fore_pct": share(0.0),
        "andel_efter_pct": share(reached),
        "andel_storst_pct": share(float(homes[able].sum())),
        "nar_malet": None if mal_pct is None else reached >= missing - 1e-6,
        "optimum_hushall": float(homes[best.built].sum()),
        "optimum_kostnad_sek": float(money[best.built].sum()),
        "optimum_gap": best.gap,
        "skillnad_optimum_pct": 100 * behind / of if of > NONE else 0.0,
    }
    return Plan(areas, _gains(places, delar, areas), facts)


def reach(built: pd.DataFrame) -> tuple[float, float]:
    """Return the 90 % interval of how many households the projects that are built reach together."""
    return household_interval.of_several(
        *(built[f"hushall_utan{x}"].to_numpy(np.float64) for x in ("", "_lag", "_hog"))
    )


def over_stop_price(projekt: pd.DataFrame, rule: Projekt) -> Bools:
    """Tell which projects cost more per household than the stop price."""
    return (projekt["kostnad_per_hushall_sek"] > rule.stop_sek_per_hushall).to_numpy(np.bool_)


def payable(projekt: pd.DataFrame, rule: Projekt) -> Floats:
    """Return what each project costs a plan for a budget (kronor): infinite above the stop price."""
    return np.where(over_stop_price(projekt, rule), np.inf, projekt["kostnad_sek"].to_numpy(np.float64))


def add_alternatives(areas: pd.DataFrame, region: Region) -> None:
    """Add whether a project lies above the stop price, and then what it may have instead of fibre."""
    over = over_stop_price(areas, region.projekt)
    areas["over_stoppris"] = over
    areas["alternativ_teknik"], areas["alternativ_raknas"] = "", False
    areas["alternativ_nas"] = areas["alternativ_sek"] = 0.0
    other = cheapest_mix.instead(region.alternativ, int(areas["troskel_mbit"].iloc[0])) if over.any() else None
    if other is not None:
        technique, counts = other
        reached = technique.andel_hushall * areas["hushall_utan"]
        areas.loc[over, "alternativ_teknik"], areas.loc[over, "alternativ_raknas"] = technique.namn, counts
        areas.loc[over, "alternativ_nas"] = reached[over]
        areas.loc[over, "alternativ_sek"] = technique.sek_per_hushall * reached[over]


def by_kommun(projekt: pd.DataFrame, adresser: pd.DataFrame) -> pd.DataFrame:
    """Divide projects by kommun: what each kommun has in them, and its share of the cost by its addresses.

    Parameters
    ----------
    projekt, adresser : DataFrame
        ``projekt`` and ``projekt_adresser``.

    Returns
    -------
    DataFrame
        ``projekt_id``, ``kommunkod``, ``adresser``, ``hushall_utan``, ``kostnad_sek``, ``modellerad``, ``prioritet``.
    """
    grouped = adresser.groupby(["projekt_id", "kommunkod"], sort=True)["hushall_utan"]
    parts = grouped.agg(adresser="size", hushall_utan="sum").reset_index()
    whole = projekt.set_index("projekt_id").loc[parts["projekt_id"]]
    share = parts["adresser"].to_numpy() / whole["adresser"].to_numpy()
    parts["kostnad_sek"] = whole["kostnad_sek"].to_numpy(np.float64) * share
    parts["modellerad"] = whole["modellerad"].to_numpy(np.bool_)
    parts["prioritet"] = whole["prioritet"].to_numpy(np.int64)
    return parts


def _gains(places: pd.DataFrame, delar: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    rows = delar[delar["projekt_id"].isin(areas.loc[areas["byggs"], "projekt_id"])]
    rows = rows.assign(hushall_nas_modellerade=rows["hushall_utan"].where(rows["modellerad"], 0.0))
    sums = ["hushall_utan", "hushall_nas_modellerade", "kostnad_sek"]
    gains = rows.groupby("kommunkod")[sums].sum().rename(columns={"hushall_utan": "hushall_nas"})
    out = places.rename(columns={"hushall_utan": "hushall_utan_fore"}).join(gains)
    out = out.fillna(dict.fromkeys(gains.columns, 0.0))
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
            "Budgeten går inte att använda.",
            expected="kronor, 0 eller mer",
            found=str(budget_sek),
            action="Till exempel make plan BUDGET=100000000.",
        )
    if mal_pct is not None and not 0 < mal_pct <= 100:
        raise DataError(
            "Målet går inte att använda.",
            expected="procent, över 0 och högst 100",
            found=str(mal_pct),
            action="Till exempel make plan MAL=98.",
        )


def together_m(e_m: Floats, n_m: Floats, utan: Bools, built: Bools) -> float:
    """Return the trench, in metres and straight lines, when all that is built is built together.

    Projects that lie near each other can share the way to the net. The ranking and the budget use each project's own
    trench, which is never too short; the difference is what a joint build saves.

    Parameters
    ----------
    e_m, n_m : ndarray of float, shape (n,)
        All addresses of the län, EPSG:3006, metres.
    utan, built : ndarray of bool, shape (n,)
        Addresses that are in a project (the others are the net), and in one that is built.
    """
    u, c = np.flatnonzero(built), np.flatnonzero(~utan)
    net = trench.distance_to_net(e_m[u], n_m[u], e_m[c], n_m[c])
    return trench.joint_length(e_m[u], n_m[u], net)
