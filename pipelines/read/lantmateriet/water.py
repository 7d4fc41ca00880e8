"""Water from Lantmäteriet's land cover (``mark*.gpkg``): what is cut from the kommuner to leave land."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core.errors import DataError
from pipelines.core.facts import WaterFile
from pipelines.core.files import EPSG
from pipelines.core.ledger import Ledger
from pipelines.formats import gpkg, spatial_index, wkb
from pipelines.incoming import marks, role_files
from pipelines.read.lantmateriet import outlines

if TYPE_CHECKING:
    import geopandas as gpd

PATTERNS = ("mark*.gpkg", "mark*.zip")
WANTED = {"objekttyp": ("objekttyp", "objekttypnamn")}
_NAMES = frozenset({"anlagt_vatten", "vatten", "vattenyta", "vattendrag"})
_BEGINNINGS = ("hav", "sjo", "vattendragsyta", "vattenyta", "kustvatten", "insjo")
_WET_WORDS = ("vatten", "sjo", "hav", "damm", "fjord")
"""Lantmäteriet's names of land («Åker», «Sankmark», «Öppen mark» …) hold none of them."""

Bounds = tuple[float, float, float, float]


def is_water(kind: str) -> bool:
    """Tell whether an ``objekttyp`` is water, whatever its case and diacritics.

    >>> [is_water(x) for x in ("Vattendragsyta", "SJÖ", "Hav", "Anlagt vatten", "Åker", "Sankmark")]
    [True, True, True, True, False, False]
    """
    name = gpkg.plain(kind)
    return name in _NAMES or name.startswith(_BEGINNINGS)


def read_water(paths: list[Path], bounds: Bounds, raw: Path, ledger: Ledger) -> gpd.GeoDataFrame:
    """Return water polygons that touch ``bounds``: ``objekttyp``, geometry (EPSG:3006); maybe empty.

    What counts as water in each file, and what does not, is told in the ledger.

    Raises
    ------
    DataError
        When a file has no table with ``objekttyp``, another CRS, or no water at all.
    """
    import geopandas as gpd
    import pandas as pd

    kinds: dict[str, WaterFile] = {}
    parts = [_read_one(path, bounds, raw, ledger, kinds) for path in paths]
    ledger.facts["mark"] = kinds
    none = gpd.GeoDataFrame({"objekttyp": pd.Series(dtype="str")}, geometry=[], crs=EPSG)
    return pd.concat(parts, ignore_index=True) if parts else none


def _read_one(path: Path, bounds: Bounds, raw: Path, ledger: Ledger, told: dict[str, WaterFile]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pyarrow as pa

    layer = gpkg.require_geometry(gpkg.find(path, gpkg.layers(path), WANTED, names=("mark",)))
    marks.as_marked(layer)
    table = gpkg.read(layer, WANTED, bbox=bounds)
    name = path.relative_to(raw).as_posix()
    fault = spatial_index.fault(layer)
    ledger.add(
        "upplysning",
        name,
        f"filens rumsliga index {fault}",
        int(bool(fault) and fault != spatial_index.MISSING),
        "hela filen lästes utan indexet",
    )
    kinds = gpkg.texts(table["objekttyp"]).to_pandas().fillna("(tomt)").astype("str")
    count = Counter(kinds.tolist())
    wet = [k for k in count if is_water(k)]
    if count and not wet:
        raise DataError(
            "Filen har inget vatten.",
            file=path,
            column="objekttyp",
            expected="objekttyper som Vattendragsyta, Sjö eller Hav",
            found=", ".join(sorted(count)[:20]),
            action="Hämta Lantmäteriets Topografi 100 (tema mark), eller ta bort filen.",
        )
    told[name] = {
        "vatten": {k: count[k] for k in sorted(wet)},
        "land": {k: count[k] for k in sorted(set(count) - set(wet))},
    }
    damp = [k for k in sorted(set(count) - set(wet)) if any(w in gpkg.plain(k) for w in _WET_WORDS)]
    ledger.add(
        "varning",
        name,
        "objekttyper som räknas som land, med ord för vatten",
        sum(count[k] for k in damp),
        "ytorna dras inte från landet: kontrollera objekttypen",
        damp,
    )
    keep = kinds.isin(wet)
    shapes = wkb.polygons(
        table["wkb"].filter(pa.array(keep)),
        path,
        ledger=ledger,
        source=name,
        names=kinds[keep].tolist(),
        numbered=False,
    )
    water = gpd.GeoDataFrame({"objekttyp": kinds[keep].to_numpy()}, geometry=shapes, crs=EPSG)
    missing = water.geometry.isna()
    if missing.all():
        _note_elsewhere(layer, bounds, name, ledger)
    ledger.add("bortfall", name, "vattenyta utan geometri", int(missing.sum()), "raderna används inte")
    return water[~missing].astype({"objekttyp": "str"})


def _note_elsewhere(layer: gpkg.Layer, bounds: Bounds, name: str, ledger: Ledger) -> None:
    """Tell of a file without water near the län; stop when it would have some in another coordinate system.

    Raises
    ------
    DataError
        Naming the system.
    """
    import numpy as np
    import shapely

    first = next(gpkg.batches(layer, {}), None)
    boxes = shapely.bounds(wkb.polygons(first["wkb"], layer.file)) if first is not None else np.empty((0, 4))
    e_m, n_m = (boxes[:, i] / 2 + boxes[:, i + 2] / 2 for i in (0, 1))
    known = np.isfinite(e_m)
    lines = outlines.places(bounds, e_m[known], n_m[known]) if known.any() else []
    if any("skulle ligga rätt" in line for line in lines):
        raise DataError(
            "Ytorna ligger inte i länet.",
            file=layer.file,
            expected="vatten i konfigurationens län",
            found="inga vattenytor där",
            details=lines,
            action="Hämta den fil som ligger fel i SWEREF 99 TM (EPSG:3006), eller räkna om den.",
        )
    ledger.add("allvarlig", name, "filen har inget vatten i närheten av länet", 1, "vattnet där räknas som land", lines)


def mark_files(raw: Path) -> list[Path]:
    """Return the land-cover files, by name; several are used together."""
    return role_files.matching(raw / "lantmateriet", *PATTERNS)
