"""Lantmäteriet's boundaries (kommun, lan, rike) and land cover (mark), of the demo region's ground."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pipelines.config.region import Region
from pipelines.demo.files import pack
from pipelines.demo.files.lanen import LANEN, LETTERS
from pipelines.demo.files.write_lantmateriet import ids
from pipelines.demo.world.common import stream
from pipelines.demo.world.demo_land import Outline
from pipelines.demo.world.settlements import Places

MOST_VERTICES = 900
"""The publisher cuts large waters up; so are these."""
POND_M2, STREAM_WIDTH_M = 12_000.0, 130.0
FIELDS = 1_500
WATERS = {"Hav": 2631, "Sjö": 2632, "Vattendragsyta": 2633, "Anlagt vatten": 2634}
LANDS = {"Öppen mark": 2640, "Åker": 2642}


def write(region: Region, outline: Outline, places: Places, folder: Path) -> None:
    """Write ``granser/kommun-lan-rike_aktuell.gpkg`` and ``lantmateriet/mark_sverige.zip``."""
    _boundaries(region, outline, folder / "granser" / "kommun-lan-rike_aktuell.gpkg")
    cover, shapes = _cover(region, outline, places)
    gpkg = folder / "lantmateriet" / "mark_sverige.gpkg"
    pack.write_gpkg(gpkg, "mark", cover, pack.wkb(shapes), "Polygon", column="geometri")
    pack.write_zip(gpkg.with_suffix(".zip"), gpkg.name, gpkg.read_bytes(), region.demo.ar)
    gpkg.unlink()


def _boundaries(region: Region, outline: Outline, path: Path) -> None:
    codes, names, shapes = outline.country()
    named = {**dict(zip(codes, names, strict=True)), **region.kommunnamn}
    kommun = pd.DataFrame({"objektidentitet": ids(region, len(codes), "kommuner"), "kommunkod": codes})
    kommun["lanskod"] = kommun["kommunkod"].str[:2]
    kommun["beslutatnamn"] = [f"{named[k]} kommun" for k in codes]
    kommun["namnkortform"] = [named[k] for k in codes]
    of_lan = kommun["lanskod"].to_numpy()
    lan = pd.DataFrame({"lanskod": np.unique(of_lan)})
    lan.insert(0, "objektidentitet", ids(region, len(lan), "län"))
    lan["lansbokstav"] = [LETTERS[k] for k in lan["lanskod"]]
    lan["namnkortform"] = [LANEN[k][0] for k in lan["lanskod"]]
    lan_shapes = np.array([shapely.union_all(shapes[of_lan == k]) for k in lan["lanskod"]], dtype=object)
    rike = pd.DataFrame({"objektidentitet": ids(region, 1, "riket"), "namnkortform": ["Sverige"]})
    whole = np.array([shapely.union_all(lan_shapes)], dtype=object)
    for table, rows, areas in (("kommun", kommun, shapes), ("lan", lan, lan_shapes), ("rike", rike, whole)):
        body = pack.wkb(pack.multi(_areas(areas)))
        pack.write_gpkg(path, table, rows, body, "MultiPolygon", column="geometri", beside=table != "kommun")


def _areas(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return what is area of each shape: where borders touch, lines are left over."""
    return np.array(
        [shapely.MultiPolygon([p for p in shapely.get_parts(g) if p.geom_type == "Polygon"]) for g in shapes],
        dtype=object,
    )


def _cover(region: Region, outline: Outline, places: Places) -> tuple[pd.DataFrame, NDArray[Any]]:
    """Return land cover as the publisher has it: all water, and a little of the land."""
    ground = outline.ground
    area, around = shapely.area(ground.water), shapely.length(ground.water)
    narrow = 2 * area / around < STREAM_WIDTH_M / 2
    made = (area < POND_M2) & (np.arange(len(area)) % 9 == 0)
    kind = np.select(
        [ground.is_sea, made, narrow & (area > 4 * POND_M2)], ["Hav", "Anlagt vatten", "Vattendragsyta"], "Sjö"
    )
    parts = [_cut(g) for g in ground.water]
    wet = np.repeat(kind, [len(p) for p in parts])
    fields = _fields(region, outline, places)
    dry = np.where(np.arange(len(fields)) % 5 == 0, "Öppen mark", "Åker")
    kinds = np.concatenate([wet, dry]).astype(object)
    table = pd.DataFrame({"objektidentitet": ids(region, len(kinds), "mark")})
    table["objekttypnr"] = np.array([{**WATERS, **LANDS}[k] for k in kinds], dtype=np.int32)
    table["objekttyp"] = kinds
    return table, np.concatenate([*parts, fields])


def _cut(water: Any) -> NDArray[Any]:
    """Return a water in pieces of at most ``MOST_VERTICES``, halved across its longer side."""
    if shapely.get_num_coordinates(water) <= MOST_VERTICES:
        return np.array([water], dtype=object)
    west, south, east, north = water.bounds
    if east - west > north - south:
        middle = round((west + east) / 2, 1)
        halves = shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)
    else:
        middle = round((south + north) / 2, 1)
        halves = shapely.box(west, south, east, middle), shapely.box(west, middle, east, north)
    parts = [g for half in halves for g in shapely.get_parts(shapely.intersection(water, half))]
    return np.concatenate([_cut(g) for g in parts if g.geom_type == "Polygon" and g.area > 0])


def _fields(region: Region, outline: Outline, places: Places) -> NDArray[Any]:
    """Farmland round some hamlets."""
    rng = stream(region.demo.fro, "åkrar")
    e, n = (places.hamlets[c].to_numpy() for c in ("e", "n"))
    good = np.flatnonzero(outline.inland(e, n, 250))
    good = np.sort(rng.permutation(good)[:FIELDS])
    return np.asarray(shapely.buffer(shapely.points(e[good].round(), n[good].round()), 120, quad_segs=2), dtype=object)
