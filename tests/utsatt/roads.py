"""The roads of the mutated county, and how a file of them is written: as Topografi 50, NVDB or OpenStreetMap."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import Any

from shapely import LineString

CORNER_E, CORNER_N = 400_000, 6_400_000
_BRIDGE, _BELOW, _TUNNEL = "överfart", "underfart", "tunnel"
_VAGLINJE = (
    ("Landsväg", None, "", "168", ((-900, 900), (900, 900), (1400, 900), (2200, 600), (2950, 800), (3300, 500))),
    ("Landsväg", None, "", "168", ((3300, 500), (3600, 520))),
    ("Landsväg", _BRIDGE, "", "168", ((3600, 520), (4300, 520))),  # over the lake on the border
    ("Landsväg", None, "", "168", ((4300, 520), (4950, 650), (6300, 540), (7400, 700))),
    ("Landsväg", _BRIDGE, "", "168", ((7400, 700), (7700, 720))),  # over the motorway
    ("Landsväg", None, "", "168", ((7700, 720), (7800, 1000), (8190, 1200))),
    ("Motorväg", None, "", "E6", ((7550, -600), (7550, 3900))),
    ("Huvudgata", None, "Storgatan", "", ((900, 900), (1000, 1200), (760, 1260))),
    ("Lokalgata liten", None, "Ågatan", "", ((1400, 900), (1600, 1100), (1750, 1000), (1810, 1005))),
    ("Landsväg liten", None, "", "700", ((760, 1260), (500, 2100), (560, 2180), (1250, 2500), (1700, 2750))),
    ("Landsväg liten", None, "", "700", ((1700, 2750), (2300, 2700), (3150, 2850), (3700, 2750), (4600, 2700))),
    ("Småväg", None, "Gränsvägen", "", ((4600, 2700), (4500, 2450), (3950, 2300))),
    ("Småväg", None, "Byvägen", "", ((4600, 2700), (5250, 1500), (5700, 1300), (5990, 1500))),
    ("Småväg", None, "", "", ((5700, 1300), (6250, 800), (6300, 540))),
    ("Småväg", _TUNNEL, "", "", ((5100, 2130), (5400, 2230))),
    ("Småväg", _BELOW, "", "", ((5400, 2230), (6900, 2250))),
    ("Småväg enkel standard", None, "", "", ((6900, 2250), (7300, 1900), (7350, 1950), (7820, 2650))),
    ("Lokalgata stor", None, "Fjärrgatan", "", ((30_000, 30_000), (31_000, 30_400))),  # far from the län
)
_OVRIG_VAG = (
    ("Traktorväg", "Normal", "", "", ((4950, 650), (4920, 300))),
    ("Traktorväg", "Bro", "", "", ((1250, 2500), (300, 3040))),
    ("Cykelväg", "Normal", "", "", ((1810, 1005), (3200, 1100))),
    ("Gångstig", "Normal", "", "", ((3200, 1100), (3560, 1600))),
)
_FARJELED = (("Färjeled", None, "Öleden", "", ((8190, 1200), (9100, 1300), (9200, 1300))),)
_COLUMNS = {
    "vaglinje": ("objekttyp", "bro_och_tunnel", "gatunamn", "vardvagnummer"),
    "ovrig_vag": ("objekttyp", "vagutforande", "namn", "vagnummer"),
    "farjeled": ("objekttyp", "typ", "namn", "vagnummer"),
}
_ROWS = {"vaglinje": _VAGLINJE, "ovrig_vag": _OVRIG_VAG, "farjeled": _FARJELED}


def tables() -> dict[str, Any]:
    """Return the roads as Topografi has them: a frame a table (EPSG:3006)."""
    import geopandas as gpd

    out = {}
    for name, rows in _ROWS.items():
        columns = {c: [r[i] for r in rows] for i, c in enumerate(_COLUMNS[name])}
        ids = [f"{name}-{i}" for i in range(len(rows))]
        shapes = [LineString([(CORNER_E + e, CORNER_N + n) for e, n in r[4]]) for r in rows]
        out[name] = gpd.GeoDataFrame({"objektidentitet": ids, **columns}, geometry=shapes, crs=3006)
    return out


def write(path: Path, frames: dict[str, Any], index: str = "YES") -> None:
    """Write frames as tables of a GeoPackage, in a zip when ``path`` is one; ``index``: with a spatial index."""
    import pyogrio

    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder, path.name).with_suffix(".gpkg")
        for name, frame in frames.items():
            options = {"GEOMETRY_NAME": "geometri", "SPATIAL_INDEX": index}
            pyogrio.write_dataframe(
                frame, inside, layer=name, driver="GPKG", append=inside.exists(), layer_options=options
            )
        if path.suffix == ".zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
                z.write(inside, inside.name)
        else:
            path.write_bytes(inside.read_bytes())


def as_vagslag() -> dict[str, Any]:
    """Return the roads as NVDB's compiled table of road types, and its table of ferries."""
    import pandas as pd

    t = tables()
    names = {"objekttyp": "Typ", "vardvagnummer": "Vardvaghuvudnummer", "gatunamn": "Gatunamn"}
    roads, tracks = t["vaglinje"], t["ovrig_vag"]
    tracks = tracks.assign(bro_och_tunnel=tracks["vagutforande"].replace({"Bro": "överfart", "Normal": None}))
    both = pd.concat([roads, tracks.drop(columns=["vagutforande", "namn", "vagnummer"])], ignore_index=True)
    ferries = t["farjeled"].rename(columns={"namn": "Farjeledsnamn"})[["Farjeledsnamn", "geometry"]]
    return {
        "AGGREGAT_O_67_Vagslag": both.rename(columns={**names, "bro_och_tunnel": "Bro_och_tunnel"}),
        "NVDB_DK_O_20_Farjeled": ferries,
    }


_CLASS = {"Landsväg": 3, "Motorväg": 0, "Huvudgata": 4, "Landsväg liten": 6}


def as_functional_class() -> dict[str, Any]:
    """Return the roads for cars as NVDB's table of functional class alone."""
    roads = tables()["vaglinje"]
    return {"NVDB_DK_O_9_FunkVagklass": roads[["geometry"]].assign(Klass=roads["objekttyp"].map(_CLASS).fillna(8))}


_HIGHWAY = {
    "Landsväg": "primary",
    "Motorväg": "motorway",
    "Huvudgata": "secondary",
    "Lokalgata liten": "residential",
    "Lokalgata stor": "residential",
    "Landsväg liten": "tertiary",
    "Småväg": "unclassified",
    "Småväg enkel standard": "service",
    "Traktorväg": "track",
    "Cykelväg": "cycleway",
    "Gångstig": "path",
}
_TAG = {
    "överfart": ("bridge", "yes"),
    "Bro": ("bridge", "yes"),
    "tunnel": ("tunnel", "yes"),
    "underfart": ("layer", -1),
}


def as_osm(form: str = '"{}"=>"{}"', ends: str = "{}") -> dict[str, Any]:
    """Return the roads as ogr2ogr writes OpenStreetMap's lines (EPSG:4326); ``form`` and ``ends``: of other tags."""
    import geopandas as gpd
    import pandas as pd

    t = tables()
    every = pd.concat(t.values(), ignore_index=True)
    level = every["bro_och_tunnel"].fillna(every["vagutforande"])
    is_ferry = every["objekttyp"] == "Färjeled"
    tags = [("route", "ferry") if f else _TAG.get(h) for f, h in zip(is_ferry, level, strict=True)]
    other = [ends.format(form.format(*x)) if x else None for x in tags]
    columns = {
        "osm_id": [str(i) for i in range(len(every))],
        "name": every["gatunamn"].fillna(every["namn"]).to_numpy(),
        "highway": every["objekttyp"].map(_HIGHWAY).to_numpy(),
        "other_tags": other,
    }
    return {"lines": gpd.GeoDataFrame(columns, geometry=every.geometry.to_numpy(), crs=3006).to_crs(4326)}
