"""Buildings as a second layer, which tells where people live: one row a building, whoever its addresses are.

Rows of one identity are one building, with the area that they cover together. Its kind is that of its largest part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import Region
from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.facts import rows_of_step
from pipelines.core.ledger import Ledger
from pipelines.core.paths import Paths
from pipelines.read.lantmateriet import outlines, stand_ins
from pipelines.read.lantmateriet.building_rows import Bounds, read_layer
from pipelines.tables import contracts, source_tables

if TYPE_CHECKING:
    import geopandas as gpd

_TEXTS = ("hus_id", "objekttyp", "bostadsslag")


def run(region: Region, paths: Paths) -> None:
    """Read the buildings in and round the län and write table ``byggnader``; without any it has no rows."""
    ledger = Ledger("buildings")
    rows = rows_of_step(ledger.facts)
    given = stand_ins.files_in(paths.raw)
    table = read_all(region, paths, ledger) if given else _frame([np.zeros(0, object)] * 4)
    table = contracts.check(table, source_tables.BYGGNADER)
    files.release()
    files.write_polygons(table, paths.table("byggnader"))
    rows["behallna"] = len(table)
    ledger.save(paths.ledger("buildings"))


def read_all(region: Region, paths: Paths, ledger: Ledger) -> gpd.GeoDataFrame:
    """Return the buildings of all files by rising id; every row that is none of its own is counted.

    Raises
    ------
    DataError
        When files contradict each other, cannot be read, or have no building near the län.
    """
    layers, osm, _ = stand_ins.chosen(stand_ins.files_in(paths.raw))
    box = _box(region, paths)
    source = ", ".join(x.file.relative_to(paths.raw).as_posix() for x in layers)
    read = [read_layer(x, osm, box, ledger, x.file.relative_to(paths.raw).as_posix()) for x in layers]
    columns = [np.concatenate([getattr(b, name) for b in read]) for name in ("ids", "kinds", "purposes", "shapes")]
    del read
    files.release()
    rows_of_step(ledger.facts)["lasta"] = len(columns[0])
    if not len(columns[0]):
        raise DataError(
            "Filen har inga byggnader i länets närhet.",
            file=layers[0].file,
            expected="byggnader i SWEREF 99 TM i konfigurationens län",
            found="bara byggnader någon annanstans",
            action="Hämta byggnader för hela länet, eller ta bort filen: bredvid adresser är den frivillig.",
        )
    columns = joined(columns, source, ledger)
    files.release()
    return _frame(columns)


def joined(columns: list[NDArray[Any]], source: str, ledger: Ledger) -> list[NDArray[Any]]:
    """Return id, kind, purpose and area of each building: rows of one identity together, those without area left out.

    A row without identity is named by its place, as an address is where buildings stand for addresses.
    """
    import pandas as pd
    import shapely

    lacking = shapely.is_missing(columns[3]) | shapely.is_empty(columns[3])
    ledger.add("bortfall", source, "byggnad utan yta", int(lacking.sum()), "raderna används inte")
    ids, kinds, purposes, shapes = (c[~lacking] for c in columns)
    blank = np.flatnonzero(ids == "")
    points = shapely.point_on_surface(shapes[blank])
    ids[blank] = [f"byggnad-{e:.2f}-{n:.2f}" for e, n in zip(shapely.get_x(points), shapely.get_y(points), strict=True)]
    building, names = pd.factorize(ids, sort=True)
    order = np.lexsort((-shapely.area(shapes), building))
    first = np.unique(building[order], return_index=True)[1]
    largest, size = order[first], np.bincount(building)
    whole, said = shapes[largest], purposes[largest]
    twice = np.flatnonzero(size == 2)
    whole[twice] = shapely.union(whole[twice], shapes[order[first[twice] + 1]])
    for i in np.flatnonzero(size > 2):
        whole[i] = shapely.union_all(shapes[order[first[i] : first[i] + size[i]]])
    reason = "rader med samma objektidentitet som en annan"
    ledger.add("bortfall", source, reason, len(ids) - len(names), "en byggnad, med delarnas yta tillsammans")
    ledger.add("antagen", source, "byggnader utan identitet", len(blank), "en byggnad var; id av läget")
    return [np.asarray(names, dtype=object), kinds[largest], said, whole]


def _box(region: Region, paths: Paths) -> Bounds:
    """Return the rectangle that the län's addresses lie in, with what reaches them from outside."""
    checks = region.kontroll
    official = outlines.official_layer(paths.raw)
    margin = (
        checks.adress_avstand_m if official else checks.adress_avstand_generaliserad_m
    ) + region.bostader.avstand_m
    west, south, east, north = outlines.of_region(paths.raw, region).total_bounds.tolist()
    return west - margin, south - margin, east + margin, north + margin


def _frame(columns: list[NDArray[Any]]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    *texts, shapes = columns
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    frame = gpd.GeoDataFrame(dict(zip(_TEXTS, texts, strict=True)), geometry=shapes, crs=files.EPSG)
    frame = frame.astype(dict.fromkeys(_TEXTS, "str"))
    return frame.assign(e_m=(west + east) / 2, n_m=(south + north) / 2, byggnad_m2=shapely.area(shapes))
