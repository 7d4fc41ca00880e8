"""The ground of made-up counties: no roads, no water."""

from __future__ import annotations

import geopandas as gpd

from pipelines.core.files import EPSG, write_polygons
from pipelines.core.paths import Paths
from pipelines.tables.source_tables import MARK, VAGAR


def no_ground(paths: Paths) -> None:
    """Write the tables ``vagar`` and ``mark`` without rows."""
    for table in (VAGAR, MARK):
        none = gpd.GeoDataFrame({n: [] for n in table.names}, geometry=[], crs=EPSG).astype(
            dict.fromkeys(table.names, "str")
        )
        write_polygons(none, paths.table(table.name))
