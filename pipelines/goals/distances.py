"""Goals: how far the county, its delregioner and its kommuner are from each goal, and their rank.

Our own figures; PTS's stand in ``published``. Downlink only: PTS publishes nothing else, while VGR's own
goals are symmetric. The products say so.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipelines.config.region import CLASSES, Malniva, Region
from pipelines.core.level import LEVELS
from pipelines.gaps.cost import NONE

PLACE = ["niva", "kod", "namn", "delregion", "omradestyp"]
REACHED = 1e-6
"""Households: what is left of a sum of 600 000 doubles is not a household missing."""
_PARTS = ("yta_utan", "yta_tackt", "yta_obebodd")


def by_place(per_kommun: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Sum kommun × class to every place and class there is.

    Parameters
    ----------
    per_kommun : DataFrame
        ``kommunkod``, ``omradestyp`` and columns to sum; a missing combination is a sum of 0, and of what is not
        known (NaN) the sum is not.

    Returns
    -------
    DataFrame
        ``niva`` (lan, delregion, kommun), ``kod`` (the name for a delregion), ``namn``, ``delregion``,
        ``omradestyp`` (totalt, tatbebyggt, glesbebyggt) and the sums.
    """
    every = pd.MultiIndex.from_product([region.kommunkoder, CLASSES], names=["kommunkod", "omradestyp"])
    sums = per_kommun.groupby(["kommunkod", "omradestyp"], sort=True).sum(skipna=False)
    sums = sums.reindex(every, fill_value=0).reset_index()
    both = pd.concat([sums.assign(omradestyp="totalt"), sums], ignore_index=True)
    delregion = both["kommunkod"].map({k.kod: k.delregion for k in region.lan.kommuner})
    names = both["kommunkod"].map(region.kommunnamn)
    levels = [
        both.assign(niva="lan", kod=region.lan.kod, namn=region.lan.kortnamn, delregion=""),
        both.assign(niva="delregion", kod=delregion, namn=delregion, delregion=delregion)[delregion != ""],
        both.assign(niva="kommun", kod=both["kommunkod"], namn=names, delregion=delregion),
    ]
    whole = pd.concat(levels, ignore_index=True).drop(columns="kommunkod")
    return whole.groupby(PLACE, sort=True).sum(skipna=False).reset_index()


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
        :data:`PLACE`, ``troskel_mbit``, ``matt``, ``antal``, ``antal_utan`` (households), ``andel_pct``
        (NULL without households).
    """
    columns = [level.without() for level in LEVELS.by_threshold()]
    every = by_place(delar[["kommunkod", "omradestyp", "hushall", *columns]], region)
    out = pd.concat(
        [
            every[PLACE].assign(
                troskel_mbit=level.mbit, matt=level.measure, antal=every["hushall"], antal_utan=every[level.without()]
            )
            for level in LEVELS.by_threshold()
        ],
        ignore_index=True,
    )
    out["andel_pct"] = 100 * (1 - out["antal_utan"] / out["antal"].where(out["antal"] > NONE))
    out["andel_pct"] = out["andel_pct"].clip(0, 100)
    return out


def _summed(points: pd.DataFrame, of_address: dict[str, Any], region: Region) -> pd.DataFrame:
    """Return sums of what addresses have, per place and class; missing where one of them is."""
    keys = {name: points[name].astype("category") for name in ("kommunkod", "omradestyp")}
    rows = pd.DataFrame(keys | of_address).groupby([*keys], observed=True, sort=True).sum(skipna=False).reset_index()
    return by_place(rows.astype(dict.fromkeys(keys, "str")), region)


def holiday_homes(points: pd.DataFrame, fritidshus: pd.Series, coverage: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return holiday homes with coverage per place, class, threshold and measure: each has what its address has.

    Parameters
    ----------
    points, coverage : DataFrame
        As for :func:`of_addresses`.
    fritidshus : Series of float
        Of ``adresser_hushall``, in the same order; NaN where no buildings are known.

    Returns
    -------
    DataFrame
        As :func:`shares`, with ``uppgifter_pct``: of the holiday homes. All NULL where they are not known.
    """
    sums = {"antal": fritidshus}
    for level in LEVELS:
        sums[f"utan_{level.code}"] = fritidshus * (1 - coverage[level.probability].to_numpy())
        sums[f"kant_{level.code}"] = fritidshus * (coverage[level.basis] != "statistik").to_numpy()
    every = _summed(points, sums, region)
    some = every["antal"].where(every["antal"] > NONE)
    frames = [
        every[PLACE].assign(
            troskel_mbit=level.mbit,
            matt=level.measure,
            antal=every["antal"],
            antal_utan=every[f"utan_{level.code}"],
            andel_pct=(100 * (1 - every[f"utan_{level.code}"] / some)).clip(0, 100),
            uppgifter_pct=(100 * every[f"kant_{level.code}"] / some).clip(0, 100),
        )
        for level in LEVELS.by_threshold()
    ]
    return pd.concat(frames, ignore_index=True)


def surface(delar: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return "hela länets yta" per place and class: without, covered and uninhabited, always together.

    Parameters
    ----------
    delar : DataFrame
        ``rutnat_delar``: ``rutid_scb``, ``kommunkod``, ``omradestyp``, ``land_ha``, ``adresser`` and, for
        each threshold, ``adresser_utan_t`` and ``adresser_ej_passerade_t``.

    Returns
    -------
    DataFrame
        :data:`PLACE`, ``troskel_mbit``, ``matt``, ``land_ha`` and ``yta_utan_pct``, ``yta_tackt_pct``,
        ``yta_obebodd_pct``, which sum to 100 (NULL without land).

    Notes
    -----
    Land is weighted with its whole *cell's* share of addresses without, as in ``kommuner``: a part of a
    cell without an address of its own is not uninhabited when the cell has one.
    """
    cell, _ = pd.factorize(delar["rutid_scb"])
    addresses = np.bincount(cell, delar["adresser"])[cell]
    land = delar["land_ha"].to_numpy()
    ha = delar[["kommunkod", "omradestyp", "land_ha"]].copy()
    ha["obebodd"] = np.where(addresses > 0, 0.0, land)
    for level in LEVELS:
        without = np.bincount(cell, delar[level.without("adresser")])[cell]
        ha[f"utan_{level.code}"] = land * np.divide(without, addresses, out=np.zeros(len(cell)), where=addresses > 0)
    every = by_place(ha, region)
    whole = every["land_ha"].where(every["land_ha"] > 0)
    frames = []
    for level in LEVELS.by_threshold():
        without, empty = every[f"utan_{level.code}"], every["obebodd"]
        parts = (without, whole - without - empty, empty)
        shown = {f"{name}_pct": (100 * x / whole).clip(0, 100) for name, x in zip(_PARTS, parts, strict=True)}
        frames.append(every[[*PLACE, "land_ha"]].assign(troskel_mbit=level.mbit, matt=level.measure, **shown))
    return pd.concat(frames, ignore_index=True)


def of_addresses(points: pd.DataFrame, people: pd.DataFrame, coverage: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return what only the addresses tell: those without residents, and how much evidence decides.

    Parameters
    ----------
    points, people, coverage : DataFrame
        ``adresser_ruta`` (``kommunkod``, ``omradestyp``), ``adresser_hushall`` and ``adresser_tackning``, in
        the same order.

    Returns
    -------
    DataFrame
        :data:`PLACE`, ``troskel_mbit``, ``matt``, ``adresser_utan_boende`` (addresses that neither people
        nor households were placed on: holiday homes, workplaces; they weigh nothing in the shares),
        ``utan_boende_utan`` (expected number of them without coverage), ``uppgifter_pct`` (households
        where evidence, not statistics, decides; NULL without households).
    """
    empty = ((people["befolkning"] <= 0) & (people["hushall"] <= 0)).to_numpy()
    sums = {"antal": empty.astype("int64"), "hushall": people["hushall"]}
    for level in LEVELS:
        sums[f"utan_{level.code}"] = np.where(empty, 1 - coverage[level.probability].to_numpy(), 0.0)
        known = (coverage[level.basis] != "statistik").to_numpy()
        sums[f"kant_{level.code}"] = np.where(known, people["hushall"].to_numpy(), 0.0)
    every = _summed(points, sums, region)
    homes = every["hushall"].where(every["hushall"] > NONE)
    frames = [
        every[PLACE].assign(
            troskel_mbit=level.mbit,
            matt=level.measure,
            adresser_utan_boende=every["antal"].astype("Int64"),
            utan_boende_utan=every[f"utan_{level.code}"],
            uppgifter_pct=(100 * every[f"kant_{level.code}"] / homes).clip(0, 100),
        )
        for level in LEVELS.by_threshold()
    ]
    return pd.concat(frames, ignore_index=True)


def against(measured: pd.DataFrame, goals: tuple[Malniva, ...]) -> pd.DataFrame:
    """Compare shares with every goal, in both measures.

    Parameters
    ----------
    measured : DataFrame
        Ours and PTS's: ``niva``, ``kod``, ``omradestyp``, ``bas``, ``kalla`` (egen, pts),
        ``troskel_mbit``, ``matt``, ``antal``, ``antal_utan``, ``andel_pct``. May hold every län, for the rank.
    goals : tuple of Malniva

    Returns
    -------
    DataFrame
        The rows once per goal of their threshold, with ``mal_nr``, ``mal``, ``mal_pct``, ``mal_matt``
        (whether this is the measure the goal is written in), ``skillnad_mal_pe``, ``antal_saknas``
        (expected number to reach, not negative; NULL where the share is), ``uppnatt`` (ja, nej, saknas),
        and ``rang`` with ``rang_av``: 1 = highest share among places of the same level, class, unit and
        source; equals share a rank; NULL for riket and for our own län, which have no peers.
    """
    frames = []
    for number, goal in enumerate(goals, 1):
        rows = measured[measured["troskel_mbit"] == goal.troskel_mbit]
        frames.append(
            rows.assign(mal_nr=number, mal=goal.namn, mal_pct=float(goal.andel_pct), mal_matt=rows["matt"] == goal.matt)
        )
    out = pd.concat(frames, ignore_index=True)
    known = out["andel_pct"].notna()
    out["skillnad_mal_pe"] = out["andel_pct"] - out["mal_pct"]
    missing = out["mal_pct"] / 100 * out["antal"] - (out["antal"] - out["antal_utan"])
    out["antal_saknas"] = missing.where(missing > REACHED, 0.0).where(known & missing.notna())
    reached = np.where(out["antal"].notna(), out["antal_saknas"] == 0, out["skillnad_mal_pe"] >= -NONE)
    out["uppnatt"] = np.where(known, np.where(reached, "ja", "nej"), "saknas")
    # Nine decimals: two sums of the same households in different order are the same share.
    same = ["mal_nr", "matt", "omradestyp", "bas", "kalla", "niva"]
    ranked = out.assign(s=out["andel_pct"].round(9)).groupby(same, sort=False)["s"]
    alone = (out["niva"] == "riket") | ((out["niva"] == "lan") & (out["kalla"] == "egen"))
    out["rang"] = ranked.rank(method="min", ascending=False).mask(alone).astype("Int64")
    out["rang_av"] = ranked.transform("count").mask(alone | ~known).astype("Int64")
    return out


def beside_larger(rows: pd.DataFrame, lan: str) -> pd.DataFrame:
    """Add the difference to the county and to the country.

    Parameters
    ----------
    rows : DataFrame
        From :func:`against`.
    lan : str
        The county's ``kod``.

    Returns
    -------
    DataFrame
        With ``skillnad_lan_pe``, against the county's share of the same source and unit, and
        ``skillnad_riket_pe``, against PTS's share for riket (the only one there is); NULL where unknown.
    """
    key = ["mal_nr", "matt", "omradestyp", "bas"]
    county = rows[(rows["niva"] == "lan") & (rows["kod"] == lan)].set_index([*key, "kalla"])["andel_pct"]
    country = rows[rows["niva"] == "riket"].set_index(key)["andel_pct"]
    out = rows.copy()
    out["skillnad_lan_pe"] = out["andel_pct"] - out.join(county.rename("l"), on=[*key, "kalla"])["l"]
    out["skillnad_riket_pe"] = out["andel_pct"] - out.join(country.rename("r"), on=key)["r"]
    return out
