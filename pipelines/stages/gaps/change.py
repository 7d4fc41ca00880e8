"""Change between two editions: cells, kommuner, gap areas; what was lost told as carefully as what was won.

A cell's households without coverage change for two reasons, kept apart:

    utan_efter - utan_fore  =  (forlorade - nytackta)  +  antal
    nytackta  = hushall_efter * max(0, u_fore - u_efter)        u = share without coverage
    forlorade = hushall_efter * max(0, u_efter - u_fore)
    antal     = (hushall_efter - hushall_fore) * u_fore         people moved or were counted differently

so that a cell where a house was built is not called "lost coverage".
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.region import MEASURES, THRESHOLDS
from pipelines.stages.gaps.cost import NONE

STATES = ("nytackt", "forlorad", "oforandrad", "ny_ruta", "borta")
TOLERANCE = 0.005
"""A share must move by more than this (0.5 percentage points) to be called a change: antagande, below
PTS's own rounding."""


def cells(before: pd.DataFrame, after: pd.DataFrame, tolerance: float = TOLERANCE) -> pd.DataFrame:
    """Compare two editions cell by cell, for each threshold and measure.

    Parameters
    ----------
    before, after : DataFrame
        ``rutnat_250m`` of two editions: ``rutid_scb``, ``adresser``, ``hushall``, ``adresser_utan_t``,
        ``hushall_utan_t``, ``hushall_ej_passerade_t``, ``underlag``.
    tolerance : float
        Share (0-1) below which nothing changed.

    Returns
    -------
    DataFrame
        One row per cell that has addresses in either edition, threshold and measure: ``rutid_scb``,
        ``troskel_mbit``, ``matt``, ``forandring`` (see :data:`STATES`; ``ny_ruta`` and ``borta`` have
        addresses in one edition only), ``andel_fore_pct``, ``andel_efter_pct``, ``hushall_nytackta``,
        ``hushall_forlorade``, ``hushall_antal`` (see the module), ``underlag_fore``,
        ``underlag_efter``, ``modellerad`` (either side rests on statistics: the change may be the
        model's, not the network's).
    """
    both = before.merge(after, on="rutid_scb", how="outer", suffixes=("_fore", "_efter"), sort=True)
    numbers = both.columns[both.columns.str.match(r"adresser|hushall")]
    both[numbers] = both[numbers].astype("float64").fillna(0.0)
    both = both[(both["adresser_fore"] > 0) | (both["adresser_efter"] > 0)].reset_index(drop=True)
    for side in ("fore", "efter"):
        both[f"underlag_{side}"] = both[f"underlag_{side}"].fillna("ingen")
    modelled = both["underlag_fore"].isin(_MODEL) | both["underlag_efter"].isin(_MODEL)
    frames = []
    for t in THRESHOLDS:
        for m in MEASURES:
            u_fore, u_efter = _without(both, "fore", t, m), _without(both, "efter", t, m)
            rows = both[["rutid_scb"]].assign(troskel_mbit=t, matt=m)
            move = u_efter - u_fore
            new, gone = both["adresser_fore"] == 0, both["adresser_efter"] == 0
            rows["forandring"] = np.select(
                [new, gone, move < -tolerance, move > tolerance],
                ["ny_ruta", "borta", "nytackt", "forlorad"],
                "oforandrad",
            )
            rows["andel_fore_pct"], rows["andel_efter_pct"] = 100 * (1 - u_fore), 100 * (1 - u_efter)
            later = both["hushall_efter"]
            rows["hushall_nytackta"] = later * (-move).clip(lower=0).fillna(0)
            rows["hushall_forlorade"] = later * move.clip(lower=0).fillna(0)
            name = _households(t, m)
            total = both[f"{name}_efter"] - both[f"{name}_fore"]
            rows["hushall_antal"] = total - rows["hushall_forlorade"] + rows["hushall_nytackta"]
            rows["underlag_fore"], rows["underlag_efter"] = both["underlag_fore"], both["underlag_efter"]
            frames.append(rows.assign(modellerad=modelled.to_numpy()))
    return pd.concat(frames, ignore_index=True)


_MODEL = ("statistik", "blandat")


def _households(t: int, matt: str) -> str:
    return f"hushall_utan_{t}" if matt == "tillgang" else f"hushall_ej_passerade_{t}"


def _without(both: pd.DataFrame, side: str, t: int, matt: str) -> pd.Series:
    """Share without coverage: of households; of addresses where nobody lives and the measure has them."""
    households = both[f"hushall_{side}"]
    share = both[f"{_households(t, matt)}_{side}"] / households.where(households > NONE)
    if matt == "tillgang":
        addresses = both[f"adresser_{side}"]
        share = share.fillna(both[f"adresser_utan_{t}_{side}"] / addresses.where(addresses > 0))
    return share.clip(0, 1)


def kommuner(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare shares per kommun, in percentage points.

    Parameters
    ----------
    before, after : DataFrame
        ``kommuner`` of two editions: ``kommunkod``, ``andel_t_pct``, ``andel_passerade_t_pct``.

    Returns
    -------
    DataFrame
        ``kommunkod``, ``troskel_mbit``, ``matt``, ``andel_fore_pct``, ``andel_efter_pct``,
        ``forandring_pe`` (NULL where the kommun is in one edition only).
    """
    both = before.merge(after, on="kommunkod", how="outer", suffixes=("_fore", "_efter"), sort=True)
    frames = []
    for t in THRESHOLDS:
        for m in MEASURES:
            name = f"andel_{t}_pct" if m == "tillgang" else f"andel_passerade_{t}_pct"
            rows = both[["kommunkod"]].assign(troskel_mbit=t, matt=m)
            rows["andel_fore_pct"], rows["andel_efter_pct"] = both[f"{name}_fore"], both[f"{name}_efter"]
            rows["forandring_pe"] = rows["andel_efter_pct"] - rows["andel_fore_pct"]
            frames.append(rows)
    return pd.concat(frames, ignore_index=True)


def gap_areas(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Tell which gap areas closed, shrank, grew, are new or unchanged: by cells, not by id.

    Parameters
    ----------
    before, after : DataFrame
        ``bristomraden_rutor`` of two editions: ``troskel_mbit``, ``matt``, ``rutid_scb``,
        ``bristomrade_id``, ``adresser_klassade`` (addresses *utan* in the cell).

    Returns
    -------
    DataFrame
        One row per group of areas: ``troskel_mbit``, ``matt``, ``fore`` and ``efter`` (ids of the earlier
        and the later areas, by comma), ``forandring`` (stangt, krympt, vuxit, oforandrat, nytt),
        ``adresser_fore``, ``adresser_efter``, ``rutor_fore``, ``rutor_efter``.

    Notes
    -----
    An earlier and a later area belong together when they share a cell, and so does everything linked
    through them: two areas that merged, or one that was split, are one row, with no address counted
    twice. Every area of either edition stands in exactly one row.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    key = ["troskel_mbit", "matt"]
    both = pd.concat([before.assign(efter=False), after.assign(efter=True)], ignore_index=True)
    node = both.groupby([*key, "efter", "bristomrade_id"], sort=True).ngroup().to_numpy()
    place = both.groupby([*key, "rutid_scb"], sort=True).ngroup().to_numpy()
    nodes, places = int(node.max(initial=-1)) + 1, int(place.max(initial=-1)) + 1
    edges = (node, nodes + place)
    graph = coo_array((np.ones(len(node), dtype=np.int8), edges), shape=(nodes + places, nodes + places))
    group = connected_components(graph, directed=False)[1][node]
    cells_of = both.assign(group=group)
    one = cells_of.groupby([*key, "group", "efter", "bristomrade_id"], sort=True)["adresser_klassade"]
    areas = one.agg(adresser="sum", rutor="count").reset_index()
    sides = []
    for side, later in (("fore", False), ("efter", True)):
        part = areas[areas["efter"] == later].groupby([*key, "group"], sort=True)
        sides.append(
            pd.DataFrame(
                {
                    side: part["bristomrade_id"].agg(",".join),
                    f"adresser_{side}": part["adresser"].sum(),
                    f"rutor_{side}": part["rutor"].sum(),
                }
            )
        )
    out = sides[0].join(sides[1], how="outer")
    out[["fore", "efter"]] = out[["fore", "efter"]].fillna("")
    counts = ["adresser_fore", "adresser_efter", "rutor_fore", "rutor_efter"]
    out[counts] = out[counts].fillna(0).astype("int64")
    move = out["adresser_efter"] - out["adresser_fore"]
    out["forandring"] = np.select(
        [out["efter"] == "", out["fore"] == "", move < 0, move > 0],
        ["stangt", "nytt", "krympt", "vuxit"],
        "oforandrat",
    )
    out = out.reset_index().sort_values([*key, "fore", "efter"], kind="stable", ignore_index=True)
    return out[[*key, "fore", "efter", "forandring", *counts]]
