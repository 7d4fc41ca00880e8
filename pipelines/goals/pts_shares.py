"""PTS's own shares of every place, as its workbooks have them: never modelled, adjusted or mixed with ours."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from pipelines.config.region import Region
from pipelines.core.ledger import Ledger
from pipelines.core.level import DEFAULT_MBIT, Level
from pipelines.people.benchmark import Shares, between, passed_from, shares_from_technique
from pipelines.read.pts.pts_mobil import GOALS

_AREA = ["bas", "niva", "omrade", "kommunkod", "omradestyp"]
RIKET = "00"
"""The country's code, as SCB writes it."""
_AERIAL = re.compile(r"(?<![a-zåäö])db\b")
_SPEED = re.compile(r"(\d+(?:[.,]\d+)?)\s*(m|g)bit", re.IGNORECASE)


def published(teknik: pd.DataFrame, hastighet: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return PTS's shares of riket, every län, and the län's own kommuner and delregioner.

    Parameters
    ----------
    teknik, hastighet : DataFrame
        ``pts_teknik`` and ``pts_hastighet`` (may be empty).

    Returns
    -------
    DataFrame
        ``niva``, ``kod`` (kommunkod; the länskod for the own län, the name for others; 00 for riket),
        ``namn``, ``delregion``, ``omradestyp``, ``bas``, ``troskel_mbit``, ``matt``, ``antal``, ``antal_utan``,
        ``andel_pct``, ``pts_kalla`` (hastighet, teknik or empty), ``kand_genom``: *publicerad* where
        *hastighet* says it, else *beraknad*: the lower bound from *teknik*, a passerad that *hastighet*
        leaves out (max of tillgång and passerad_1000), or a delregion's mean of its kommuner.
    """
    areas = pd.concat([teknik, hastighet[_AREA].drop_duplicates()], ignore_index=True)
    areas = areas.drop_duplicates(_AREA, ignore_index=True)  # teknik's row, which has the number, goes first
    low = _from_technique(areas, region)
    keyed = hastighet.set_index([*_AREA, "matt", "troskel_mbit"])["andel"]
    said = {level: _said(keyed, areas, level) for level in low}
    derived_from = {passed: (has, fibre) for has, passed, fibre in passed_from()}
    shares: Shares = {}
    source: dict[Level, np.ndarray] = {}
    for level, bound in low.items():
        value, given = said[level], ~np.isnan(said[level])
        derived = np.zeros(len(areas), dtype=bool)
        if level in derived_from:
            has, fibre = derived_from[level]
            top = np.where(np.isnan(said[fibre]), low[fibre], said[fibre])
            derived = ~given & ~np.isnan(said[has])
            value = np.where(derived, np.fmax(said[has], top), value)
        shares[level] = np.where(given | derived, value, bound)
        source[level] = np.where(given | derived, "hastighet", np.where(np.isnan(shares[level]), "", "teknik"))
    for level in (level for level in shares if level.mbit not in DEFAULT_MBIT):
        held = between(level, shares[level], shares, shares)
        shares[level] = np.where(source[level] == "teknik", held, shares[level])
    out = pd.concat(
        [
            areas[[*_AREA, "antal"]].assign(
                troskel_mbit=level.mbit,
                matt=level.measure,
                andel_pct=100 * share,
                pts_kalla=source[level],
                kand_genom=np.where(np.isnan(said[level]), "beraknad", "publicerad"),
            )
            for level, share in shares.items()
        ],
        ignore_index=True,
    )
    out["antal"] = out["antal"].astype("float64")
    out.loc[out["antal"] == 0, "andel_pct"] = np.nan
    out = _placed(out, region)
    out = pd.concat([out, _delregioner(out)], ignore_index=True)
    out["antal_utan"] = (out["antal"] * (1 - out["andel_pct"] / 100)).where(out["antal"] != 0, 0.0)
    return out.drop(columns=["omrade", "kommunkod"])


def _from_technique(areas: pd.DataFrame, region: Region) -> Shares:
    """Return the lower bounds; that «närhet» includes the connected was settled for the own kommuner."""
    includes = region.pts.narhet_inkluderar_anslutna is not False
    settled = region.pts.model_copy(update={"narhet_inkluderar_anslutna": includes})
    return shares_from_technique(region.model_copy(update={"pts": settled}), areas, Ledger("goals"))[0]


def _said(keyed: pd.Series, areas: pd.DataFrame, level: Level) -> np.ndarray:
    if not len(keyed):
        return np.full(len(areas), np.nan)
    wanted = pd.MultiIndex.from_frame(areas[_AREA].assign(matt=level.measure, troskel_mbit=level.mbit))
    return keyed.reindex(wanted).to_numpy(dtype=np.float64)


def _placed(rows: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Keep riket, every län and the own kommuner, with code, name and delregion as our own rows have them."""
    rows = rows[(rows["niva"] != "kommun") | rows["kommunkod"].isin(region.kommunkoder)]
    own = rows["omrade"].str.casefold().isin([region.lan.namn.casefold(), region.lan.kortnamn.casefold()])
    own &= rows["niva"] == "lan"
    kommun, riket = rows["niva"] == "kommun", rows["niva"] == "riket"
    delregion = rows["kommunkod"].map({k.kod: k.delregion for k in region.lan.kommuner})
    return rows.assign(
        kod=np.select([kommun, riket, own], [rows["kommunkod"], RIKET, region.lan.kod], rows["omrade"]),
        namn=np.select([kommun, own], [rows["kommunkod"].map(region.kommunnamn), region.lan.kortnamn], rows["omrade"]),
        delregion=delregion.where(kommun, ""),
    )


def _delregioner(rows: pd.DataFrame) -> pd.DataFrame:
    """Return each delregion: its kommuner weighted by number; no share where one of them lacks its own."""
    parts = rows[(rows["niva"] == "kommun") & (rows["delregion"] != "") & (rows["antal"] > 0)].copy()
    parts["med"] = parts["antal"] * parts["andel_pct"] / 100
    keys = ["delregion", "omradestyp", "bas", "troskel_mbit", "matt"]
    grouped = parts.groupby(keys, sort=True)
    out = grouped.agg(
        antal=("antal", "sum"),
        med=("med", "sum"),
        har=("med", "count"),
        n=("antal", "size"),
        pts_kalla=("pts_kalla", "max"),  # "teknik" > "hastighet": the mean rests on the weakest
    ).reset_index()
    out["andel_pct"] = (100 * out["med"] / out["antal"]).where(out["har"] == out["n"])
    out.loc[out["andel_pct"].isna(), "pts_kalla"] = ""
    out = out.assign(niva="delregion", kod=out["delregion"], namn=out["delregion"], kand_genom="beraknad")
    return out.drop(columns=["med", "har", "n"])


def mobile(pts_mobil: pd.DataFrame, region: Region, troskel: int) -> pd.DataFrame:
    """Return the mobile surface share to stand beside a threshold, per riket, län and kommun.

    PTS's columns differ between years. Of those whose header names a speed the fastest that is not
    above the threshold is taken (the slowest, where all are above), at least one operator before all of
    them, without the help of an aerial outdoors (+8, +16 dB), else the first; where no header names a speed, the
    workbook's first column. Shares of the mobile goals are none of the surface and never taken.

    Returns
    -------
    DataFrame
        ``niva``, ``kod``, ``mobil_yta_pct``, ``mobil_olikhet``, ``mobil_matt`` (header and year). Empty without
        figures.
    """
    headers = [h for h in dict.fromkeys(pts_mobil["matt"]) if not h.startswith(GOALS)]
    if not headers:
        return pd.DataFrame(columns=["niva", "kod", "mobil_yta_pct", "mobil_olikhet", "mobil_matt"])
    chosen = min(headers, key=lambda h: _fits(h, troskel))
    rows = pts_mobil[(pts_mobil["matt"] == chosen) & pts_mobil["andel"].notna()]
    own = rows["omrade"].str.casefold().isin([region.lan.namn.casefold(), region.lan.kortnamn.casefold()])
    kod = np.select(
        [rows["niva"] == "kommun", rows["niva"] == "riket", own], [rows["kommunkod"], RIKET, region.lan.kod], ""
    )
    out = pd.DataFrame(
        {
            "niva": rows["niva"],
            "kod": kod,
            "mobil_yta_pct": 100 * rows["andel"],
            "mobil_olikhet": rows["olikhet"],
            "mobil_matt": chosen + " (" + rows["ar"].astype("str") + ")",
        }
    )
    return out[out["kod"] != ""].drop_duplicates(["niva", "kod"], ignore_index=True)


def _fits(header: str, troskel: int) -> tuple[int, float, int, bool]:
    """Return how badly a header suits a threshold: lowest is best, ties go to the first in the workbook."""
    found = _SPEED.search(header)
    aided = bool(_AERIAL.search(header.casefold()))
    if found is None:
        return 2, 0.0, 0, aided
    speed = float(found[1].replace(",", ".")) * (1000 if found[2].lower() == "g" else 1)
    every = int("minst en" not in header.casefold())
    return (0, -speed, every, aided) if speed <= troskel else (1, speed, every, aided)
