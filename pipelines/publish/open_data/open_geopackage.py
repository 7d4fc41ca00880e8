"""``bredband_oppen.gpkg``: the open edition's layers, with aliases, styles and metadata that name no agreement."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.core import files
from pipelines.core.quoted import BY_AGREEMENT, RunFacts, Source
from pipelines.publish.geopackage import gpkg_extras, gpkg_layers
from pipelines.publish.products import OPEN_GPKG
from pipelines.publish.qgis import qgis_open

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.tables.contracts import Table


def write(
    path: Path,
    tables: Sequence[tuple[Table, pd.DataFrame]],
    region: Region,
    facts: RunFacts,
    sources: Sequence[Source],
    paths: Paths,
) -> None:
    """Write the file, whole or not at all."""
    work = replace(paths, out=paths.step / "oppen", uses=None)
    granser = work.table("granser")
    granser.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(paths.table("granser"), granser)
    for table, frame in tables:
        write_frame = files.write_polygons if "geometry" in frame else files.write_table
        write_frame(frame, work.table(table.name))
    contracts = [t for t, _ in tables]
    with files.replacing(path) as beside:
        gpkg_layers.write(beside, contracts, work, facts)
        with gpkg_extras.opened(beside) as db:
            gpkg_extras.add_indexes(db, contracts)
            gpkg_extras.add_aliases(db, contracts)
            gpkg_extras.add_metadata(db, region, facts, unnamed(sources), OPEN_GPKG)
            gpkg_extras.add_styles(db, [s for t in contracts for s in qgis_open.styles(t, facts)], facts)
    shutil.rmtree(work.out)


def unnamed(sources: Sequence[Source]) -> list[Source]:
    """Return the sources with agreements by date only: their names are not public."""
    return [replace(s, licence="") if s.publisher == BY_AGREEMENT else s for s in sources]
