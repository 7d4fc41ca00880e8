"""Change between two editions: cells, kommuner, gap areas; what was lost told as carefully as what was won.

An edition knows how many addresses lack coverage in a cell, not which. What can be explained by addresses
that came or went is therefore never called a change of coverage, in either direction. With n addresses in
the cell, a of them without coverage (expected), per threshold and measure:

    lost addresses = max(0, (a_after - a_before) - max(0, n_after - n_before))
    won addresses  = max(0, (a_before - a_after) - max(0, n_before - n_after))

Both are net in the cell and never more than what really was lost or won, where addresses only came or only
went. (A house torn down and another built in the same cell between two editions cannot be told from a change
of coverage.) In households of the later edition:

    forlorade = lost addresses * households without / addresses without       (after)
    nytackta  = won addresses  * households with    / addresses with          (after)
    utan_efter - utan_fore  =  (forlorade - nytackta)  +  antal

where ``antal`` is the rest: households and addresses that came, went or were counted differently. A house
that was built without fibre is not "lost coverage", and a new house with fibre is not "newly covered".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipelines.core.level import LEVELS, Level
from pipelines.gaps.cost import NONE

STATES = ("nytackt", "forlorad", "oforandrad", "ny_ruta", "borta")
TOLERANCE = 0.005
"""More than this share of a cell's addresses (0.5 percentage points) must be won or lost to be called a
change: antagande, below PTS's own rounding."""
MEASURED = ("adress", "ruta", "omrade", "ingen")
"""What is known by evidence alone. "blandat" may hold statistics and counts as modelled."""


def cells(before: pd.DataFrame, after: pd.DataFrame, tolerance: float = TOLERANCE) -> pd.DataFrame:
    """Compare two editions cell by cell, for each threshold and measure.

    Parameters
    ----------
    before, after : DataFrame
        ``rutnat_250m`` of two editions: ``rutid_scb``, ``adresser``, ``hushall``, ``adresser_utan_t``,
        ``adresser_ej_passerade_t``, ``hushall_utan_t``, ``hushall_ej_passerade_t``, ``underlag_t``.
    tolerance : float
        Share (0-1) of the cell's addresses below which nothing changed.

    Returns
    -------
    DataFrame
        One row per threshold, measure and cell that has addresses in either edition, the cells in the same
        order for each pair: ``rutid_scb``, ``troskel_mbit``, ``matt``, ``forandring`` (see :data:`STATES`;
        ``ny_ruta`` and ``borta`` have addresses in one edition only), ``andel_fore_pct`` and
        ``andel_efter_pct`` (of the cell's addresses), ``hushall_nytackta``, ``hushall_forlorade``,
        ``hushall_antal`` (see the module), ``underlag_fore``, ``underlag_efter``, ``modellerad`` (either
        side rests on statistics: the change may be the model's, not the network's).

    Notes
    -----
    ``underlag_t`` tells what *tillgång* rests on. Where that is decided by evidence *passerad* is too (a row
    that qualifies for one does for the other); the reverse need not hold, so *passerad* may be called
    modelled where it was measured, never the other way.
    """
    both = before.merge(after, on="rutid_scb", how="outer", suffixes=("_fore", "_efter"), sort=True)
    numbers = both.columns[both.columns.str.match(r"adresser|hushall")]
    both[numbers] = both[numbers].astype("float64").fillna(0.0)
    both = both[(both["adresser_fore"] > 0) | (both["adresser_efter"] > 0)].reset_index(drop=True)
    return pd.concat([_compared(both, level, tolerance) for level in LEVELS.by_threshold()], ignore_index=True)


def _compared(both: pd.DataFrame, level: Level, tolerance: float) -> pd.DataFrame:
    """Compare the cells at one level."""
    n_fore, n_efter = both["adresser_fore"], both["adresser_efter"]
    a_fore, a_efter = (both[f"{level.without('adresser')}_{side}"] for side in ("fore", "efter"))
    h_fore, h_efter = (both[f"{level.without()}_{side}"] for side in ("fore", "efter"))
    lost = (a_efter - a_fore - (n_efter - n_fore).clip(lower=0)).clip(lower=0)
    won = (a_fore - a_efter - (n_fore - n_efter).clip(lower=0)).clip(lower=0)
    new, gone = n_fore == 0, n_efter == 0
    whole = n_efter.where(n_efter > 0)
    covered, served = n_efter - a_efter, (both["hushall_efter"] - h_efter).clip(lower=0)
    rows = both[["rutid_scb"]].assign(troskel_mbit=level.mbit, matt=level.measure)
    rows["forandring"] = np.select(
        [new, gone, won / whole > tolerance, lost / whole > tolerance],
        ["ny_ruta", "borta", "nytackt", "forlorad"],
        "oforandrad",
    )
    rows["andel_fore_pct"] = (100 * (1 - a_fore / n_fore.where(n_fore > 0))).clip(0, 100)
    rows["andel_efter_pct"] = (100 * (1 - a_efter / whole)).clip(0, 100)
    rows["hushall_nytackta"] = (won * served / covered.where(covered > NONE)).fillna(0.0).where(~new, 0.0)
    rows["hushall_forlorade"] = (lost * h_efter / a_efter.where(a_efter > NONE)).fillna(0.0).where(~new, 0.0)
    rows["hushall_antal"] = h_efter - h_fore - rows["hushall_forlorade"] + rows["hushall_nytackta"]
    for side in ("fore", "efter"):
        rows[f"underlag_{side}"] = both[f"{level.cell_basis}_{side}"].fillna("ingen")
    measured = rows["underlag_fore"].isin(MEASURED) & rows["underlag_efter"].isin(MEASURED)
    return rows.assign(modellerad=~measured)


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
    for level in LEVELS.by_threshold():
        rows = both[["kommunkod"]].assign(troskel_mbit=level.mbit, matt=level.measure)
        rows["andel_fore_pct"], rows["andel_efter_pct"] = (both[f"{level.share}_{side}"] for side in ("fore", "efter"))
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
        and the later areas, by comma), ``forandring`` (stangt, krympt, vuxit, nytt; oforandrat: the same
        addresses *utan* in every cell; andrat: as many, but not in the same cells), ``adresser_fore``,
        ``adresser_efter``, ``rutor_fore``, ``rutor_efter``, and the sums over cells where the number fell
        and where it rose: ``adresser_minskat``, ``adresser_okat``.

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
                    side: _listed(part["bristomrade_id"]),
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
        [out["efter"] == "", out["fore"] == "", move < 0, move > 0], ["stangt", "nytt", "krympt", "vuxit"], "oforandrat"
    )
    fell, rose = _moves(cells_of)
    out["adresser_minskat"], out["adresser_okat"] = fell, rose
    counts += ["adresser_minskat", "adresser_okat"]
    out.loc[(out["forandring"] == "oforandrat") & (rose > 0), "forandring"] = "andrat"
    out = out.reset_index().sort_values([*key, "fore", "efter"], kind="stable", ignore_index=True)
    return out[[*key, "fore", "efter", "forandring", *counts]]


def _listed(ids: Any) -> pd.Series:
    """Return each group's ids by comma. Nearly all groups have one: only the others are joined one by one."""
    first, several = ids.first(), ids.size() > 1
    for at in several[several].index:
        first.loc[at] = ",".join(ids.get_group(at))
    return first


def _moves(cells_of: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return, by group of areas, how many addresses *utan* fewer and more its cells have, cell by cell."""
    key = ["troskel_mbit", "matt", "group"]
    signed = cells_of["adresser_klassade"].where(cells_of["efter"], -cells_of["adresser_klassade"])
    net = cells_of.assign(net=signed).groupby([*key, "rutid_scb"], sort=True)["net"].sum()
    grouped = (-net.clip(upper=0)).groupby(level=key).sum(), net.clip(lower=0).groupby(level=key).sum()
    return grouped[0].astype("int64"), grouped[1].astype("int64")
