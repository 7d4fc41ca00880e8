"""A hand-made county of two kommuner and five cells, for the products written with GDAL and matplotlib.

Every number is spelled out here, so that a test can say what must stand in a product without running a stage.
"""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
import tiny_gaps

from pipelines.config.region import Region, load_region
from pipelines.core.files import write_points, write_polygons, write_table
from pipelines.core.ledger import Ledger
from pipelines.core.level import LEVELS, MEASURES
from pipelines.core.paths import Paths
from pipelines.tables import code_lists, contracts, ground_tables, step_tables, summary_tables
from tests.made_ledgers import complete
from tests.publish import no_history

THRESHOLDS = LEVELS.mbit

CONFIG = Path(__file__).parents[2] / "config" / "vastra-gotaland.toml"
NAMES = {"1401": "Åby $1_{2}$", "1480": "<img src=x onerror=alert(1)>"}
# rutid_scb, kommun, adresser, utan 30/100/1000, ej passerade 30/100/1000, underlag
CELLS: list[tuple[str, str, int, tuple[float, float, float], tuple[float, float, float], str]] = [
    ("3200006400000", "1401", 4, (0, 1, 2), (0, 0.5, 1), "statistik"),
    ("3200006400250", "1401", 10, (10, 10, 10), (0, 10, 10), "adress"),
    ("3202506400000", "1401", 0, (0, 0, 0), (0, 0, 0), "ingen"),
    ("3210006400250", "1480", 20, (0, 0, 0), (0, 0, 0), "ruta"),
    ("3210006400500", "1480", 3, (1 / 3, 1, 3), (1 / 3, 1 / 3, 3), "adress"),
]
BANDS = {0: "0", 3: "1–4", 4: "1–4", 10: "10–19", 20: "20–49"}
OPEN_CLASSES_100 = ["fa_minst_halften", "fa_under_halften", "ingen_adress", "tackt", "fa_minst_halften"]
UNDERLAG_T = [f"underlag_{t}" for t in THRESHOLDS]
POINTS = [("a1", 320010.5, 6400020.25), ("a2", 320249.0, 6400000.0), ("b1", 321003.0, 6400501.0)]
KOMMUN_BOXES = {"1401": (320000, 6400000, 320500, 6400750), "1480": (320500, 6400000, 321250, 6400750)}
FACTS: dict[str, Any] = {
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


def write(folder: Path, demo: bool = True) -> tuple[Region, Paths]:
    """Write every table the products read; return the region and the paths."""
    paths = _paths(folder)
    shutil.copytree(_paths(Path(_tables().name)).step, paths.step)
    paths.run_facts.write_text(json.dumps(FACTS | {"demo": demo}), encoding="utf-8")
    return load_region(CONFIG), paths


@cache
def _tables() -> TemporaryDirectory[str]:
    """Return a folder with the tables, written once a process."""
    folder = TemporaryDirectory()
    paths = _paths(Path(folder.name))
    paths.step.mkdir(parents=True)
    cells = pd.DataFrame([_cell(*row) for row in CELLS])
    put(paths, summary_tables.RUTNAT, cells)
    put(paths, summary_tables.DELAR, cells)
    kommuner = _summed(cells, ["kommunkod", "kommunnamn"])
    put(paths, summary_tables.KOMMUNER, kommuner)
    cells["lanskod"], cells["lansnamn"] = "14", "Västra Götalands län"
    put(paths, summary_tables.LAN, _summed(cells, ["lanskod", "lansnamn"]))
    put(paths, summary_tables.OPPNA_RUTOR, _open(cells))
    lived = cells[cells["adresser"] > 0].assign(rutid=lambda x: x["rutid_scb"].astype("int64"))
    put(paths, step_tables.OPPNA_DELAR, lived)
    land = cells[["kommunkod", "omradestyp", "land_ha"]].assign(rutid=cells["rutid_scb"].astype("int64"))
    put(paths, step_tables.LAND, land)
    tiny_gaps.write(paths, cells)
    write_polygons(contracts.check(_squares(), step_tables.OSAKERHET), paths.table("osakerhet_5km"))
    write_points(addresses(), paths.table("adresser"))
    write_polygons(_outlines(), paths.table("granser"))
    _sources(paths)
    write_ground(paths)
    no_history.write(paths)
    return folder


def _paths(folder: Path) -> Paths:
    return Paths(CONFIG, folder / "raw", folder / "out", folder / "maps")


GROUND_WATER = [
    (2, shapely.box(320_520, 6_400_020, 320_700, 6_400_100)),
    (0, shapely.box(320_520, 6_400_000, 320_720, 6_400_120)),
]
GROUND_BORDERS = [
    ("kommun", [(320_500, 6_400_000), (320_500, 6_400_750)]),
    ("kommun", [(320_500, 6_400_750), (320_000, 6_400_750), (320_000, 6_400_000), (320_500, 6_400_000)]),
    ("kommun", [(320_500, 6_400_000), (321_250, 6_400_000), (321_250, 6_400_750), (320_500, 6_400_750)]),
    (
        "lan",
        [(320_000, 6_400_000), (320_000, 6_400_750), (321_250, 6_400_750), (321_250, 6_400_000), (320_000, 6_400_000)],
    ),
]
"""Level and line, as KOMMUN_BOXES has them."""
GROUND_ROADS = [
    (0, "motorvag", [(320_760, 6_400_000), (320_760, 6_400_240)]),
    (2, "farjeled", [(320_520, 6_400_060), (320_700, 6_400_060)]),
    (2, "smavag", [(320_720, 6_400_000), (320_720, 6_400_240)]),
    (2, "motorvag", [(320_760, 6_400_000), (320_760, 6_400_120), (320_760, 6_400_240)]),
]
"""Band and shape, where no cell lies: the coarse band is another than the fine."""


def write_ground(paths: Paths) -> None:
    """Write ``grund_vatten``, ``grund_vagar`` and ``grund_granser``."""
    band, shapes = zip(*GROUND_WATER, strict=True)
    water = gpd.GeoDataFrame({"band": band, "steg_m": 4}, geometry=list(shapes), crs=3006)
    write_polygons(contracts.check(water, ground_tables.GRUND_VATTEN), paths.table("grund_vatten"))
    band, klass, lines = zip(*GROUND_ROADS, strict=True)
    roads = gpd.GeoDataFrame(
        {"band": band, "steg_m": 4, "klass": klass}, geometry=[shapely.LineString(x) for x in lines], crs=3006
    )
    write_polygons(contracts.check(roads, ground_tables.GRUND_VAGAR), paths.table("grund_vagar"))
    level, lines = zip(*GROUND_BORDERS, strict=True)
    borders = gpd.GeoDataFrame({"band": 2, "niva": level}, geometry=[shapely.LineString(x) for x in lines], crs=3006)
    write_polygons(contracts.check(borders, ground_tables.GRUND_GRANSER), paths.table("grund_granser"))


def put(paths: Paths, table: contracts.Table, frame: pd.DataFrame) -> None:
    write_table(contracts.check(frame, table)[table.names], paths.table(table.name))


def addresses() -> pd.DataFrame:
    rows = []
    for adress_id, e, n in POINTS:
        row: dict[str, Any] = {
            "adress_id": adress_id,
            "kommunkod": "1401" if adress_id[0] == "a" else "1480",
            "omradestyp": "glesbebyggt",
            "rutid_scb": "3200006400000" if adress_id[0] == "a" else "3210006400500",
            "befolkning": 2.0,
            "hushall": 1 / 3,
            "max_ned_mbit": None if adress_id == "a1" else 100.0,
            "basta_teknik": "fiber",
            "status": "tillgang",
        }
        row |= {f"sannolikhet_{m}_{t}": 2 / 3 for m in MEASURES for t in THRESHOLDS}
        rows.append(row | {"underlag": "adress", "e_m": e, "n_m": n})
    frame = pd.DataFrame(rows)
    return contracts.check(frame, summary_tables.ADRESSER)


def _cell(
    rutid: str, kod: str, n: int, utan: tuple[float, ...], ej: tuple[float, ...], underlag: str
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "rutid_scb": rutid,
        "rutid_inspire": f"SE_CRS3006RES250mN{rutid[6:]}E{rutid[:6]}",
        "kommunkod": kod,
        "kommunnamn": NAMES[kod],
        "omradestyp": "glesbebyggt",
        "land_ha": 6.25,
        "adresser": n,
        "befolkning": 2.0 * n,
        "hushall": 1000.0 * n,
        **dict.fromkeys(code_lists.KINDS, 250.0 * n),
    }
    for t, u, e in zip(THRESHOLDS, utan, ej, strict=True):
        row |= {f"adresser_utan_{t}": float(u), f"befolkning_utan_{t}": 2.0 * u, f"hushall_utan_{t}": 1000.0 * u}
        row |= {f"hushall_ej_passerade_{t}": 1000.0 * e, f"adresser_ej_passerade_{t}": float(e)}
    known = underlag in ("adress", "ruta")
    row |= {
        "max_ned_mbit": 100.0 if known else None,
        "planerad": rutid == "3210006400500",
        "underlag": underlag,
        **{f"underlag_{t}": underlag for t in THRESHOLDS},
    }
    row["basta_teknik"] = "fiber" if known else "okand" if n else "ingen"
    return row


def _summed(cells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    names = ["land_ha", *(c.name for c in summary_tables.COUNTS)]
    out = cells.groupby(by, as_index=False)[names].sum()
    for t in THRESHOLDS:
        for kind in code_lists.KINDS:
            out[f"{kind}_utan_{t}"] = out[f"hushall_utan_{t}"] / 4
            out[f"{kind}_ej_passerade_{t}"] = out[f"hushall_ej_passerade_{t}"] / 4
        out[f"andel_{t}_pct"] = 100 - 100 * out[f"hushall_utan_{t}"] / out["hushall"]
        out[f"andel_passerade_{t}_pct"] = 100 - 100 * out[f"hushall_ej_passerade_{t}"] / out["hushall"]
        out[f"yta_utan_{t}_pct"], out[f"yta_tackt_{t}_pct"] = 10.0, 20.0
        out[f"pts_andel_{t}_pct"] = out[f"pts_andel_passerade_{t}_pct"] = 90.0
        out[f"pts_kalla_{t}"], out[f"avvikelse_{t}_pe"] = "hastighet", 0.0
    out["yta_obebodd_pct"] = 70.0
    return out.assign(**{c.name: out[c.name.rsplit("_", 1)[0]] for c in summary_tables.OSAKRA})


def _squares() -> gpd.GeoDataFrame:
    """One 5 × 5 km square with an interval."""
    row: dict[str, Any] = {
        "ruta_5km": "3200006400000",
        "kommunkod": "1480",
        "kommunnamn": NAMES["1480"],
        "adresser": 37,
    }
    row |= {c.name: 1.5 for c in step_tables.OSAKERHET.columns if c.kind == "decimal"}
    outline = shapely.multipolygons([shapely.box(320000, 6400000, 325000, 6405000)])
    return gpd.GeoDataFrame([row], geometry=[outline], crs=3006)


def _open(cells: pd.DataFrame) -> pd.DataFrame:
    out = cells[["rutid_scb", "kommunkod", "kommunnamn", "omradestyp", "planerad", "underlag", *UNDERLAG_T]].copy()
    for m in MEASURES:
        for t in THRESHOLDS:
            out[f"klass_{m}_{t}"] = OPEN_CLASSES_100
    out["adresser_band"], out["sammanslagen_m"] = cells["adresser"].map(BANDS), "250"
    return out


def _outlines() -> gpd.GeoDataFrame:
    boxes = {k: shapely.multipolygons([shapely.box(*b)]) for k, b in KOMMUN_BOXES.items()}
    boxes["1380"] = shapely.multipolygons([shapely.box(321250, 6400000, 322000, 6400750)])
    return gpd.GeoDataFrame(
        {
            "kommunkod": list(boxes),
            "kommunnamn": [NAMES.get(k, "Granne") for k in boxes],
            "i_lan": [k in NAMES for k in boxes],
        },
        geometry=list(boxes.values()),
        crs=3006,
    )


def used_file(paths: Paths, stage: str, role: str, publisher: str, licence: str, used: bool = True) -> None:
    """Say in a step's ledger that one file was read, or only seen."""
    row = {
        "fil": f"{stage}/x",
        "roll": role,
        "anvand": used,
        "utgivare": publisher,
        "licens": licence,
        "referensdatum": "2025-10-01",
    }
    Ledger(stage, facts=complete(stage, {"filer": [row]})).save(paths.ledger(stage))


def _sources(paths: Paths) -> None:
    for stage, publisher, licence, used in (
        ("pts", "PTS", "", True),
        ("scb", "SCB", "CC0", True),
        ("lantmateriet", "Lantmäteriet", "CC BY 4.0", True),
        ("granser", "Oanvänd", "", False),
    ):
        used_file(paths, stage, stage, publisher, licence, used)
