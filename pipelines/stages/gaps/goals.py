"""Goals: how far the county, its delregioner and its kommuner are from each goal, and their rank.

Downlink only: PTS publishes nothing else, while VGR's own goals are symmetric. The products say so.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.region import MEASURES, THRESHOLDS, Malniva, Region
from pipelines.stages.gaps.cost import NONE

NOTE = "Andelarna gäller nedladdning. VGR:s mål är symmetriska: uppladdning mäts inte av PTS."
_PLACE = ["niva", "kod", "namn", "omradestyp"]


def shares(delar: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return households with coverage per place, class, threshold and measure.

    Parameters
    ----------
    delar : DataFrame
        ``rutnat_delar``: ``kommunkod``, ``omradestyp``, ``hushall`` and, for each threshold,
        ``hushall_utan_t`` and ``hushall_ej_passerade_t``.

    Returns
    -------
    DataFrame
        ``niva`` (lan, delregion, kommun), ``kod`` (delregionens namn for a delregion), ``namn``,
        ``omradestyp`` (totalt, tatbebyggt, glesbebyggt), ``troskel_mbit``, ``matt``, ``hushall``,
        ``hushall_utan``, ``andel_pct`` (NULL without households).
    """
    columns = {
        (t, m): f"hushall_utan_{t}" if m == "tillgang" else f"hushall_ej_passerade_{t}"
        for t in THRESHOLDS
        for m in MEASURES
    }
    sums = delar.groupby(["kommunkod", "omradestyp"], sort=True)[["hushall", *columns.values()]].sum()
    sums = sums.reset_index()
    whole = sums.assign(omradestyp="totalt")
    both = pd.concat([whole, sums], ignore_index=True)
    kommuner = {k.kod: k for k in region.lan.kommuner}
    delregion = both["kommunkod"].map({kod: k.delregion for kod, k in kommuner.items()})
    levels = [
        both.assign(niva="lan", kod=region.lan.kod, namn=region.lan.kortnamn),
        both.assign(niva="delregion", kod=delregion, namn=delregion)[delregion.ne("").to_numpy()],
        both.assign(niva="kommun", kod=both["kommunkod"], namn=both["kommunkod"].map(region.kommunnamn)),
    ]
    every = pd.concat(levels, ignore_index=True)
    every = every.groupby(_PLACE, sort=True)[["hushall", *columns.values()]].sum().reset_index()
    parts = [
        every[[*_PLACE, "hushall"]].assign(troskel_mbit=t, matt=m, hushall_utan=every[column])
        for (t, m), column in columns.items()
    ]
    out = pd.concat(parts, ignore_index=True)
    out["andel_pct"] = 100 * (1 - out["hushall_utan"] / out["hushall"].where(out["hushall"] > NONE))
    return out


def against(measured: pd.DataFrame, goals: tuple[Malniva, ...], riket: pd.DataFrame) -> pd.DataFrame:
    """Compare shares with every goal, in both measures.

    Parameters
    ----------
    measured : DataFrame
        From :func:`shares`.
    goals : tuple of Malniva
    riket : DataFrame
        The country's own share: ``omradestyp``, ``troskel_mbit``, ``matt``, ``andel_pct``; may be empty.

    Returns
    -------
    DataFrame
        One row per goal, place, class and measure: ``mal``, ``mal_pct``, ``mal_matt`` (whether this is
        the measure the goal is written in), ``andel_pct``, ``skillnad_mal_pe``, ``hushall_saknas``
        (expected households to reach, not negative), ``uppnatt``, ``rang`` (1 = highest share among
        places of the same level and class, equals share a rank), ``skillnad_lan_pe``,
        ``skillnad_riket_pe`` (NULL where unknown).
    """
    frames = []
    for goal in goals:
        rows = measured[measured["troskel_mbit"] == goal.troskel_mbit].copy()
        rows.insert(0, "mal", goal.namn)
        rows.insert(1, "mal_pct", float(goal.andel_pct))
        rows["mal_matt"] = rows["matt"] == goal.matt
        frames.append(rows)
    out = pd.concat(frames, ignore_index=True)
    out["skillnad_mal_pe"] = out["andel_pct"] - out["mal_pct"]
    missing = out["mal_pct"] / 100 * out["hushall"] - (out["hushall"] - out["hushall_utan"])
    out["hushall_saknas"] = missing.where(missing > NONE, 0.0)
    out["uppnatt"] = out["hushall_saknas"] == 0
    same = ["mal", "matt", "omradestyp"]
    # Nine decimals: two sums of the same households in different order are the same share.
    rounded = out.assign(s=out["andel_pct"].round(9)).groupby([*same, "niva"], sort=False)["s"]
    out["rang"] = rounded.rank(method="min", ascending=False).astype("Int64")
    lan = out[out["niva"] == "lan"].set_index(same)["andel_pct"].rename("lan")
    out["skillnad_lan_pe"] = out["andel_pct"] - out.join(lan, on=same)["lan"]
    key = ["omradestyp", "troskel_mbit", "matt"]
    country = riket.set_index(key)["andel_pct"].rename("riket") if len(riket) else None
    out["skillnad_riket_pe"] = (
        np.nan if country is None else out["andel_pct"] - out.join(country, on=key)["riket"]
    )
    return out


def county_rank(pts: pd.DataFrame, lan: str) -> pd.DataFrame:
    """Rank the county among all län in PTS's own workbook, never in our figures.

    Parameters
    ----------
    pts : DataFrame
        ``pts_hastighet`` (or *teknik* in its shape): ``ar``, ``bas``, ``niva``, ``omrade``,
        ``omradestyp``, ``matt``, ``troskel_mbit``, ``andel`` (0-1).
    lan : str
        The county's name as PTS writes it.

    Returns
    -------
    DataFrame
        ``ar``, ``bas``, ``omradestyp``, ``matt``, ``troskel_mbit``, ``andel_pct``, ``rang``, ``av``
        (number of län), ``riket_pct``. Empty when the workbook has no län of that name.
    """
    key = ["ar", "bas", "omradestyp", "matt", "troskel_mbit"]
    counties = pts[pts["niva"] == "lan"].copy()
    grouped = counties.groupby(key, sort=False)["andel"]
    counties["rang"] = grouped.rank(method="min", ascending=False).astype("Int64")
    counties["av"] = grouped.transform("count").astype("int64")
    own = counties[counties["omrade"].str.casefold() == lan.casefold()]
    country = pts[pts["niva"] == "riket"][[*key, "andel"]].rename(columns={"andel": "riket"})
    out = own.merge(country, on=key, how="left")
    out["andel_pct"], out["riket_pct"] = 100 * out["andel"], 100 * out["riket"]
    out = out[[*key, "andel_pct", "rang", "av", "riket_pct"]]
    return out.sort_values(key, kind="stable", ignore_index=True)


def surface(kommuner: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return "hela länets yta" per place: without, covered and uninhabited, always together.

    Parameters
    ----------
    kommuner : DataFrame
        ``kommunkod``, ``land_ha``, ``yta_utan_t_pct``, ``yta_tackt_t_pct``, ``yta_obebodd_pct``.

    Returns
    -------
    DataFrame
        ``niva``, ``kod``, ``namn``, ``troskel_mbit``, ``land_ha`` and the three parts in percent, which
        sum to 100 (NULL without land). A delregion's and the county's are weighted by land.
    """
    delregion = kommuner["kommunkod"].map({k.kod: k.delregion for k in region.lan.kommuner})
    frames = []
    for t in THRESHOLDS:
        parts = {
            "yta_utan_pct": f"yta_utan_{t}_pct",
            "yta_tackt_pct": f"yta_tackt_{t}_pct",
            "yta_obebodd_pct": "yta_obebodd_pct",
        }
        ha = pd.DataFrame({new: kommuner[old].fillna(0) * kommuner["land_ha"] for new, old in parts.items()})
        ha["land_ha"] = kommuner["land_ha"]
        names = kommuner["kommunkod"].map(region.kommunnamn)
        levels = [
            ha.assign(niva="lan", kod=region.lan.kod, namn=region.lan.kortnamn),
            ha.assign(niva="delregion", kod=delregion, namn=delregion)[delregion.ne("").to_numpy()],
            ha.assign(niva="kommun", kod=kommuner["kommunkod"], namn=names),
        ]
        sums = pd.concat(levels).groupby(["niva", "kod", "namn"], sort=True)[[*ha.columns]].sum()
        for name in parts:
            sums[name] = sums[name] / sums["land_ha"].where(sums["land_ha"] > 0)
        frames.append(sums.reset_index().assign(troskel_mbit=t))
    out = pd.concat(frames, ignore_index=True)
    return out[
        ["niva", "kod", "namn", "troskel_mbit", "land_ha", "yta_utan_pct", "yta_tackt_pct", "yta_obebodd_pct"]
    ]


def without_residents(
    kommunkod: pd.Series, hushall: pd.Series, p: pd.Series, troskel: int, matt: str
) -> pd.DataFrame:
    """Count addresses without residents per kommun, apart from the households: holiday homes, workplaces.

    Returns
    -------
    DataFrame
        ``kommunkod``, ``troskel_mbit``, ``matt``, ``adresser_utan_boende``, ``varav_utan`` (expected).
    """
    empty = hushall <= 0
    frame = pd.DataFrame({"kommunkod": kommunkod, "n": empty.astype("int64"), "u": (1 - p).where(empty, 0.0)})
    sums = frame.groupby("kommunkod", sort=True)[["n", "u"]].sum().reset_index()
    sums = sums.rename(columns={"n": "adresser_utan_boende", "u": "varav_utan"})
    return sums.assign(troskel_mbit=troskel, matt=matt)[
        ["kommunkod", "troskel_mbit", "matt", "adresser_utan_boende", "varav_utan"]
    ]
