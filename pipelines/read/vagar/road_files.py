"""The files under ``vagar/``: whose each is, by its tables and not its name, and which are used.

Publishers are never mixed: their lines of one road lie metres apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.errors import DataError
from pipelines.core.files import EPSG
from pipelines.core.publishers import VAGAR
from pipelines.formats import gpkg, wkb
from pipelines.incoming import role_files
from pipelines.read.lantmateriet import outlines
from pipelines.read.vagar import nvdb, osm, topografi
from pipelines.read.vagar.road_classes import Found, Lack, Part
from pipelines.read.vagar.road_lines import Bounds, in_metres

NEEDED = "ett GeoPackage med vägar: Topografis vaglinje, NVDB:s Vagslag eller FunkVagklass, eller OSM:s highway"


@dataclass(frozen=True)
class RoadFile:
    """A file of roads.

    Attributes
    ----------
    origin : str
        A key of :data:`ORIGINS`; empty when nothing in it is known.
    parts : tuple of Part
        Its tables of roads, in the order they are read.
    lacks : tuple of Lack
        What roads of this origin use to have, and this file has not.
    """

    path: Path
    origin: str
    parts: tuple[Part, ...]
    lacks: tuple[Lack, ...]

    @property
    def date(self) -> str:
        """Newest date of its tables."""
        return max(part.layer.changed for part in self.parts) if self.parts else ""


def look(raw: Path) -> list[RoadFile]:
    """Return every file of roads, by name.

    Raises
    ------
    DataError
        When a file cannot be read, or a table of roads lacks a column or lies in another coordinate system.
    """
    return [_look(path) for path in role_files.matching(raw / VAGAR.folder, *VAGAR.roles["vagar"])]


def choose(found: Sequence[RoadFile]) -> list[RoadFile]:
    """Return the files to use: those of the first origin that any has.

    Raises
    ------
    DataError
        When there are files, and roads in none.
    """
    known = {f.origin for f in found}
    first = next((origin for origin in ORIGINS if origin in known), "")
    if found and not first:
        raise DataError(
            "Ingen fil i mappen vagar har vägar.",
            file=found[0].path.parent,
            expected=NEEDED,
            found="; ".join(f"{f.path.name}: {', '.join(x.name for x in gpkg.layers(f.path))}" for f in found),
            action="Hämta Lantmäteriets Topografi 50 (tema kommunikation) som GeoPackage, eller töm mappen.",
        )
    used = [f for f in found if f.origin == first]
    if used and all(topografi.NETWORK in f.lacks for f in used):
        raise DataError(
            "Filerna i mappen vagar har inga bilvägar.",
            file=used[0].path,
            expected=topografi.NETWORK.what,
            found="; ".join(f"{f.path.name}: {', '.join(p.layer.name for p in f.parts)}" for f in used),
            action="Hämta hela Topografi 50, tema kommunikation, som GeoPackage.",
        )
    return used


def places(file: RoadFile, lan: Bounds) -> list[str]:
    """Return lines for the error of a file that lies elsewhere than the län; see :func:`.outlines.places`.

    Raises
    ------
    DataError
        When its first table has no rows at all.
    """
    import numpy as np
    import shapely

    layer = file.parts[0].layer
    first = next(gpkg.batches(layer, {}), None)
    if first is None:
        raise gpkg.empty(layer)
    shapes = in_metres(shapely.force_2d(wkb.shapes_of(first["wkb"], layer.file, lines=True)[0]), layer.epsg or EPSG)
    xy = shapely.get_coordinates(shapes)
    known = np.isfinite(xy).all(axis=1)
    return outlines.places(lan, xy[known, 0], xy[known, 1]) if known.any() else []


def _look(path: Path) -> RoadFile:
    layers = gpkg.layers(path)
    for origin, find in ORIGINS.items():
        found = find(path, layers)
        if found.parts:
            return RoadFile(path, origin, *found)
    return RoadFile(path, "", (), ())


ORIGINS: dict[str, Callable[[Path, list[gpkg.Layer]], Found]] = {
    "topografi": topografi.find,
    "nvdb": nvdb.find,
    "osm": osm.find,
}
"""Whose roads: the first is preferred. Each tells which tables of a file are its roads, and what they lack."""
PUBLISHER = dict(zip(ORIGINS, (VAGAR.publisher, *VAGAR.others), strict=True))
NAMES = {"topografi": "Topografi", "nvdb": "NVDB", "osm": "OpenStreetMap"}
