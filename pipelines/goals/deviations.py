"""Reconciliation: our shares of households beside PTS's, and why published figures differ from ours, cause by cause."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.config.region import CLASSES, Region
from pipelines.core.level import LEVELS, MEASURES
from pipelines.tables.reconciliation_tables import AVVIKELSER

KEY = ["niva", "kod", "omradestyp", "troskel_mbit", "matt"]
NEAR = 1e-3
"""Percentage points: PTS tells shares to a ten-thousandth, and a whole kommun's beside its classes' differs by that."""
WORST = 3
"""Kommuner named per cause."""
CAUSES = {
    "uppgifter_farre": (
        "Täckningsuppgifterna avgör, och ger färre hushåll med täckning än källan.",
        "Pröva uppgifterna i de största först: saknas en operatör, ett område eller adresser? Annars bor fler än vi "
        "räknar med på adresser som har täckning.",
    ),
    "uppgifter_fler": (
        "Täckningsuppgifterna avgör, och ger fler hushåll med täckning än källan.",
        "Fråga den som lämnat uppgifterna om planerat räknas som klart, och om de är nyare än källans tal.",
    ),
    "undre_grans": (
        "PTS:s tal är en undre gräns ur teknikandelar, och vårt ligger mellan den och den övre.",
        "Ingenting att rätta. Lägg PTS:s tabellbilaga hastighet i mappen pts, så blir talet exakt.",
    ),
    "sammanslagen": (
        "PTS har hushåll i en områdestyp där vi inte har någon adress; den räknas ihop med den andra.",
        "Jämför kommunens tal för hela kommunen i stället; pröva tätortspolygonernas år.",
    ),
    "annat_matt": (
        "Källan räknar andel av befolkningen, PTS och vi av hushållen.",
        "Ingenting att rätta: måtten är olika.",
    ),
    "annan_rakning": (
        "Källan räknar hushåll på ett annat sätt eller ett annat datum.",
        "Ingenting att rätta så länge skillnaden är liten; annars pröva att filerna är från samma år.",
    ),
    "rutorna": (
        "SCB:s rutor är avrundade eller störda, och rutor på gränsen delas efter land.",
        "Ingenting att rätta; länets summa påverkas mindre än kommunernas.",
    ),
    "granser": (
        "Gränserna eller vattnet är ett annat underlag än källans.",
        "Lägg officiella gränser i mappen granser och mark i mappen lantmateriet.",
    ),
    "oforklarad": (
        "Ingen av de kända orsakerna förklarar skillnaden.",
        "Pröva först av allt: något i indata kan vara fel.",
    ),
}
"""By code: why a published figure differs from ours, and what to do."""


def reconcile(own: pd.DataFrame, riktvarden: pd.DataFrame, pts: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Put our shares beside PTS's.

    Parameters
    ----------
    own : DataFrame
        From ``distances.shares`` with ``uppgifter_pct`` of ``distances.of_addresses``.
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
    out["avvikelse_orsak"] = causes(out, without_address(riktvarden))
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


def without_address(riktvarden: pd.DataFrame) -> set[str]:
    """Return the kommuner where PTS has households in a class in which there is no address here."""
    lone = (
        (riktvarden["omradestyp"] != "totalt") & riktvarden["hushall_uppnatt"].isna() & (riktvarden["hushall_pts"] > 0)
    )
    return set(riktvarden.loc[lone, "kommunkod"])


def causes(table: pd.DataFrame, merged: set[str]) -> np.ndarray:
    """Return why each of our shares differs from PTS's, as a code; empty where it does not.

    Parameters
    ----------
    table : DataFrame
        Rows of ``AVSTAMNING`` with ``uppgifter_pct``.
    merged : set of str
        Kommuner where one class is counted with the other.
    """
    gap = table["avvikelse_pe"]
    within = table["andel_pct"] <= table["pts_andel_ovre_pct"] + NEAR
    of_class = table["omradestyp"] != "totalt"
    known = table["uppgifter_pct"] > 0
    return np.select(
        [
            ~(gap.abs() > NEAR),
            (table["pts_kalla"] == "teknik") & (gap > 0) & within,
            of_class & (table["niva"] == "kommun") & table["kod"].isin(merged),
            known & (gap < 0),
            known & (gap > 0),
        ],
        ["", "undre_grans", "sammanslagen", "uppgifter_farre", "uppgifter_fler"],
        "oforklarad",
    )


def of_sources(rows: pd.DataFrame, own: pd.DataFrame) -> np.ndarray:
    """Return why each published figure differs from ours, as a code; empty where it does not.

    A share that another source repeats differs for the reason that PTS's does, where it does so the same way.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``AVSTAMNING_KALLOR`` with ``skillnad``.
    own : DataFrame
        ``AVSTAMNING``.
    """
    ours = own[[*KEY, "avvikelse_pe", "avvikelse_orsak"]].astype({"troskel_mbit": "Int64"})
    both = rows[[*KEY, "storhet", "kalla", "skillnad"]].merge(ours, on=KEY, how="left", validate="many_to_one")
    same = both["avvikelse_orsak"].fillna("").ne("") & (np.sign(both["skillnad"]) == np.sign(both["avvikelse_pe"]))
    what = both["storhet"]
    return np.select(
        [
            ~(both["skillnad"].abs() > NEAR),
            what.isin(["andel_hushall", "andel_befolkning"]) & same,
            what == "andel_befolkning",
            what == "folkmangd",
            what == "land_ha",
            (what == "hushall") & ~both["kalla"].str.startswith("PTS"),
        ],
        ["", both["avvikelse_orsak"].fillna(""), "annat_matt", "rutorna", "granser", "annan_rakning"],
        "oforklarad",
    )


def by_cause(rows: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Return the figures outside their tolerance, a row per cause, the most figures first.

    Households are those of the kommuner's classes at the one level where they are most, never a sum over levels: the
    same household lacks many of them.

    Parameters
    ----------
    rows : DataFrame
        ``AVSTAMNING_KALLOR``.
    own : DataFrame
        ``AVSTAMNING``.
    """
    outside = rows[rows["utfall"] == "utanfor"]
    compared = int((rows["utfall"] != "ej_jamforbart").sum())
    homes = own[own["flaggad"] & (own["niva"] == "kommun") & (own["omradestyp"] != "totalt")]
    out = []
    for cause, group in outside.groupby("avvikelse_orsak", sort=True):
        mine = homes[homes["avvikelse_orsak"] == cause]
        per_level = mine.groupby(["troskel_mbit", "matt"], sort=True)["avvikelse_hushall"].sum()
        level = per_level.abs().idxmax() if len(per_level) else (None, "")
        if len(per_level):
            here = mine[(mine["troskel_mbit"] == level[0]) & (mine["matt"] == level[1])]
            worst, unit = here.groupby("namn", sort=True)["avvikelse_hushall"].sum(), "hushall"
        else:
            own_rows = group[group["niva"] == "kommun"]
            far = own_rows.loc[own_rows.groupby("namn", sort=True)["skillnad"].apply(lambda x: x.abs().idxmax())]
            worst = far.set_index("namn")["skillnad"]
            unit = "" if worst.empty else "procentenheter" if (far["enhet"] == "procent").all() else "procent"
        worst = worst.iloc[np.lexsort([worst.index.to_numpy(str), -worst.abs()])][:WORST]
        told = [(str(n), float(x)) for n, x in worst.items()] + [("", np.nan)] * (WORST - len(worst))
        out.append(
            {
                "avvikelse_orsak": cause,
                "forklaring": CAUSES[str(cause)][0],
                "tal_utanfor": len(group),
                "tal_jamforda": compared,
                "antal_kommuner": int(group.loc[group["niva"] == "kommun", "kod"].nunique()),
                "skillnad_hushall": float(per_level[level]) if len(per_level) else np.nan,
                "troskel_mbit": level[0],
                "matt": level[1],
                **{f"storst_{i}": name for i, (name, _) in enumerate(told, 1)},
                **{f"storst_{i}_skillnad": x for i, (_, x) in enumerate(told, 1)},
                "skillnad_enhet": unit,
                "atgard": CAUSES[str(cause)][1],
            }
        )
    table = pd.DataFrame(out, columns=AVVIKELSER.names)
    return table.sort_values(["tal_utanfor", "avvikelse_orsak"], ascending=[False, True], ignore_index=True)
