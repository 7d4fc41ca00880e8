"""Buildings out of Lantmäteriet's files or OpenStreetMap's: footprint, id, kind, purpose, within the län's box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from numpy.typing import NDArray

from pipelines.config.buildings import BuildingKind
from pipelines.core.errors import printable
from pipelines.core.files import EPSG
from pipelines.formats import gpkg, wkb
from pipelines.formats.ids import normal_ids
from pipelines.incoming import marks

if TYPE_CHECKING:
    import pyarrow as pa

    from pipelines.core.ledger import Ledger

Bounds = tuple[float, float, float, float]

KINDS: tuple[str, ...] = get_args(BuildingKind)
FIRST_NUMBER = 2061
"""``objekttypnr`` of the first of KINDS; the others follow in order."""
PURPOSES = tuple(f"andamal{i}" for i in range(1, 6))
"""Columns of the product Byggnad that say what a building is for, the foremost first; Topografi has none of them."""
WANTED = {
    "id": ("objektidentitet",),
    "objekttyp": ("objekttyp",),
    "objekttypnr": ("objekttypnr",),
    **{p: (p, f"andamal_{p[-1]}t", f"andamal_{p[-1]}", *(("andamal",) if p == PURPOSES[0] else ())) for p in PURPOSES},
}
OSM_SYSTEMS = (4326, 3857)
"""EPSG codes of what OpenStreetMap also comes in: longitude and latitude, and the web's map projection."""
HOUSE, FLATS = "smahus", "flerbostad"
"""What dwellings a building can be said to hold."""
UNSURE = "okänt slag"
"""A building of which OpenStreetMap says no more than that it is one, or in a word of its own."""
_OSM_COLUMN, _GEOFABRIK = ("building",), ("type",)
_OSM_IDS = {"way": ("osm_way_id",), "id": ("osm_id",)}
_OSM_WORDS = {
    "Bostad": "house detached apartments residential semidetached_house semi terrace bungalow farm cabin dormitory "
    "static_caravan villa",
    "Industri": "industrial warehouse manufacture factory",
    "Samhällsfunktion": "school hospital church chapel kindergarten university college public civic government "
    "fire_station train_station sports_hall museum library religious cathedral military sports_centre",
    "Verksamhet": "commercial retail office hotel supermarket kiosk shop restaurant",
    "Ekonomibyggnad": "barn farm_auxiliary stable sty cowshed greenhouse silo granary",
    "Komplementbyggnad": "garage garages shed carport hut boathouse outbuilding allotment_house roof sauna "
    "greenhouse_small toilets storage",
    "Övrig byggnad": "no ruins construction collapsed bunker transformer_tower service water_tower parking grandstand",
}
_OSM_FLATS = "apartments dormitory"
_OSM_HOUSES = "house detached semidetached_house semi terrace bungalow farm cabin static_caravan villa"
OSM_KINDS = {word: kind for kind, words in _OSM_WORDS.items() for word in words.split()}
"""Values of ``building`` in OpenStreetMap → the kind of Lantmäteriet's that they are nearest to (antagande)."""


@dataclass
class Buildings:
    """The rows of one file within the box.

    Attributes
    ----------
    file, osm, demo, date
        The file, whether it is OpenStreetMap's, its demo mark and date.
    ids : ndarray of str, shape (n,)
        One form of ``objektidentitet``, or ``osm-w…``, ``osm-r…``; empty where the row has none.
    kinds : ndarray of str, shape (n,)
        One of KINDS, UNSURE, or the word of the file's own that is none of them.
    purposes : ndarray of str, shape (n,)
        What dwellings it is said to hold: ``smahus``, ``flerbostad``, or nothing.
    shapes : ndarray of geometry, shape (n,)
        Polygons and multipolygons in EPSG:3006; None where there is none.
    """

    file: Path
    osm: bool
    demo: bool
    date: str
    ids: NDArray[Any]
    kinds: NDArray[Any]
    purposes: NDArray[Any]
    shapes: NDArray[Any]


def find_layer(path: Path) -> tuple[gpkg.Layer, bool]:
    """Return the table of buildings in a file, and whether it is OpenStreetMap's.

    Raises
    ------
    DataError
        When the file has none, or one in a coordinate system that is not read.
    """
    layers = gpkg.layers(path)
    layer = _osm_layer(layers)
    if layer is not None and layer.epsg in OSM_SYSTEMS:
        return layer, True
    osm = layer is not None
    if layer is None:
        layer = gpkg.find(
            path, layers, WANTED, names=("byggnad",), optional=("objekttypnr", *PURPOSES), first=("id", *PURPOSES)
        )
    return gpkg.require_geometry(layer), osm


def read_layer(layer: gpkg.Layer, osm: bool, box: Bounds, ledger: Ledger, source: str) -> Buildings:
    """Read the buildings of one table that touch the box (EPSG:3006); ``source`` is what the ledger calls the file.

    Raises
    ------
    DataError
        When the table is empty, or a footprint is no area.
    """
    path, marked = layer.file, marks.as_marked(layer)
    system = layer.epsg or EPSG
    parts = list(_of_osm(layer, _in_system(box, system)) if osm else _of_lantmateriet(layer, box))
    if not parts and next(gpkg.batches(layer, {}), None) is None:
        raise gpkg.empty(layer)
    ids, kinds, purposes = (np.concatenate([p[i] for p in parts]) if parts else np.zeros(0, object) for i in range(3))
    shapes = _shapes([p[3] for p in parts], path, ledger, source, system)
    return Buildings(path, osm, marked, layer.changed, ids, kinds, purposes, shapes)


def _osm_layer(layers: list[gpkg.Layer]) -> gpkg.Layer | None:
    """Return the table of OpenStreetMap's buildings: osm2pgsql's and ogr2ogr's by ``building``, Geofabrik's by name."""
    for layer in layers:
        if layer.geometry and gpkg.actual(layer, _OSM_IDS["id"]):
            named = gpkg.plain(layer.name).startswith("gis_osm_buildings") and gpkg.actual(layer, _GEOFABRIK)
            if named or (
                gpkg.actual(layer, _OSM_COLUMN) and layer.geometry_type.upper() not in ("POINT", "LINESTRING")
            ):
                return layer
    return None


def _of_lantmateriet(layer: gpkg.Layer, box: Bounds) -> Iterator[tuple[NDArray[Any], NDArray[Any], NDArray[Any], Any]]:
    for batch in gpkg.batches(layer, WANTED, bbox=box):
        names = _texts(batch["objekttyp"])
        numbers = _texts(batch["objekttypnr"]) if "objekttypnr" in batch.column_names else np.full(len(names), "")
        said = [_mapped(_texts(batch[p]), _purpose) for p in PURPOSES if p in batch.column_names]
        purposes = np.full(len(names), "", dtype=object)
        for given in reversed(said):  # any block of flats among them is one; else the foremost counts
            purposes = np.where((given != "") & (purposes != FLATS), given, purposes)
        yield _normal(batch["id"]), _mapped(np.where(names == "", numbers, names), _kind), purposes, batch["wkb"]


def _of_osm(layer: gpkg.Layer, box: Bounds) -> Iterator[tuple[NDArray[Any], NDArray[Any], NDArray[Any], Any]]:
    import pyarrow as pa

    named = gpkg.plain(layer.name).startswith("gis_osm_buildings")
    wanted = {**_OSM_IDS, "slag": _GEOFABRIK if named else _OSM_COLUMN}
    for batch in gpkg.batches(layer, wanted, bbox=box):
        words = _texts(batch["slag"])
        is_building = pa.array((words != "") | named)  # in «multipolygons» lakes and woods stand among them
        table = batch.filter(is_building)
        way = _texts(table["way"]) if "way" in table.column_names else np.full(table.num_rows, "")
        own = _texts(table["id"])
        letter, number = np.where(way != "", "w", "" if named else "r"), np.where(way != "", way, own)
        ids = np.where(number != "", np.char.add(np.char.add("osm-", letter), number.astype(str)), "").astype(object)
        kept = words[is_building.to_numpy(zero_copy_only=False)]
        yield ids, _mapped(kept, _osm_kind), _mapped(kept, _osm_purpose), table["wkb"]


def _kind(text: str) -> str:
    """Return the kind that an ``objekttyp`` or ``objekttypnr`` names, else the text as it stands.

    >>> _kind("bostad"), _kind("2063"), _kind("Fyr"), _kind("Ovrig byggnad")
    ('Bostad', 'Samhällsfunktion', 'Fyr', 'Övrig byggnad')
    """
    known = {gpkg.plain(k): k for k in KINDS} | {str(FIRST_NUMBER + i): k for i, k in enumerate(KINDS)}
    return known.get(gpkg.plain(text), printable(text, 60) or "(tomt)")


def _purpose(text: str) -> str:
    """Return what dwellings a purpose of Lantmäteriet's names: ``smahus``, ``flerbostad`` or nothing.

    >>> [_purpose(x) for x in ("Bostad; Småhus radhus", "Bostad;Flerfamiljshus", "Bostad; Ospecificerad", "Skola")]
    ['smahus', 'flerbostad', '', '']
    """
    words = gpkg.plain(text)
    return FLATS if "flerfamilj" in words or "flerbostad" in words else HOUSE if "smahus" in words else ""


def _osm_kind(word: str) -> str:
    return OSM_KINDS.get(gpkg.plain(word), UNSURE)


def _osm_purpose(word: str) -> str:
    plain = gpkg.plain(word)
    return FLATS if plain in _OSM_FLATS.split() else HOUSE if plain in _OSM_HOUSES.split() else ""


def _mapped(texts: NDArray[Any], rule: Any) -> NDArray[Any]:
    words, which = np.unique(texts.astype(str), return_inverse=True)
    return np.array([rule(str(w)) for w in words], dtype=object)[which]


def _texts(column: pa.ChunkedArray) -> NDArray[Any]:
    return np.asarray(gpkg.texts(column).fill_null("").to_numpy(zero_copy_only=False), dtype=object)


def _normal(column: pa.ChunkedArray) -> NDArray[Any]:
    import pyarrow as pa

    ids = pa.chunked_array([normal_ids(c) for c in gpkg.texts(column).chunks], pa.string()).fill_null("")
    return np.asarray(ids.to_numpy(zero_copy_only=False), dtype=object)


def _shapes(parts: list[pa.ChunkedArray], path: Path, ledger: Ledger, source: str, system: int) -> NDArray[Any]:
    """Return footprints in EPSG:3006; what is mended is told in the ledger."""
    import pyarrow as pa
    import pyproj
    import shapely

    if not parts:
        return np.zeros(0, dtype=object)
    whole = pa.chunked_array([c for p in parts for c in p.chunks], pa.binary())
    shapes = wkb.polygons(whole, path, ledger=ledger, source=source, numbered=False)
    if system != EPSG:
        to_metres = pyproj.Transformer.from_crs(system, EPSG, always_xy=True)
        shapes = shapely.transform(shapes, lambda x: np.column_stack(to_metres.transform(*x.T)))
    return shapes


def _in_system(box: Bounds, system: int) -> Bounds:
    import pyproj

    west, south, east, north = pyproj.Transformer.from_crs(EPSG, system, always_xy=True).transform_bounds(*box)
    return west, south, east, north
