"""``bredband.gpkg``, the internal edition: every layer, indexed, titled, styled, in SWEREF 99 TM.

GDAL makes the layers (GeoPackage 1.2: later versions make QGIS 3.22 warn); rows, and what GDAL has no option for
(aliases, attribute indexes, metadata, styles), are written with SQLite.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.config.region import Region
from pipelines.core.files import replacing
from pipelines.core.paths import Paths
from pipelines.core.quoted import read_facts, read_sources
from pipelines.publish.geopackage import gpkg_extras, gpkg_layers, gpkg_parts
from pipelines.publish.ground.ground_bands import HOUSE
from pipelines.publish.products import LAYERS
from pipelines.publish.qgis.style import qgis_styles
from pipelines.tables import ground_tables, summary_tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.tables.contracts import Table


def run(region: Region, paths: Paths) -> None:
    """Build ``out/bredband.gpkg`` from the stages' tables.

    Counts and shares are rounded to 6 decimals here. The same tables and facts give the same bytes.

    Raises
    ------
    ContractError
        When a value is missing in a column that may not lack one.
    """
    facts, sources = read_facts(paths), read_sources(paths)
    with replacing(paths.built("out/bredband.gpkg")) as beside:
        gpkg_layers.write(beside, [_layer(table, paths) for table in LAYERS], facts)
        with gpkg_extras.opened(beside) as db:
            gpkg_parts.add_view(db, paths)
            gpkg_extras.add_indexes(db, [t for t in LAYERS if t != summary_tables.DELAR])
            gpkg_extras.add_aliases(db, LAYERS)
            gpkg_extras.add_metadata(db, region, facts, sources, "bredband-intern")
            gpkg_extras.add_styles(db, [s for t in LAYERS for s in qgis_styles.styles(t, facts)], facts)


def _layer(table: Table, paths: Paths) -> gpkg_layers.Layer:
    if table == summary_tables.DELAR:
        return gpkg_parts.layer(paths)
    return gpkg_layers.layer(table, paths, finest(table, paths) if table in ground_tables.GROUND_LAYERS else None)


def finest(table: Table, paths: Paths) -> NDArray[np.bool_]:
    """Say which rows of the ground are of the finest band: QGIS thins out by class, and needs no coarser one."""
    import pyarrow.parquet as pq

    band = pq.read_table(paths.table(table.name), columns=["band"])["band"]
    return np.asarray(band.to_numpy() == HOUSE)
