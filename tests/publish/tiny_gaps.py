"""Gap areas of the hand-made county in ``tiny_tables``: every cell that lacks something is an area of its own.

The first cell is modelled and lies side by side with the second, which is measured: never one area.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from pipelines.core.files import write_polygons, write_table
from pipelines.core.level import LEVELS, MEASURES
from pipelines.core.paths import Paths
from pipelines.tables import contracts
from pipelines.tables.code_lists import KINDS
from pipelines.tables.gap_tables import BRISTKURVA, BRISTOMRADEN, BRISTOMRADEN_KOMMUN, BRISTOMRADEN_RUTOR, SCHAKT
from tests.publish.ground_tables import area_projects, no_ground

THRESHOLDS = LEVELS.mbit

# rutid_scb: modelled, kronor per household (None: no net to connect to, so no cost is known)
AREAS: dict[str, tuple[bool, float | None]] = {
    "3200006400000": (True, 150_000.0),
    "3200006400250": (False, 30_000.0),
    "3210006400500": (False, None),
}
UTAN = {"tillgang": "utan", "passerad": "ej_passerade"}
EMPTY = [c.name for c in BRISTOMRADEN.columns if c.nullable and c.kind == "decimal"]


def write(paths: Paths, cells: pd.DataFrame) -> None:
    """Write the tables of the stage ``gaps``."""
    rows, shapes = [], []
    for t in THRESHOLDS:
        for m in MEASURES:
            found = [r for r in cells.to_dict("records") if r[f"adresser_{UTAN[m]}_{t}"] > 0]
            order = sorted(found, key=lambda r: (AREAS[r["rutid_scb"]][1] or 1e12, r["rutid_scb"]))
            for number, cell in enumerate(order, start=1):
                rows.append(_area(cell, t, m, number))
                e, n = int(cell["rutid_scb"][:6]), int(cell["rutid_scb"][6:])
                shapes.append(shapely.multipolygons([shapely.box(e, n, e + 250, n + 250)]))
            for kod, name in dict(zip(cells["kommunkod"], cells["kommunnamn"], strict=True)).items():
                rows.append(_dispersed(kod, name, t, m))
                shapes.append(None)
    areas = pd.DataFrame(rows).astype({"prioritet": "Int64"} | dict.fromkeys(EMPTY, "float64"))
    frame = gpd.GeoDataFrame(areas, geometry=shapes, crs=3006)
    write_polygons(contracts.check(frame, BRISTOMRADEN), paths.table("bristomraden"))
    area_projects(paths, frame)
    real = areas[areas["prioritet"].notna()]
    _put(paths, BRISTOMRADEN_KOMMUN, real)
    _put(paths, BRISTOMRADEN_RUTOR, real.assign(rutid_scb=real["bristomrade_id"].str[-13:]))
    corner = shapely.multilinestrings([shapely.LineString([(320000, 6400000), (320000, 6400250)])])
    lines = real.loc[real["schakt_m"].notna(), ["bristomrade_id", "troskel_mbit", "matt"]].assign(
        slag="fagelvag", langd_m=250.0
    )
    trench = gpd.GeoDataFrame(lines, geometry=[corner] * len(lines), crs=3006).astype({"slag": "str"})
    write_polygons(contracts.check(trench, SCHAKT), paths.table("schakt"))
    no_ground(paths)
    real = real.assign(projekt_id="projekt-" + real["bristomrade_id"])
    curve = pd.concat([real.assign(kod="14"), real.assign(kod=real["kommunkod"])]).astype({"prioritet": "int64"})
    by = ["kod", "troskel_mbit", "matt"]
    curve["hushall_ack"] = curve.groupby(by)["hushall_utan"].cumsum()
    curve["kostnad_ack_sek"], curve["andel_pct"] = curve.groupby(by)["kostnad_sek"].cumsum(), 50.0
    _put(paths, BRISTKURVA, curve.reset_index(drop=True))


def _put(paths: Paths, table: contracts.Table, frame: pd.DataFrame) -> None:
    write_table(contracts.check(frame, table)[table.names], paths.table(table.name))


def _area(cell: dict[str, Any], t: int, m: str, prioritet: int) -> dict[str, Any]:
    modelled, each = AREAS[cell["rutid_scb"]]
    without = cell[f"adresser_{UTAN[m]}_{t}"]
    households = cell[f"hushall_{UTAN[m]}_{t}"]
    cost = None if each is None else each * households
    row = dict.fromkeys(EMPTY) | {k: cell[k] for k in ("kommunkod", "kommunnamn", "land_ha", "underlag")}
    return row | {
        "bristomrade_id": f"{t}-{m}-{cell['rutid_scb']}",
        "troskel_mbit": t,
        "matt": m,
        "modellerad": modelled,
        "sannolikhet": 0.75 if modelled else None,
        "kommuner": cell["kommunkod"],
        "rutor": 1,
        "adresser": cell["adresser"],
        "befolkning": cell["befolkning"],
        "hushall": cell["hushall"],
        "adresser_utan": without,
        "befolkning_utan": 2 * without,
        "hushall_utan": households,
        "adresser_klassade": max(int(without), 1),
        **{f"{kind}_utan": households / 4 for kind in KINDS},
        "avstand_m": 1 / 3,
        "schakt_m": 1000.0,
        "kostnad_sek": cost,
        "kostnad_lag_sek": cost and cost / 2,
        "kostnad_hog_sek": cost and cost * 2,
        "kostnad_per_hushall_sek": each,
        "prioritet": prioritet,
    }


def _dispersed(kod: str, name: str, t: int, m: str) -> dict[str, Any]:
    zero = {c.name: 0 if c.kind == "heltal" else 0.0 for c in BRISTOMRADEN.columns if c.kind in ("heltal", "decimal")}
    return (
        zero
        | dict.fromkeys(EMPTY)
        | {
            "bristomrade_id": f"utspritt-{t}-{m}-{kod}",
            "troskel_mbit": t,
            "matt": m,
            "underlag": "ingen",
            "modellerad": False,
            "kommunkod": kod,
            "kommunnamn": name,
            "kommuner": kod,
            "prioritet": None,
        }
    )
