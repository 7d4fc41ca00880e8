"""Roads in and round the län to one table: read by the län's box, classed alike whosever they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipelines.config.region import Region
from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.core.facts import NO_ROADS
from pipelines.core.ledger import Ledger
from pipelines.core.paths import Paths
from pipelines.core.publishers import VAGAR
from pipelines.incoming import marks, role_files
from pipelines.read.lantmateriet import outlines
from pipelines.read.vagar import road_files
from pipelines.read.vagar.road_classes import NOT_CARS
from pipelines.read.vagar.road_files import RoadFile
from pipelines.read.vagar.road_lines import Bounds, ends
from pipelines.read.vagar.road_rows import Roads, read_file
from pipelines.tables import contracts, source_tables

if TYPE_CHECKING:
    import geopandas as gpd

_TOPOGRAFI_10 = "Lantmäteriets villkor"


def run(region: Region, paths: Paths) -> None:
    """Read the roads under ``vagar/`` and write table ``vagar``; without any it has no rows."""
    ledger = Ledger("vagar", facts={"filer": [], "rader": {}, "vagtyper": {}, "vagunderlag": NO_ROADS})
    found = road_files.look(paths.raw)
    used = road_files.choose(found)
    if used:
        table = read_all(used, region, paths, ledger)
        ledger.facts["vagunderlag"] = used[0].origin
    else:
        table = _frame(Roads.none())
        ledger.add(
            "upplysning",
            VAGAR.folder,
            "inga vägar",
            1,
            "schakt räknas som raka linjer; lägg Lantmäteriets Topografi 50, tema kommunikation, i mappen vagar",
        )
    note_files(found, used, region, paths, ledger)
    files.write_polygons(contracts.check(table, source_tables.VAGAR), paths.table("vagar"))
    ledger.save(paths.ledger("vagar"))


def read_all(used: list[RoadFile], region: Region, paths: Paths, ledger: Ledger) -> gpd.GeoDataFrame:
    """Return the roads of all files in the order that the same input always gives.

    Raises
    ------
    DataError
        When a file cannot be read, is a demo's without saying so, or none of them has roads in the län.
    """
    for part in (p for f in used for p in f.parts):
        marks.as_marked(part.layer)
    kommuner = outlines.of_region(paths.raw, region)
    lan: Bounds = tuple(kommuner.total_bounds.tolist())
    box = _grown(lan, region.vagar.marginal_m)
    each = [read_file(f, box, region, paths.raw, ledger) for f in used]
    require_here(used, each, lan, paths.raw, ledger)
    roads = without_twins(Roads.joined(each), ledger)
    require_apart(used, roads)
    require_cars(used, roads)
    table = _frame(roads)
    note_roadless(kommuner, table, _source(used, paths.raw), ledger)
    return table


def _source(used: list[RoadFile], raw: Path) -> str:
    """Return what the ledger calls that which all files say together: the file, when there is one."""
    return used[0].path.relative_to(raw).as_posix() if len(used) == 1 else VAGAR.folder


def _grown(bounds: Bounds, margin_m: float) -> Bounds:
    west, south, east, north = bounds
    return west - margin_m, south - margin_m, east + margin_m, north + margin_m


def _frame(roads: Roads) -> gpd.GeoDataFrame:
    """Return roads as a frame, by where they begin and end."""
    import geopandas as gpd

    first, last = ends(roads.shapes)
    order = np.lexsort([last[:, 1], last[:, 0], first[:, 1], first[:, 0]])
    columns = {name: getattr(roads, name)[order].astype("str") for name in ("klass", "niva", "namn", "vagnummer")}
    frame = gpd.GeoDataFrame(columns, geometry=roads.shapes[order], crs=files.EPSG)
    return frame.astype(dict.fromkeys(columns, "str"))


def note_files(found: list[RoadFile], used: list[RoadFile], region: Region, paths: Paths, ledger: Ledger) -> None:
    """Name the files: those used, those that another publisher's are preferred to, those without roads."""
    told = _licences(paths)
    for f in found:
        name = f.path.relative_to(paths.raw).as_posix()
        is_used = f in used
        why = (
            f"vägar ({road_files.NAMES[f.origin]})"
            if is_used
            else f"{road_files.NAMES[used[0].origin]} används framför {road_files.NAMES[f.origin]}; de blandas aldrig"
            if f.origin
            else "inga vägar i filen"
        )
        publisher = road_files.PUBLISHER.get(f.origin, VAGAR.publisher)
        licence = told.get(name) or _licence(f, publisher, region)
        ledger.facts["filer"].append(
            role_files.fact(
                f.path,
                paths.raw,
                "vagar",
                used=is_used,
                why=why,
                year=None,
                date=f.date,
                publisher=publisher,
                licence=licence,
                demo=marks.demo_mark(f.path),
            )
        )
        ledger.add("varning", name, why, int(not is_used), "filen används inte")
        ledger.add(
            "antagen",
            name,
            f"licensen antas vara {licence}: filerna är Topografi {region.vagar.topografi} enligt konfigurationen",
            int(is_used and f.origin == "topografi" and name not in told),
            "är de det inte, rätta vagar.topografi",
        )
    note_lacking(used, ledger)


def _licence(file: RoadFile, publisher: str, region: Region) -> str:
    if file.origin == "topografi" and region.vagar.topografi == "10":
        return _TOPOGRAFI_10
    return VAGAR.others.get(publisher, VAGAR.licence)


def _licences(paths: Paths) -> dict[str, str]:
    """Return the licences that receipts of ``make fetch`` say, by file."""
    inventory = paths.inventory("vagar")
    if not inventory.is_file():
        return {}
    items = json.loads(inventory.read_text(encoding="utf-8"))
    return {str(x["fil"]): str(x["licens"]) for x in items if x.get("licens")}


def note_lacking(used: list[RoadFile], ledger: Ledger) -> None:
    """Tell what the files lack of what roads use to have: a table that none has, or what one lacks of its rows."""
    for lack in dict.fromkeys(x for f in used for x in f.lacks):
        without = [f.path.name for f in used if lack in f.lacks]
        ledger.add(
            "allvarlig" if lack.severe else "varning",
            VAGAR.folder,
            f"saknas: {lack.what}",
            len(without) if lack.severe or len(without) == len(used) else 0,
            lack.cost,
            without,
        )


def require_here(used: list[RoadFile], each: list[Roads], lan: Bounds, raw: Path, ledger: Ledger) -> None:
    """Check that there are roads in the län; a file without any is named.

    Raises
    ------
    DataError
        When no file has, or one would have them in another coordinate system.
    """
    nowhere = [f for f, roads in zip(used, each, strict=True) if not len(roads.shapes)]
    for f in nowhere:
        lines = road_files.places(f, lan)
        if len(nowhere) == len(used) or any("skulle ligga rätt" in line for line in lines):
            raise DataError(
                "Filen har inga vägar i länet.",
                file=f.path,
                expected="vägar i konfigurationens län",
                found="inga linjer där",
                details=lines,
                action="Hämta vägarna för länet, i SWEREF 99 TM (EPSG:3006), eller ta bort filen.",
            )
        name = f.path.relative_to(raw).as_posix()
        ledger.add("varning", name, "filen har inga vägar i närheten av länet", 1, "filen ger inget", lines)


def require_cars(used: list[RoadFile], roads: Roads) -> None:
    """Check that some road is one for cars: a table of roads may be there and give nothing.

    Raises
    ------
    DataError
    """
    kinds = sorted(set(roads.klass.tolist()))
    if set(kinds) <= set(NOT_CARS):
        raise DataError(
            "Filerna i mappen vagar har inga bilvägar i länet.",
            file=used[0].path,
            expected="landsvägar, småvägar och gator",
            found="bara " + ", ".join(kinds) + " i " + ", ".join(f.path.name for f in used),
            action="Kontrollera att tabellen med bilvägar inte är tom, och hämta filen på nytt från utgivaren.",
        )


def require_apart(used: list[RoadFile], roads: Roads) -> None:
    """Check that no two files draw the same roads in two ways: every road would be there twice.

    Raises
    ------
    DataError
        When most of the squares of 1 km where one has roads have other roads of the other's.
    """
    if len(used) == 1:
        return
    start = ends(roads.shapes)[0] // _SQUARE_M
    squares = [{tuple(x) for x in start[roads.file == i].tolist()} for i in range(len(used))]
    for i, a in enumerate(squares):
        for j, b in enumerate(squares[:i]):
            if len(a & b) > SAME_GROUND * min(len(a), len(b)):
                raise DataError(
                    "Två filer har samma vägar, ritade på var sitt sätt.",
                    file=used[i].path,
                    expected="en fil per område",
                    found=f"{used[i].path.name} och {used[j].path.name} har båda vägar i {len(a & b)} av "
                    f"{min(len(a), len(b))} kilometerrutor",
                    action="Behåll en av dem: kanske är de olika års leveranser, eller Topografi 50 och 10.",
                )


SAME_GROUND = 0.5
_SQUARE_M = 1000.0


def without_twins(roads: Roads, ledger: Ledger) -> Roads:
    """Return the roads without those that stand before, with the same line (either way), class and level."""
    import pandas as pd
    import shapely

    boxes = pd.DataFrame(shapely.bounds(roads.shapes))
    near = boxes.assign(m=shapely.length(roads.shapes)).duplicated(keep=False).to_numpy()
    index = np.flatnonzero(near)
    same = pd.DataFrame(
        {
            "line": shapely.to_wkb(shapely.normalize(roads.shapes[index])),
            "klass": roads.klass[index],
            "niva": roads.niva[index],
        }
    )
    twin = np.zeros(len(roads.shapes), dtype=bool)
    twin[index] = same.duplicated().to_numpy()
    ledger.add("justerad", VAGAR.folder, "linjer som står flera gånger", int(twin.sum()), "de räknas en gång")
    return roads.take(~twin)


def note_roadless(kommuner: gpd.GeoDataFrame, table: gpd.GeoDataFrame, source: str, ledger: Ledger) -> None:
    """Tell of the län's kommuner without any road: the file may lack them."""
    import shapely

    roads = table.geometry.to_numpy()
    starts = np.asarray(shapely.points(ends(roads)[0]), dtype=object)
    none = np.arange(len(kommuner))
    for shapes in (starts, roads):  # in nearly every kommun some road begins, which is soon seen
        areas = kommuner.geometry.to_numpy()[none]
        none = np.delete(none, np.unique(shapely.STRtree(shapes).query(areas, predicate="intersects")[0]))
    rows = kommuner.iloc[none]
    ledger.add(
        "allvarlig",
        source,
        "kommuner utan en enda väg",
        len(rows),
        "schakt räknas där som raka linjer; kontrollera att filen omfattar kommunen",
        [f"{k} {n}" for k, n in zip(rows["kommunkod"], rows["kommunnamn"], strict=True)],
    )
