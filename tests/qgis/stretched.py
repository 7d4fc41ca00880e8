"""The hand-made county drawn out to the size of a real one: its five cells are 300 times as wide.

Nothing but the outlines is changed. An ordinary screen then shows the whole of it at the scale of a real county,
where what is meant for a closer look is not drawn.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import rasterio
from rasterio.transform import Affine

from pipelines.config.region import load_region
from pipelines.core.paths import Paths
from pipelines.core.quoted import read_facts, read_sources
from pipelines.publish.qgis.project import project_editions, project_package
from pipelines.publish.qgis.write_projects import outlines

TIMES, CORNER = 300, (320_000.0, 6_400_000.0)


def county(paths: Paths) -> Path:
    """Draw out the layers of both projects where they are; return the folder that holds ``out`` and ``maps``."""
    made = paths.built("")
    for gpkg in ("out/bredband.gpkg", "maps/data/bredband_oppen.gpkg", "maps/data/underlagskarta.gpkg"):
        _layers(made / gpkg)
    for tif in [*(made / "out").glob("*.tif"), *(made / "maps/data/raster").glob("*.tif")]:
        _raster(tif)
    region, facts, sources = load_region(paths.config), read_facts(paths), read_sources(paths)
    bounds = {code: tuple(_drawn_out(*box)) for code, box in outlines(paths).items()}
    project_package.write(made / "out/bredband.qgz", project_editions.internal(region, facts, sources, bounds))  # type: ignore[arg-type]
    project_package.write(
        made / "maps/data/bredband_oppen.qgz", project_editions.published(region, facts, sources, bounds)
    )  # type: ignore[arg-type]
    return made


def point(easting: float, northing: float) -> tuple[float, float]:
    """Return where a place of the county has come."""
    return tuple(_drawn_out(easting, northing))  # type: ignore[return-value]


def _drawn_out(*ordinates: float) -> list[float]:
    return [CORNER[i % 2] + TIMES * (x - CORNER[i % 2]) for i, x in enumerate(ordinates)]


def _layers(path: Path) -> None:
    layers: dict[str, Any] = {
        name: pyogrio.read_dataframe(path, layer=name)
        for name, _ in pyogrio.list_layers(path)
        if name != "layer_styles"
    }
    path.unlink()
    for name, frame in layers.items():
        if isinstance(frame, gpd.GeoDataFrame):
            frame.geometry = frame.geometry.affine_transform([TIMES, 0, 0, TIMES, *(c - TIMES * c for c in CORNER)])
        pyogrio.write_dataframe(frame, path, layer=name, geometry_name="geom", append=path.exists())


def _raster(path: Path) -> None:
    with rasterio.open(path) as made:
        bands, profile = made.read(), dict(made.profile)
        colours = made.colormap(1) if made.count == 1 else None
    was = profile["transform"]
    x, y = _drawn_out(was.c, was.f)
    profile |= {"transform": Affine(was.a * TIMES, 0, x, 0, was.e * TIMES, y), "driver": "GTiff"}
    for key in ("tiled", "blockxsize", "blockysize", "compress", "interleave"):
        profile.pop(key, None)
    other = path.with_suffix(".ny")
    with rasterio.open(other, "w", **profile) as out:
        out.write(bands)
        if colours:
            out.write_colormap(1, colours)
    shutil.move(other, path)
