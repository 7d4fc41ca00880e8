"""Finished editions of a few addresses, written with pyogrio by the contracts: what plan and compare read.

Cells, kommuner and the län are summed in plain loops; only the gap areas come from the program, whose own
tests hold them against loops.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
import tiny_tables

from pipelines.core.level import LEVELS, MEASURES
from pipelines.core.paths import Paths
from pipelines.gaps.costed_areas import measure
from pipelines.gaps.find_gaps import joined
from pipelines.tables import gap_tables, project_tables, summary_tables
from pipelines.tables.contracts import Table
from tests.stages.gaps.regions import REGION, Address, columns, dry
from tests.stages.projects.made_projects import made

THRESHOLDS = LEVELS.mbit
Levels = tuple[tuple[int, str], ...]
EVERY: Levels = tuple((t, m) for t in THRESHOLDS for m in MEASURES)
_written: dict[str, bytes] = {}

PART = {"tillgang": "utan", "passerad": "ej_passerade"}


def paths(out: Path) -> Paths:
    return Paths(tiny_tables.CONFIG, out / "raw", out, out / "maps")


def drawn(frames: list[pd.DataFrame], table: Table) -> gpd.GeoDataFrame:
    rows = joined(frames, table, ("geometry",))
    return gpd.GeoDataFrame(rows, geometry=shapely.from_wkb(rows["geometry"]), crs=3006)


def write(
    out: Path, rows: list[Address], rule: dict[str, Any] | None = None, levels: Levels = EVERY, **facts: Any
) -> Path:
    """Write ``bredband.gpkg`` in ``out``; every threshold and measure has the addresses' one probability.

    ``rule`` is what the configuration says of projects, where it is not as always; ``levels`` which thresholds and
    measures have gap areas and projects. What has been written once is written again from memory.
    """
    out.mkdir(parents=True, exist_ok=True)
    path = out / "bredband.gpkg"
    path.unlink(missing_ok=True)
    asked = repr((rows, rule, levels, facts))
    if asked in _written:
        path.write_bytes(_written[asked])
        return out
    where, p, land = columns(rows)
    gaps = [measure(where, p, land, t, m, REGION, dry(where)) for t, m in levels]
    projects = [made(rows, mbit=t, matt=m, **(rule or {})) for t, m in levels]
    members = pd.concat([x.adresser for x in projects])
    layers = {
        project_tables.PROJEKT: gpd.GeoDataFrame(pd.concat([x.projekt for x in projects]), crs=3006),
        project_tables.PROJEKT_ADRESSER: members.assign(adress_id=[f"id{i}" for i in members["adress"]]),
        project_tables.PROJEKT_SCHAKT: drawn([x.schakt for x in projects], project_tables.PROJEKT_SCHAKT),
        gap_tables.BRISTOMRADEN: pd.concat([g.omraden for g in gaps]),
        gap_tables.BRISTOMRADEN_KOMMUN: pd.concat([g.kommunvis for g in gaps]),
        gap_tables.BRISTOMRADEN_RUTOR: pd.concat([g.rutor for g in gaps]),
        gap_tables.SCHAKT: drawn([g.schakt for g in gaps], gap_tables.SCHAKT),
        summary_tables.RUTNAT: pd.DataFrame(cells(rows)),
        summary_tables.KOMMUNER: pd.DataFrame(
            [
                {"kommunkod": k, "kommunnamn": REGION.kommunnamn[k], **shares([a for a in rows if a.kommun == k])}
                for k in sorted({a.kommun for a in rows})
            ]
        ),
        summary_tables.LAN: pd.DataFrame([{"lanskod": "14", "lansnamn": "Västra Götalands län", **shares(rows)}]),
    }
    points = gpd.GeoDataFrame(
        {"rutid_scb": [f"{a.rutid:013d}" for a in rows], "adress_id": [f"id{i}" for i in range(len(rows))]}
        | {f"sannolikhet_{m}_{t}": [a.p for a in rows] for m in MEASURES for t in THRESHOLDS},
        geometry=gpd.points_from_xy([a.e for a in rows], [a.n for a in rows]),
        crs=3006,
    )
    pyogrio.write_dataframe(points, path, layer="adresser", driver="GPKG", VERSION="1.2")
    for table, frame in layers.items():
        shape = ["geometry"] if isinstance(frame, gpd.GeoDataFrame) else []
        own = frame[[*(n for n in table.names if n in frame), *shape]].reset_index(drop=True)
        texts = [c.name for c in table.columns if c.kind == "text" and c.name in own]
        pyogrio.write_dataframe(own.astype(dict.fromkeys(texts, "str")), path, layer=table.name, append=True)
    told = {
        "korning": tiny_tables.FACTS | facts,
        "kallor": [{"publisher": "PTS", "licence": "", "roles": ["teknik"], "date": "2025-10-01"}],
    }
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE gpkg_metadata (id INTEGER PRIMARY KEY, mime_type TEXT, metadata TEXT)")
        db.execute("INSERT INTO gpkg_metadata VALUES (1, 'application/json', ?)", (json.dumps(told),))
        db.commit()
    _written[asked] = path.read_bytes()
    return out


def cells(rows: list[Address]) -> list[dict[str, Any]]:
    out = []
    for rutid in sorted({a.rutid for a in rows}):
        inside = [a for a in rows if a.rutid == rutid]
        codes = sorted({a.kommun for a in inside}, key=lambda k: (-sum(a.kommun == k for a in inside), k))
        levels = {a.level for a in inside}
        row: dict[str, Any] = {
            "rutid_scb": f"{rutid:013d}",
            "kommunkod": codes[0],
            "kommunnamn": REGION.kommunnamn[codes[0]],
            "adresser": len(inside),
            "hushall": sum(a.households for a in inside),
        }
        for t in THRESHOLDS:
            row[f"underlag_{t}"] = levels.copy().pop() if len(levels) == 1 else "blandat"
            for part in PART.values():
                row[f"adresser_{part}_{t}"] = sum(1 - a.p for a in inside)
                row[f"hushall_{part}_{t}"] = sum(a.households * (1 - a.p) for a in inside)
        out.append(row)
    return out


def shares(rows: list[Address]) -> dict[str, float | None]:
    whole = sum(a.households for a in rows)
    have = 100 * sum(a.households * a.p for a in rows) / whole if whole else None
    lack = sum(a.households * (1 - a.p) for a in rows)
    return {
        "hushall": whole,
        **{f"hushall_{part}_{t}": lack for t in THRESHOLDS for part in PART.values()},
        **{f"andel_{p}{t}_pct": have for t in THRESHOLDS for p in ("", "passerade_")},
    }
