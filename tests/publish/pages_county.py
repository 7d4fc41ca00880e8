"""Two small kommuner with everything a page can show, one of them named as an attack, built to the open tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import synthetic_tables

from pipelines.config.region import Region
from pipelines.core import cell_grid, files
from pipelines.core.level import LEVELS
from pipelines.core.paths import Paths
from pipelines.disclosure import make_open_areas, make_open_tables
from pipelines.publish.pages import entry, write_pages
from pipelines.tables import history_tables, reconciliation_tables

HOSTILE = synthetic_tables.HOSTILE
YEARS = (2021, 2022, 2023, 2024, 2025)
HISTORY = {30: (90.2, 91.0, 93.4, 95.5, 96.0), 100: (61.4, 70.5, 80.0, 85.49, 90.0)}


RECORDS = (
    *("bristomraden", "framskrivning", "historik", "klassraster", "kommuner", "kommunkartor", "lan", "projekt"),
    *("rutnat_250m", "underlagskarta", "avstamning", "bredbandskarta"),
)
"""As many records beside the series' as an edition has: the longest row of the entry page's files."""


def build(folder: Path, names: tuple[str, str] = ("Testby", HOSTILE), demo: bool = True) -> tuple[Region, Paths]:
    """Write the tables, then the pages; stand-ins for what other steps publish."""
    region, paths = synthetic_tables.tiny(folder, names, demo)
    worsen(paths)
    cells = files.read_table(paths.table("rutnat_250m"))
    land = cells[["kommunkod", "land_ha"]].assign(rutid=cell_grid.parse_scb_id(cells["rutid_scb"]))
    files.write_table(land.sort_values("rutid"), paths.table("land"))
    county = history("lan", "14", "Västra Götalands län")
    files.write_table(pd.concat([history(), county], ignore_index=True), paths.table("historik"))
    files.write_table(published(), paths.table("avstamning_kallor"))
    make_open_areas.run(region, paths)
    make_open_tables.run(region, paths)
    write_pages.run(region, paths)
    for name, body in {
        "bredbandskarta.html": "<!doctype html>",
        "kartor/lan_100.pdf": "%PDF",
        "kartor/1401.pdf": "%PDF",
        "data/kommuner.csv": "x" * 1500,
        "data/bristomraden.csv": "y",
        "metadata_iso19139.xml": "<a/>",
        **{f"metadata/{product}.xml": "<a/>" for product in RECORDS},
    }.items():
        files.write_text(paths.built(f"maps/{name}"), body)
    entry.run(region, paths)
    return region, paths


def worsen(paths: Paths) -> None:
    """Let inhabited cells of kommun 1401 lack 100 Mbit/s, each an area of its own: more than a page has room for.

    No two are within two cells of each other. So many households lack it that it may be told.
    """
    cells = files.read_table(paths.table("oppna_rutor"))
    lived = (cells["kommunkod"] == "1401") & (cells["klass_tillgang_100"] != "ingen_adress")
    number = cell_grid.parse_scb_id(cells["rutid_scb"])
    at = dict(zip(cells.index, zip(number // 10**7 // 250, number % 10**7 // 250, strict=True), strict=True))
    apart: list[int] = []
    for i in cells.index[lived]:
        if all(max(abs(a - b) for a, b in zip(at[i], at[k], strict=True)) > 2 for k in apart):
            apart.append(i)
    high = [t for t in LEVELS.mbit if t >= 100]
    for t in high:
        cells.loc[lived, f"klass_tillgang_{t}"] = "tackt"
        cells.loc[apart, f"klass_tillgang_{t}"] = "utan"
    files.write_table(cells, paths.table("oppna_rutor"))
    kommuner = files.read_table(paths.table("kommuner"))
    own = kommuner["kommunkod"] == "1401"
    kommuner.loc[own, [f"hushall_utan_{t}" for t in high]] = 150.0
    kommuner.loc[own, [f"pts_andel_{t}_pct" for t in high]] = 76.04
    files.write_table(kommuner, paths.table("kommuner"))


def history(niva: str = "kommun", kod: str = "1401", namn: str = "Testby") -> pd.DataFrame:
    """Return two series of a place, the one at 100 Mbit/s counted anew from 2023."""
    rows = [
        {
            "niva": niva,
            "kommunkod": kod,
            "kommunnamn": namn,
            "ar": year,
            "serie": f"pts_hastighet_tillgang_{t}",
            "matt": "tillgang",
            "teknik": "",
            "troskel_mbit": t,
            "omradestyp": "totalt",
            "bas": "hushall",
            "andel_pct": share,
            "kalla": "PTS",
            "brott": "ny definition" if (t, year) == (100, 2023) else "",
        }
        for t, shares in HISTORY.items()
        for year, share in zip(YEARS, shares, strict=True)
    ]
    frame = pd.DataFrame(rows)
    return frame[history_tables.HISTORIK.names].astype({"troskel_mbit": "Int64"})


def published() -> pd.DataFrame:
    """Return what others have told of kommun 1401 and of the län, as the stage leaves it."""
    speeds = [("PTS hastighet", m, t, 76.04, 0.5) for m in ("tillgang", "passerad") for t in (30, 100, 1000)]
    shares = [*speeds, ("Kolada N07900", "tillgang", 100, 91.0, 1.5), ("Kolada N07918", "passerad", 1000, 99.0, 1.5)]
    counts = [
        ("PTS antal hushåll", "hushall", "antal", 1e6, 0.01),
        ("SCB antal hushåll", "hushall", "antal", 9e5, 5),
        ("SCB folkmängd", "folkmangd", "antal", 2e6, 2),
        ("SCB landareal", "land_ha", "ha", 750.0, 5),
    ]
    rows = [
        {
            "niva": niva,
            "kod": kod,
            "namn": kod,
            "kalla": source,
            "ar": 2025,
            "storhet": storhet,
            "omradestyp": "totalt",
            "troskel_mbit": t,
            "matt": m,
            "enhet": unit,
            "vart_tal": 1.0,
            "deras_tal": theirs,
            "skillnad": 1.0,
            "tolerans": tolerance,
            "utfall": "inom",
            "orsak": f"därför att {source} räknar på sitt sätt",
            "avvikelse_orsak": "",
        }
        for niva, kod in (("lan", "14"), ("kommun", "1401"))
        for source, storhet, m, t, unit, theirs, tolerance in (
            *((s, "andel_hushall", m, t, "procent", x, tol) for s, m, t, x, tol in shares),
            *((s, q, "", None, unit, x, tol) for s, q, unit, x, tol in counts),
        )
    ]
    rows.append({**rows[0], "kalla": "Publicerat: regionen", "ar": 2019, "utfall": "ej_jamforbart"})
    frame = pd.DataFrame(rows)[reconciliation_tables.AVSTAMNING_KALLOR.names]
    return frame.astype({"troskel_mbit": "Int64", "ar": "Int64"})
