"""Roads of OpenStreetMap as a GeoPackage: out of ogr2ogr (``lines``), osm2pgsql, or Geofabrik's ``gis_osm_roads_free``.

What ogr2ogr has no column for stands in ``other_tags``, as PostgreSQL writes an hstore or as JSON.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pipelines.core.files import EPSG
from pipelines.formats import gpkg
from pipelines.read.vagar.road_classes import (
    NO_FERRIES,
    NO_HEIGHTS,
    UNKNOWN,
    UNUSED,
    Found,
    Judged,
    Lack,
    Part,
    Texts,
    mapped,
    texts,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

SYSTEMS = (EPSG, 4326, 3857)
"""Longitude and latitude, and the web's map projection: reprojected."""
NAMES = ("lines", "planet_osm_line", "gis_osm_roads_free_1", "gis_osm_roads_free")
TAGS = ("bridge", "tunnel", "layer", "ref", "route", "motorroad")
WANTED: gpkg.Wanted = {
    "highway": ("highway", "fclass"),
    "namn": ("name",),
    "other_tags": ("other_tags", "tags"),
    **{tag: (tag,) for tag in TAGS},
}
NO_ROAD = "annat än vägar"
CLASSES = {
    "motorway": "motorvag",
    **dict.fromkeys(("trunk", "primary", "secondary"), "landsvag"),
    "tertiary": "landsvag_liten",
    **dict.fromkeys(("unclassified", "service", "road", "unknown"), "smavag"),
    **dict.fromkeys(("residential", "living_street", "pedestrian"), "lokalgata"),
    "cycleway": "cykelvag",
    **dict.fromkeys(
        ("track", "track_grade1", "track_grade2", "track_grade3", "track_grade4", "track_grade5"), "traktorvag"
    ),
    "ferry": "farjeled",
    **dict.fromkeys(
        ("footway", "path", "steps", "bridleway", "corridor", "via_ferrata", "elevator", "platform"), UNUSED
    ),
    **dict.fromkeys(("construction", "proposed", "planned", "abandoned", "razed", "disused", "no"), UNUSED),
    **dict.fromkeys(("raceway", "rest_area", "services", "escape", "busway", "bus_guideway", "bus_stop"), UNUSED),
    NO_ROAD: UNUSED,
}
"""``highway`` (a slip road as the road it leads to), ``fclass``, and ferries."""
_NO_HEIGHTS = Lack("kolumnerna bridge och tunnel", NO_HEIGHTS, severe=True)
_NOT = ("", "no", "f", "false", "0")


def find(path: Path, layers: list[gpkg.Layer]) -> Found:
    """Return the table of lines.

    Raises
    ------
    DataError
        When several can be meant, or it lies in a system that OpenStreetMap does not come in.
    """
    drawn = [x for x in layers if x.geometry and not x.geometry_type.endswith(("POINT", "POLYGON"))]
    tables = [x for x in drawn if _is_roads(x)]
    named = [x for x in tables if gpkg.plain(x.name) in NAMES]
    if not tables:
        return Found()
    optional = [c for c in WANTED if c != "highway"]
    layer = gpkg.find(path, named or tables, WANTED, names=NAMES, optional=optional, first=("highway",))
    has = {tag: bool(gpkg.actual(layer, WANTED[tag]) or gpkg.actual(layer, WANTED["other_tags"])) for tag in TAGS}
    lacks = [] if has["bridge"] and has["tunnel"] else [_NO_HEIGHTS]
    lacks += [] if has["route"] else [Lack("färjor (route)", NO_FERRIES)]
    part = Part(gpkg.require_geometry(layer, SYSTEMS), WANTED, partial(roads, stored=gpkg.actual(layer, ("fclass",))))
    return Found((part,), tuple(lacks))


def _is_roads(layer: gpkg.Layer) -> bool:
    """Tell whether a table has roads: all of Geofabrik's tables have ``fclass``."""
    return bool(
        gpkg.actual(layer, ("highway",)) or (gpkg.actual(layer, ("fclass",)) and "road" in gpkg.plain(layer.name))
    )


def roads(rows: pa.Table, stored: str | None = None) -> Judged:
    """Judge lines of OpenStreetMap; ``stored`` is given where every line is a road, whatever else it says."""
    kind = texts(rows, "highway")
    said = {tag: _tag(rows, tag) for tag in TAGS}
    kind = np.where((kind == "") & (said["route"] == "ferry"), "ferry", kind)
    kind = np.where((kind == "") & (stored is None), NO_ROAD, kind).astype(object)
    klass = mapped(kind, lambda x: CLASSES.get(x.removesuffix("_link"), UNKNOWN))
    klass = np.where((klass == "landsvag") & (said["motorroad"] == "yes"), "motorvag", klass).astype(object)
    height = np.array(
        [f"{b}|{t}|{x}" for b, t, x in zip(said["bridge"], said["tunnel"], said["layer"], strict=True)], dtype=object
    )
    return Judged(klass, mapped(height, _level), kind, height, texts(rows, "namn"), said["ref"])


def _level(said: str) -> str:
    """Return the level that bridge, tunnel and layer tell of.

    >>> [_level(x) for x in ("yes||1", "|building_passage|", "||-1", "||1", "F|F|0", "|culvert|-1")]
    ['bro', 'mark', 'underfart', 'bro', 'mark', 'tunnel']
    """
    bridge, tunnel, layer = said.lower().split("|")
    number = int(layer) if layer.lstrip("-+").isdigit() else 0
    is_bridge = bridge not in _NOT
    is_tunnel = tunnel not in (*_NOT, "building_passage")
    if is_bridge and is_tunnel:
        return "bro_och_underfart"
    if is_bridge or is_tunnel:
        return "bro" if is_bridge else "tunnel"
    return "mark" if not number or tunnel == "building_passage" else "bro" if number > 0 else "underfart"


def _tag(rows: pa.Table, tag: str) -> Texts:
    """Return a tag's values: its column's, else those in ``other_tags``."""
    own = texts(rows, tag)
    if "other_tags" not in rows.column_names:
        return own
    import pyarrow.compute as pc

    found = pc.extract_regex(gpkg.texts(rows["other_tags"]), rf'(?:^\{{?|,)\s*"{tag}"\s*(?:=>|:)\s*"(?P<value>[^"]*)"')
    kept = pc.fill_null(pc.struct_field(found, "value"), "")
    return np.where(own != "", own, np.asarray(kept.to_numpy(zero_copy_only=False), dtype=object)).astype(object)
