"""``bredband_oppen.gpkg``: the open edition's layers, with aliases, styles and metadata that name no agreement.

Beside it ``underlagskarta.gpkg``, the ground under them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.core import files
from pipelines.core.publishers import BY_AGREEMENT
from pipelines.core.quoted import RunFacts, Source, of_ground
from pipelines.publish.geopackage import gpkg_extras, gpkg_layers
from pipelines.publish.geopackage.write_geopackage import finest
from pipelines.publish.products import GROUND, OPEN_GPKG
from pipelines.publish.qgis.style import qgis_open
from pipelines.tables.ground_tables import GROUND_LAYERS
from pipelines.tables.open_contracts import OPEN_TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths


def write(path: Path, region: Region, facts: RunFacts, sources: Sequence[Source], paths: Paths) -> None:
    """Write the file, whole or not at all."""
    with files.replacing(path) as beside:
        gpkg_layers.write(beside, [gpkg_layers.layer(t, paths, edition="oppen_") for t in OPEN_TABLES], facts)
        with gpkg_extras.opened(beside) as db:
            gpkg_extras.add_indexes(db, OPEN_TABLES)
            gpkg_extras.add_aliases(db, OPEN_TABLES)
            gpkg_extras.add_metadata(db, region, facts, unnamed(sources), OPEN_GPKG)
            gpkg_extras.add_styles(db, [s for t in OPEN_TABLES for s in qgis_open.styles(t, facts)], facts)


def write_ground(path: Path, region: Region, facts: RunFacts, sources: Sequence[Source], paths: Paths) -> None:
    """Write the ground under the open project's map, whole or not at all: public geography, so no table of ours."""
    with files.replacing(path) as beside:
        layers = [gpkg_layers.layer(table, paths, finest(table, paths)) for table in GROUND_LAYERS]
        gpkg_layers.write(beside, layers, facts)
        with gpkg_extras.opened(beside) as db:
            gpkg_extras.add_aliases(db, GROUND_LAYERS)
            gpkg_extras.add_metadata(db, region, facts, of_ground(sources), GROUND)
            gpkg_extras.add_styles(db, [s for t in GROUND_LAYERS for s in qgis_open.styles(t, facts)], facts)


def unnamed(sources: Sequence[Source]) -> list[Source]:
    """Return the sources with agreements by date only: their names are not public."""
    return [replace(s, licence="") if s.publisher == BY_AGREEMENT else s for s in sources]
