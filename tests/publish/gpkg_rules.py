"""Rules a GeoPackage must keep to be taken by others: PDOK's geopackage-validator's, those that can apply in Sweden.

Each rule is a function of an open SQLite database that returns what breaks it, in words. Left out: RQ0 and RQ3
(withdrawn by PDOK), RQ8 (definitions of one's own: the contracts are tested elsewhere), UNKNOWN (warnings of GDAL
itself: ``validate_gpkg`` is run). RQ12 has SWEREF 99 TM in the place of the Dutch systems. GDAL is not used, so that
the writer does not judge its own work.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import shapely

NAME = re.compile(r"[a-z][a-z0-9_]*")
EPSG = (3006,)
TYPES = {"POINT": 0, "LINESTRING": 1, "POLYGON": 3, "MULTIPOINT": 4, "MULTILINESTRING": 5, "MULTIPOLYGON": 6}
"""Allowed geometry types, with shapely's numbers."""
QGIS_OWN = {"layer_styles": {"styleName", "styleQML", "styleSLD", "useAsDefault"}}
"""Columns QGIS itself names; its table of styles is no layer of ours."""
_ENVELOPE = (0, 32, 48, 48, 64)

DB = sqlite3.Connection


def _all(db: DB, sql: str) -> list[tuple]:
    return db.execute(sql).fetchall()


def layers(db: DB) -> list[str]:
    """Return the names of the layers and tables listed as contents."""
    return [n for (n,) in _all(db, "SELECT table_name FROM gpkg_contents ORDER BY table_name")]


def columns(db: DB, table: str) -> list[tuple[str, str, int]]:
    """Return name, type and place in the primary key of each column."""
    return [(r[1], r[2], r[5]) for r in _all(db, f'PRAGMA table_info("{table}")')]


def _features(db: DB) -> list[tuple[str, str, str, int]]:
    return _all(db, "SELECT table_name, column_name, geometry_type_name, srs_id FROM gpkg_geometry_columns ORDER BY 1")


def geometries(db: DB, table: str, column: str) -> np.ndarray:
    """Return the geometries of a layer, those that lack one left out; the header is read by the standard."""
    blobs = _all(db, f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL')
    return shapely.from_wkb([b[8 + _ENVELOPE[(b[3] >> 1) & 7] :] for (b,) in blobs])


def rq1_layer_names(db: DB) -> list[str]:
    """RQ1: layer names begin with a letter and hold only a–z, digits and underscore."""
    return [n for n in layers(db) if not NAME.fullmatch(n)]


def rq2_layers_have_features(db: DB) -> list[str]:
    """RQ2: every layer has at least one row."""
    return [n for n in layers(db) if not _all(db, f'SELECT 1 FROM "{n}" LIMIT 1')]


def rq4_no_views(db: DB) -> list[str]:
    """RQ4: there are no views."""
    return [n for (n,) in _all(db, "SELECT name FROM sqlite_master WHERE type = 'view'")]


def rq5_valid_geometries(db: DB) -> list[str]:
    """RQ5: every geometry is valid."""
    found = []
    for table, column, *_ in _features(db):
        shapes = geometries(db, table, column)
        found += [f"{table}: {r}" for r in shapely.is_valid_reason(shapes[~shapely.is_valid(shapes)])]
    return found


def rq6_column_names(db: DB) -> list[str]:
    """RQ6: column names begin with a letter and hold only a–z, digits and underscore."""
    return [
        f"{t}.{c}"
        for t in layers(db)
        for c, *_ in columns(db, t)
        if not NAME.fullmatch(c) and c not in QGIS_OWN.get(t, ())
    ]


def rq7_feature_id(db: DB) -> list[str]:
    """RQ7: every table has one whole number as primary key, and so a unique index."""
    keys = {t: [(c, kind) for c, kind, key in columns(db, t) if key] for t in layers(db)}
    return [t for t, k in keys.items() if len(k) != 1 or k[0][1].upper() not in ("INTEGER", "MEDIUMINT")]


def rq9_rtree(db: DB) -> list[str]:
    """RQ9: every geometry column has an R-tree, registered as an extension."""
    known = set(
        _all(db, "SELECT table_name, column_name FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'")
    )
    tables = {n for (n,) in _all(db, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    return [t for t, c, *_ in _features(db) if (t, c) not in known or f"rtree_{t}_{c}" not in tables]


def rq10_rtree_is_right(db: DB) -> list[str]:
    """RQ10: the R-tree is sound, and has every geometry's extent and no other."""
    found = []
    for table, column, *_ in _features(db):
        tree = f"rtree_{table}_{column}"
        ((sound,),) = _all(db, f"SELECT rtreecheck('{tree}')")
        ((key,),) = [[c] for c, _, k in columns(db, table) if k] or [["fid"]]
        ids = [i for (i,) in _all(db, f'SELECT "{key}" FROM "{table}" WHERE "{column}" IS NOT NULL ORDER BY "{key}"')]
        kept = np.array(_all(db, f'SELECT id, minx, miny, maxx, maxy FROM "{tree}" ORDER BY id'), dtype=float)
        if sound != "ok" or len(kept) != len(ids) or (len(ids) and kept[:, 0].astype(int).tolist() != ids):
            found.append(f"{table}: {sound}, {len(kept)} av {len(ids)}")
        elif len(ids):
            blobs = _all(db, f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL ORDER BY "{key}"')
            true = shapely.bounds(shapely.from_wkb([b[8 + _ENVELOPE[(b[3] >> 1) & 7] :] for (b,) in blobs]))
            if np.abs(kept[:, 1:] - true).max() > 1:  # the tree holds 32-bit numbers
                found.append(f"{table}: fel utbredning")
    return found


def rq11_feature_counts(db: DB) -> list[str]:
    """RQ11: the counts in ``gpkg_ogr_contents`` are true."""
    kept = _all(db, "SELECT table_name, feature_count FROM gpkg_ogr_contents")
    return [t for t, n in kept if _all(db, f'SELECT count(*) FROM "{t}"') != [(n,)]]


def rq12_reference_system(db: DB) -> list[str]:
    """RQ12: features are in SWEREF 99 TM, in contents and in geometry columns alike."""
    found = [f"{t}: {s}" for t, _, _, s in _features(db) if s not in EPSG]
    said = "SELECT table_name, srs_id FROM gpkg_contents WHERE data_type = 'features'"
    return found + [f"{t}: {s}" for t, s in _all(db, said) if s not in EPSG]


def rq13_one_reference_system(db: DB) -> list[str]:
    """RQ13: all layers, and every geometry in them, have the same reference system."""
    found = {s for *_, s in _features(db)}
    for table, column, *_ in _features(db):
        blobs = _all(
            db,
            f'SELECT DISTINCT substr("{column}", 5, 4), substr("{column}", 4, 1) FROM "{table}" '
            f'WHERE "{column}" IS NOT NULL',
        )
        found |= {int.from_bytes(s, "little" if f[0] & 1 else "big", signed=True) for s, f in blobs}
    return [] if len(found) <= 1 else [str(sorted(found))]


def rq14_geometry_type_names(db: DB) -> list[str]:
    """RQ14: the type named is one of the six simple ones."""
    return [f"{t}: {name}" for t, _, name, _ in _features(db) if name not in TYPES]


def rq15_geometry_types(db: DB) -> list[str]:
    """RQ15: every geometry is of the type named."""
    return [
        t for t, c, name, _ in _features(db) if (shapely.get_type_id(geometries(db, t, c)) != TYPES.get(name, -1)).any()
    ]


def rc1_column_is_called_geom(db: DB) -> list[str]:
    """RC1: geometry columns are called ``geom``."""
    return [f"{t}.{c}" for t, c, *_ in _features(db) if c != "geom"]


def rc2_one_name_of_geometry(db: DB) -> list[str]:
    """RC2: geometry columns have the same name."""
    names = {c for _, c, *_ in _features(db)}
    return [] if len(names) <= 1 else sorted(names)


def rc3_two_dimensions(db: DB) -> list[str]:
    """RC3: no third or fourth coordinate, neither said nor there."""
    said = [t for (t,) in _all(db, "SELECT table_name FROM gpkg_geometry_columns WHERE z != 0 OR m != 0")]
    return said + [t for t, c, *_ in _features(db) if shapely.has_z(geometries(db, t, c)).any()]


def rc4_orientation(db: DB) -> list[str]:
    """RC4: exterior rings counter-clockwise, interior rings clockwise."""
    found = []
    for table, column, name, _ in _features(db):
        if name not in ("POLYGON", "MULTIPOLYGON"):
            continue
        parts = shapely.get_parts(geometries(db, table, column))
        outer = shapely.is_ccw(shapely.get_exterior_ring(parts))
        holes = [r for p in parts[shapely.get_num_interior_rings(parts) > 0] for r in p.interiors]
        if not outer.all() or shapely.is_ccw(holes).any():
            found.append(f"{table}: {int((~outer).sum())} yttre, {int(np.sum(shapely.is_ccw(holes)))} inre")
    return found


def names_are_short(db: DB) -> list[str]:
    """PDOK's length of names (RQ16 of newer versions): at most 57 characters."""
    every = [*layers(db), *(c for t in layers(db) for c, *_ in columns(db, t))]
    return [n for n in every if len(n) > 57]


def no_empty_geometry(db: DB) -> list[str]:
    """PDOK's check of emptiness (newer versions): a geometry holds something."""
    return [t for t, c, *_ in _features(db) if shapely.is_empty(geometries(db, t, c)).any()]


RULES: tuple[Callable[[DB], list[str]], ...] = (
    rq1_layer_names,
    rq2_layers_have_features,
    rq4_no_views,
    rq5_valid_geometries,
    rq6_column_names,
    rq7_feature_id,
    rq9_rtree,
    rq10_rtree_is_right,
    rq11_feature_counts,
    rq12_reference_system,
    rq13_one_reference_system,
    rq14_geometry_type_names,
    rq15_geometry_types,
    rc1_column_is_called_geom,
    rc2_one_name_of_geometry,
    rc3_two_dimensions,
    rc4_orientation,
    names_are_short,
    no_empty_geometry,
)


def broken(path: Path) -> dict[str, list[str]]:
    """Return the rules a file breaks, with what breaks them."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        found = {rule.__name__: rule(db) for rule in RULES}
    return {name: faults for name, faults in found.items() if faults}
