"""Reconciliation: our shares of households beside PTS's, per kommun and class, and where PTS's come from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.config.region import CLASSES, Region
from pipelines.core.level import LEVELS, MEASURES

KEY = ["niva", "kod", "omradestyp", "troskel_mbit", "matt"]


def reconcile(own: pd.DataFrame, riktvarden: pd.DataFrame, pts: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Put our shares beside PTS's.

    Parameters
    ----------
    own : DataFrame
        From ``goals.shares``.
    riktvarden : DataFrame
        The benchmark the kommuner were spread to (0-1).
    pts : DataFrame
        From ``published.published``: the län's own rows, which the benchmark does not have.

    Returns
    -------
    DataFrame
        As ``AVSTAMNING``: the län, then the kommuner by code; by threshold, measure and class.
    """
    told = riktvarden[["andel", "andel_ovre"]].where(riktvarden["kalla"] != "saknas")  # else 0, and nobody says so
    given = pd.DataFrame(
        {
            "niva": "kommun",
            "kod": riktvarden["kommunkod"],
            **{c: riktvarden[c] for c in ("omradestyp", "troskel_mbit", "matt")},
            "pts_andel_pct": 100 * told["andel"],
            "pts_andel_ovre_pct": 100 * told["andel_ovre"],
            "pts_kalla": riktvarden["kalla"],
        }
    )
    lan = pts[(pts["niva"] == "lan") & (pts["kod"] == region.lan.kod) & (pts["bas"] == "hushall")]
    lan = lan.assign(pts_andel_pct=lan["andel_pct"], pts_andel_ovre_pct=lan["andel_pct"])
    wanted = [*KEY, "pts_andel_pct", "pts_andel_ovre_pct", "pts_kalla"]
    rows = own[own["niva"].isin(["lan", "kommun"])].drop(columns="delregion")
    out = rows.merge(pd.concat([lan[wanted], given[wanted]], ignore_index=True), on=KEY, how="left")
    out["pts_kalla"] = out["pts_kalla"].replace("", "saknas").fillna("saknas")
    out = out.rename(columns={"antal": "hushall"})
    out["avvikelse_pe"] = out["andel_pct"] - out["pts_andel_pct"]
    out["avvikelse_hushall"] = out["avvikelse_pe"] / 100 * out["hushall"]
    out["flaggad"] = out["avvikelse_pe"].abs() > region.kontroll.avvikelse_pe
    order = np.lexsort(
        [
            _rank(out["omradestyp"], ("totalt", *CLASSES)),
            _rank(out["matt"], MEASURES),
            _rank(out["troskel_mbit"], LEVELS.mbit),
            out["kod"].to_numpy(dtype=str),
            _rank(out["niva"], ("lan", "kommun")),
        ]
    )
    return out.iloc[order].reset_index(drop=True)


def _rank(values: pd.Series, known: tuple[object, ...]) -> np.ndarray:
    return np.asarray(pd.Categorical(values, categories=list(known)).codes)
