"""A hand-made county for the print maps: islands, a kommun forty times as long as wide, and a square one.

Only what is published is written, so a print map that read anything else would fail.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
import small_ground
import tiny_tables

from pipelines.config.region import Region, load_region
from pipelines.core import classes
from pipelines.core.files import write_polygons, write_table
from pipelines.core.level import LEVELS
from pipelines.core.paths import Paths
from pipelines.tables import contracts
from pipelines.tables.open_contracts import KOMMUNER_OPPNA, LAN_OPPNA

THRESHOLDS = LEVELS.mbit

ISLANDS, LONG, SQUARE = "1407", "1401", "1480"
NAMES = {
    ISLANDS: "Öckerö $a_b$",
    LONG: "<img src=x onerror=alert(1)>",
    SQUARE: "Långa-Ändlösa-Kommunnamnet i Ådalens Västra Härad",
}
# kommun, west, south, columns, rows (of cells)
BLOCKS = (
    (ISLANDS, 300_000, 6_400_000, 4, 3),
    (ISLANDS, 303_000, 6_403_000, 2, 5),
    (LONG, 310_000, 6_390_000, 4, 160),
    (SQUARE, 320_000, 6_400_000, 40, 40),
)
# kommun, hushall, utan 30/100/1000, ej passerade 30/100/1000
COUNTS: dict[str, tuple[int, tuple[int | None, ...], tuple[int | None, ...]]] = {
    ISLANDS: (6270, (780, 1670, 1670), (20, 220, 220)),
    LONG: (1000, (0, None, 30), (0, 0, None)),
    SQUARE: (273030, (4380, 7510, 7580), (530, 1000, 1000)),
}
CODES = classes.CODES[:5]
PLACES = (
    (SQUARE, "Åstad", 325_000, 6_405_000, 900.0),
    (SQUARE, "Öby_1$", 323_000, 6_402_000, 300.0),
    (SQUARE, "Ytterby", 323_300, 6_402_100, 250.0),
    (LONG, "Västra Längan", 310_500, 6_410_000, 200.0),
)


def cell_class(column: int, row: int, t: int) -> str:
    """Class of a cell of a block: every class occurs, and differs between thresholds."""
    return CODES[(column + 2 * row + THRESHOLDS.index(t)) % len(CODES)]


def cells() -> pd.DataFrame:
    rows = []
    for kod, west, south, columns, many in BLOCKS:
        for c in range(columns):
            for r in range(many):
                row: dict[str, Any] = {
                    "rutid_scb": f"{west + 250 * c}{south + 250 * r}",
                    "kommunkod": kod,
                    "kommunnamn": NAMES[kod],
                    "omradestyp": "glesbebyggt",
                    "planerad": False,
                }
                for t in THRESHOLDS:
                    code = cell_class(c, r, t)
                    row |= {f"klass_{m}_{t}": code for m in ("tillgang", "passerad")}
                    modelled = kod == SQUARE and c < 20
                    ground = "statistik" if modelled else "adress"
                    row[f"underlag_{t}"] = "ingen" if code == "ingen_adress" else ground
                rows.append(row | {"underlag": row["underlag_100"]})
    frame = pd.DataFrame(rows)
    frame["adresser_band"], frame["sammanslagen_m"] = "0", "250"
    return frame


def summary(table: contracts.Table, counts: list[tuple[dict[str, Any], Any]]) -> pd.DataFrame:
    rows = []
    for names, (total, without, not_passed) in counts:
        row: dict[str, Any] = {c.name: _empty(c) for c in table.columns} | names | {"hushall_ca": total}
        for t, u, e in zip(THRESHOLDS, without, not_passed, strict=True):
            row |= {f"hushall_utan_{t}_ca": u, f"hushall_ej_passerade_{t}_ca": e}
            for name, n in ((f"andel_{t}", u), (f"andel_passerade_{t}", e)):
                row[f"{name}_pct"] = 99.4 if n is None else round(100 - 100 * n / total, 1)
                row[f"{name}_olikhet"] = ">" if n is None else ""
        rows.append(row)
    return pd.DataFrame(rows).astype({c.name: "Int64" for c in table.columns if c.name.endswith("_ca")})


def _empty(column: contracts.Column) -> Any:
    if column.kind == "text":
        return column.values[0] if column.values else ""
    return 0 if column.kind == "heltal" else 1.0


# name, kommun, kommuner, measured, least, most, kronor, low, high, per million, above the stop price; as they are built
PROJECTS = (
    ("Åstad", SQUARE, SQUARE, True, 20, 65, 1_200_000, 800_000, 2_000_000, 41.7, False),
    ("Öby_1$", SQUARE, f"{SQUARE},{LONG}", False, 0, 10, 300_000, 200_000, 500_000, 23.3, False),
    ("Västra Längan", LONG, LONG, True, 5, 5, 200_000, 100_000, 300_000, 20.0, False),
    ("Ytterby", SQUARE, SQUARE, False, 0, 0, 100_000, 100_000, 200_000, 0.0, False),
    ("Åstad 2", SQUARE, SQUARE, False, 1000, None, 12_500_000, 8_000_000, 20_000_000, 80.0, False),
    ("Långa-Ändlösa Området i Ådalens Härad", SQUARE, SQUARE, True, 5, 15, 900_000, 600_000, 1_400_000, 11.1, True),
    ("Ytterby 2", SQUARE, SQUARE, False, 10, 15, None, None, None, float("nan"), False),
    ("Ytterby 3", SQUARE, SQUARE, False, 10, 15, 700_000, 500_000, 900_000, 10.0, False),
)


def projects() -> tuple[pd.DataFrame, pd.DataFrame]:
    """The projects at 100 Mbit/s, not in their order and among those of another speed, and their cells: two each."""
    rows, members = [], []
    for t in THRESHOLDS[:2]:
        for nr, (name, kod, kommuner, measured, least, most, sek, low, high, per, over) in enumerate(PROJECTS, 1):
            _, west, south, _, _ = next(b for b in BLOCKS if b[0] == kod)
            cells = [f"{west + 250 * c}{south + 250 * (3 * nr + c)}" for c in range(2)]
            projekt_id = f"projekt-{t}-tillgang-{cells[0]}"
            members += [{"projekt_id": projekt_id, "rutid_scb": x} for x in cells]
            rows.append(
                {
                    "projekt_id": projekt_id,
                    "namn": name if t == 100 else "Annan",
                    "troskel_mbit": t,
                    "matt": "tillgang",
                    "kommunkod": kod,
                    "kommunnamn": NAMES[kod],
                    "kommuner": kommuner,
                    "modellerad": not measured,
                    "rutor": 2,
                    "hushall_utan_minst": least,
                    "hushall_utan_hogst": most,
                    "kostnad_sek_ca": sek,
                    "kostnad_lag_sek_ca": low,
                    "kostnad_hog_sek_ca": high,
                    "hushall_per_miljon": per,
                    "over_stoppris": over,
                    "prioritet": nr,
                }
            )
    whole = {name: "Int64" for name in rows[0] if name.startswith("kostnad_") or name == "hushall_utan_hogst"}
    return pd.DataFrame(rows).sort_values("namn").astype(whole), pd.DataFrame(members)


def write(folder: Path, demo: bool = True) -> tuple[Region, Paths]:
    """Write the open tables, outlines, places, ledgers and the run's facts; return the region and the paths."""
    paths = Paths(tiny_tables.CONFIG, folder / "raw", folder / "out", folder / "maps")
    paths.step.mkdir(parents=True)
    write_table(cells(), paths.table("oppen_rutnat_250m"))
    kommuner = [({"kommunkod": k, "kommunnamn": NAMES[k]}, COUNTS[k]) for k in sorted(NAMES)]
    write_table(summary(KOMMUNER_OPPNA, kommuner), paths.table("oppen_kommuner"))
    lan = [({"lanskod": "14", "lansnamn": "Västra Götalands län"}, (280300, (5160, 9180, 9280), (550, 1220, 1220)))]
    write_table(summary(LAN_OPPNA, lan), paths.table("oppen_lan"))
    for name, table in zip(("projekt", "projekt_rutor"), projects(), strict=True):
        write_table(table, paths.table(f"oppen_{name}"))
    write_polygons(_outlines(), paths.table("granser"))
    write_polygons(_places(), paths.table("orter"))
    water = gpd.GeoDataFrame(
        {"objekttyp": ["Sjö"]},
        geometry=[shapely.multipolygons([shapely.box(327_000, 6_407_000, 328_000, 6_408_000)])],
        crs=3006,
    )
    small_ground.write(region := load_region(paths.config), paths, _outlines(), 4000, water=water)
    paths.run_facts.write_text(json.dumps(tiny_tables.FACTS | {"demo": demo}), encoding="utf-8")
    tiny_tables._sources(paths)
    return region, paths


def _outlines() -> gpd.GeoDataFrame:
    shapes: dict[str, list[Any]] = {}
    for kod, west, south, columns, many in BLOCKS:
        shapes.setdefault(kod, []).append(shapely.box(west, south, west + 250 * columns, south + 250 * many))
    shapes["1380"] = [shapely.box(330_000, 6_390_000, 345_000, 6_420_000)]
    return gpd.GeoDataFrame(
        {
            "kommunkod": list(shapes),
            "kommunnamn": [NAMES.get(k, "Granne") for k in shapes],
            "i_lan": [k in NAMES for k in shapes],
        },
        geometry=[shapely.multipolygons(s) for s in shapes.values()],
        crs=3006,
    )


def _places() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"typ": ["tatort"] * len(PLACES), "kod": [f"T{i}" for i in range(len(PLACES))], "namn": [p[1] for p in PLACES]},
        geometry=[shapely.box(e - r, n - r, e + r, n + r) for _, _, e, n, r in PLACES],
        crs=3006,
    )
