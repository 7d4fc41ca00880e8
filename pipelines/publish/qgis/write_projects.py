"""``bredband.qgz`` and ``bredband_oppen.qgz``: QGIS projects that open finished, beside their GeoPackages.

Written without QGIS, which is on few of the machines that run the pipeline: the XML of a project is text. The
GeoPackages and rasters are named by relative paths; nothing of them is read here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.core.quoted import read_facts, read_sources
from pipelines.disclosure.open_run import read_open_facts, read_open_sources
from pipelines.publish.qgis.project import project_editions, project_package

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.publish.qgis.project.project_model import Bounds

INTERNAL, PUBLISHED = "out/bredband.qgz", "maps/data/bredband_oppen.qgz"


def run(region: Region, paths: Paths) -> None:
    """Build the projects of both editions."""
    bounds = outlines(paths)
    inside = project_editions.internal(region, read_facts(paths), read_sources(paths), bounds)
    outside = project_editions.published(region, read_open_facts(paths), read_open_sources(paths), bounds)
    project_package.write(paths.built(INTERNAL), inside)
    project_package.write(paths.built(PUBLISHED), outside)


def outlines(paths: Paths) -> dict[str, Bounds]:
    """Return each kommun's bounding box, in whole metres outwards, by code."""
    import numpy as np
    import pyarrow.parquet as pq
    import shapely

    with pq.ParquetFile(paths.table("granser")) as file:  # not read_table, which imports pandas
        rows = file.read(["kommunkod", "i_lan", "geometry"]).to_pylist()
    wkb = {row["kommunkod"]: row["geometry"] for row in sorted(rows, key=lambda x: x["kommunkod"]) if row["i_lan"]}
    boxes = shapely.bounds(shapely.from_wkb([*wkb.values()]))
    boxes = np.hstack([np.floor(boxes[:, :2]), np.ceil(boxes[:, 2:])])
    return dict(zip(wkb, map(tuple, boxes.tolist()), strict=True))
