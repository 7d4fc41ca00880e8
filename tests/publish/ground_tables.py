"""The ground of made-up counties: no roads, no water."""

from __future__ import annotations

import geopandas as gpd
import numpy as np

from pipelines.core.files import EPSG, write_polygons
from pipelines.core.paths import Paths
from pipelines.tables.gap_tables import VAGNAT
from pipelines.tables.source_tables import MARK, VAGAR


def no_lie() -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """Roads and water of a county without any."""
    none = gpd.GeoDataFrame({n: [] for n in VAGNAT.names}, geometry=[], crs=EPSG)
    kinds = {c.name: "int64" if c.kind == "heltal" else "str" for c in VAGNAT.columns}
    return none.astype(kinds), np.zeros(0, dtype=object)


def no_ground(paths: Paths) -> None:
    """Write the tables ``vagar``, ``vagnat`` and ``mark`` without rows, those that are not there."""
    for table in (VAGAR, VAGNAT, MARK):
        kinds = {c.name: "int64" if c.kind == "heltal" else "str" for c in table.columns}
        none = gpd.GeoDataFrame({n: [] for n in table.names}, geometry=[], crs=EPSG).astype(kinds)
        if not paths.table(table.name).exists():
            write_polygons(none, paths.table(table.name))
