"""Stage history: the published shares year by year, their breaks, and what they become at today's pace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.config.kolada_indicators import INDICATORS, Indicator
from pipelines.core import files
from pipelines.core.ledger import Ledger
from pipelines.sums.projection import projections
from pipelines.tables import contracts
from pipelines.tables.history_tables import FRAMSKRIVNING, HISTORIK

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

OF_PEOPLE = "Från {ar} andel av befolkningen, tidigare av hushållen."
ORDER = {"riket": 0, "lan": 1, "kommun": 2}


def run(region: Region, paths: Paths) -> None:
    """Put PTS's and Kolada's series together, mark the breaks, and carry the series on towards the goals."""
    ledger = Ledger("history")
    pts = files.read_table(paths.table("pts_historik"))
    kolada = files.read_table(paths.table("kolada"))
    table = with_breaks(history(pts, kolada, region), region)
    ahead = projections(table, region)
    note(ledger, table, region)
    files.write_table(contracts.check(table, HISTORIK), paths.table(HISTORIK.name))
    files.write_table(contracts.check(ahead, FRAMSKRIVNING), paths.table(FRAMSKRIVNING.name))
    ledger.save(paths.ledger("history"))


def history(pts: pd.DataFrame, kolada: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return HISTORIK without its breaks: one row per level, code, year, series and class; empty without figures."""
    import pandas as pd

    both = pd.concat([pts, of_kolada(kolada, region)], ignore_index=True)
    both = both.astype({"troskel_mbit": "Int64", "ar": "int64", "andel_pct": "float64"})
    texts = [c.name for c in HISTORIK.columns if c.kind == "text"]
    both = both.astype(dict.fromkeys(texts, "str"))
    order = both.assign(_niva=both["niva"].map(ORDER)).sort_values(
        ["_niva", "kommunkod", "serie", "omradestyp", "ar"], kind="stable", ignore_index=True
    )
    return order[HISTORIK.names]


def of_kolada(kolada: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return Kolada's values as rows of HISTORIK: riket (0000), the län (00 and its code) and its kommuner."""
    import pandas as pd

    lan = f"00{region.lan.kod}"
    names = {**region.kommunnamn, lan: region.lan.namn, "0000": "Riket"}
    rows = kolada[kolada["kpi"].isin(INDICATORS) & kolada["kommunkod"].isin(names) & kolada["andel"].notna()]
    rows = rows.reset_index(drop=True)
    what = pd.DataFrame([INDICATORS[k] for k in rows["kpi"]], columns=list(Indicator._fields))
    told = what.drop(columns="of_people_from")
    people = rows["ar"] >= what["of_people_from"].astype("float64").fillna(9999)
    code = rows["kommunkod"].where(~rows["kommunkod"].isin([lan, "0000"]), rows["kommunkod"].str[2:])
    # Of a region that is the whole country, 0000 is the region itself, as PTS's rows of riket are.
    level = np.select([rows["kommunkod"] == lan, rows["kommunkod"] == "0000"], ["lan", "riket"], "kommun")
    return told.assign(
        niva=level,
        kommunkod=code,
        kommunnamn=rows["kommunkod"].map(names),
        ar=rows["ar"],
        serie="kolada_" + rows["kpi"],
        teknik="",
        bas=np.where(people, "befolkning", "hushall"),
        andel_pct=np.round(100 * rows["andel"], 6),
        kalla="Kolada " + rows["kpi"],
        brott="",
    )


def with_breaks(table: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Mark each series' first year that is counted in a new way: another denominator, or a configured change.

    A break stands only where there is an earlier year to differ from.
    """
    key = ["niva", "kommunkod", "serie", "omradestyp"]
    out = table.copy()
    if out.empty:
        return out
    earlier = out.groupby(key, sort=False)["bas"].shift()
    changed = earlier.notna() & (earlier != out["bas"])
    text = np.where(changed, [OF_PEOPLE.format(ar=y) for y in out["ar"]], "")
    previous = out.groupby(key, sort=False)["ar"].shift()
    for told in region.framskrivning.brott:
        of = out["serie"].str.startswith(told.serie) & (out["ar"] >= told.ar) & (previous < told.ar)
        text = np.where(of, [f"{t} {told.text}".strip() for t in text], text)
    out["brott"] = text.astype("str")
    return out.astype({"brott": "str"})


def note(ledger: Ledger, table: pd.DataFrame, region: Region) -> None:
    """Say what series there are, and which kommuner lack one."""
    ledger.facts["serier"] = {
        str(s): [int(g["ar"].min()), int(g["ar"].max())] for s, g in table.groupby("serie", sort=True)
    }
    if table.empty:
        ledger.add("upplysning", "historik", "inga serier över flera år", 1, "ingen historik visas")
    broken = table[table["brott"] != ""]
    ledger.add(
        "upplysning",
        "historik",
        "serier med brott: år på var sin sida jämförs inte",
        len(broken[["niva", "kommunkod", "serie", "omradestyp"]].drop_duplicates()),
        "märkta i kolumnen brott",
        (broken["serie"] + ": " + broken["brott"]).drop_duplicates(),
    )
    for serie, rows in table[table["omradestyp"] == "totalt"].groupby("serie", sort=True):
        lacking = [n for k, n in region.kommunnamn.items() if k not in set(rows["kommunkod"])]
        ledger.add("upplysning", "historik", f"kommuner utan serien {serie}", len(lacking), "visas utan", lacking)
