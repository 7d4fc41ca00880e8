"""SCB: population squares (1 km; 250 m where bought; mixed), tätorter and småorter, cut to the län."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import Region
from pipelines.core import cell_grid, files
from pipelines.core.errors import DataError
from pipelines.core.facts import SourceFile, rows_of_step
from pipelines.core.ledger import Ledger
from pipelines.core.paths import Paths
from pipelines.core.publishers import SCB
from pipelines.formats import gpkg, wkb
from pipelines.incoming import marks, role_files
from pipelines.read.lantmateriet import outlines
from pipelines.read.scb import scb_totals
from pipelines.read.scb.fine_squares import Source, combine
from pipelines.read.scb.squares import MIXED, Edition, edition, read_squares
from pipelines.tables import contracts, source_tables

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

NEAR_M = 2000.0
"""Squares and localities this close to the län's bounding box are kept."""
BOUGHT = "köpt av SCB; avtalets villkor gäller"
PATTERNS = ("befolkning*.gpkg",)
_PEOPLE = ("bef", "befolkning", "folkmangd")
LOCALITIES = {
    "tatort": {
        "kod": ("tatortskod", "tatort_kod", "tatortkod", "kod"),
        "namn": ("tatort", "tatortsnamn", "namn"),
        "folkmangd": _PEOPLE,
    },
    "smaort": {
        "kod": ("smaortskod", "smaort_kod", "smaortkod", "kod", "smaort"),
        "namn": ("smaortsnamn", "namn", "smaort", "smaortskod"),
        "folkmangd": _PEOPLE,
    },
}
_OPTIONAL = ("folkmangd",)
_FOLDER_NAMES = {"tatort": "tatorter*.gpkg", "smaort": "smaorter*.gpkg"}

Bounds = tuple[float, float, float, float]


def run(region: Region, paths: Paths) -> None:
    """Make ``befolkning`` and ``orter``."""
    ledger = Ledger("scb")
    facts: list[SourceFile] = []
    kommuner = outlines.of_region(paths.raw, region)
    near = widened(kommuner.total_bounds)
    editions = [edition(p) for p in role_files.matching(paths.raw / "scb", *PATTERNS)]
    used = choose(editions, region, paths.raw, facts, ledger)
    squares = read_population(used, near, region, paths.raw, kommuner, ledger)
    localities = read_localities(paths.raw, near, ledger, facts)
    scb_totals.run_kommun(region, paths, ledger, facts)
    scb_totals.run_dwellings(region, paths, ledger, facts)
    ledger.facts["filer"] = facts
    files.write_table(contracts.check(squares, source_tables.BEFOLKNING), paths.table("befolkning"))
    files.write_polygons(contracts.check(localities, source_tables.ORTER), paths.table("orter"))
    ledger.save(paths.ledger("scb"))


def widened(bounds: Iterable[float]) -> Bounds:
    """Return bounds with a margin of ``NEAR_M``."""
    w, s, e, n = (float(x) for x in bounds)
    return w - NEAR_M, s - NEAR_M, e + NEAR_M, n + NEAR_M


def choose(
    editions: list[Edition], region: Region, raw: Path, facts: list[SourceFile], ledger: Ledger
) -> dict[int, Edition]:
    """Return the files to use by square size: the configured year's, else the newest; ``facts`` names the others.

    A mixed file has its own 250 m squares, so none is chosen beside it; the open 1 km squares of its year are.

    Raises
    ------
    DataError
        When two files claim the same size and year, a mixed and a 250 m file the same year, or no file has 1 km
        squares (of the configured year).
    """
    ordered = sorted(editions, key=lambda e: (-e.size_m, e.year, e.file.name))
    for a, b in pairwise(ordered):
        if (a.size_m, a.year) == (b.size_m, b.year):
            raise _two(a, b, _SIZE_WORDS[a.size_m])
    bases = [e for e in ordered if e.size_m in (cell_grid.KM_M, MIXED)]
    year = max((e.year for e in bases if region.scb.ar in (None, e.year)), default=None)
    if year is None:
        wanted = "" if region.scb.ar is None else f" för {region.scb.ar}"
        raise DataError(
            f"SCB:s befolkning i rutor om 1 km{wanted} saknas.",
            file=raw / "scb",
            expected=f"scb/befolkning_1km_{region.scb.ar or '<år>'}.gpkg",
            found=", ".join(e.file.name for e in editions) or "ingen sådan fil",
            action="Hämta den hos SCB (geodata.scb.se, lagret befolkning_1km_<år>) eller med make fetch, eller ändra "
            "scb.ar i konfigurationen.",
        )
    used = {e.size_m: e for e in bases if e.year == year}
    fine = [e for e in ordered if e.size_m == cell_grid.CELL_M]
    if MIXED in used:
        for e in fine:
            if e.year == year:
                raise _two(used[MIXED], e, "befolkning i rutor om 250 m")
        ledger.add(
            "varning",
            "scb",
            "filer med 250 m-rutor bredvid den blandade filen",
            len(fine),
            "används inte: den blandade filen har egna",
            (e.file.name for e in fine),
        )
    elif fine:
        # Bought squares are rarely of the open grid's year: the newest serves when the year has none.
        used[cell_grid.CELL_M] = max(fine, key=lambda e: (e.year == year, e.year))
    for e in ordered:
        why = "konfigurationens år" if e.year == region.scb.ar else "nyaste året"
        name = _named_year(e.file)
        ledger.add(
            "varning",
            f"scb/{e.file.name}",
            f"filens namn säger {name}, referenstiden {e.year}",
            int(name not in (None, e.year)),
            "referenstiden gäller",
        )
        ledger.add(
            "allvarlig",
            f"scb/{e.file.name}",
            f"filen skrevs {e.layer.changed}, före sin referenstid",
            int(e.layer.changed[:4].isdigit() and int(e.layer.changed[:4]) < e.year),
            "året används som det står",
        )
        role = "befolkning_250m" if e.size_m == cell_grid.CELL_M else "befolkning_1km"
        facts.append(
            role_files.fact(
                e.file,
                raw,
                role,
                used=e in used.values(),
                why=why if e in used.values() else "en annan utgåva används",
                year=e.year,
                date=e.date,
                publisher=SCB.publisher,
                licence=SCB.licence if e.size_m == cell_grid.KM_M else BOUGHT,
                demo=e.demo,
            )
        )
    return used


_SIZE_WORDS = {
    cell_grid.KM_M: "befolkning i rutor om 1000 m",
    cell_grid.CELL_M: "befolkning i rutor om 250 m",
    MIXED: "befolkning i rutor om 1000 och 250 m",
}


def _two(a: Edition, b: Edition, what: str) -> DataError:
    return DataError(
        f"Två filer är SCB:s {what} för {a.year}.",
        file=a.file.parent,
        expected="en fil per storlek och år",
        found=f"{a.file.name} och {b.file.name}",
        action="Behåll en av dem. Är de delar av en leverans: lägg ihop dem (QGIS: Slå samman vektorlager).",
    )


def _named_year(path: Path) -> int | None:
    found = re.search(r"(?:19|20)\d\d", path.stem)
    return int(found[0]) if found else None


def read_population(
    used: dict[int, Edition], near: Bounds, region: Region, raw: Path, kommuner: gpd.GeoDataFrame, ledger: Ledger
) -> pd.DataFrame:
    """Return the squares near the län whose people are placed; see :func:`pipelines.read.scb.fine_squares.combine`."""
    tables = {size: near_squares(e, near, region, raw, ledger) for size, e in used.items()}
    none = next(iter(tables.values())).iloc[:0]
    if MIXED in used:
        mixed, base = tables[MIXED], used[MIXED]
        km, fine = (mixed[mixed["storlek_m"] == m] for m in (cell_grid.KM_M, cell_grid.CELL_M))
        beside, source = tables.get(cell_grid.KM_M), Source(base.file, base.file)
    else:
        base = used[cell_grid.KM_M]
        km, fine, beside = tables[cell_grid.KM_M], tables.get(cell_grid.CELL_M, none), None
        bought = used.get(cell_grid.CELL_M, base)
        source = Source(base.file, bought.file if bought is not base else base.file.with_name("250 m-rutor"))
        note_years(base, bought, ledger)
    published = scb_totals.people_of(region, raw, base.year) if len(fine) else None
    squares = combine(km, fine, source, region.scb, ledger, kommuner, published, beside)
    ledger.facts["rutor"] = {str(m): int(n) for m, n in squares["storlek_m"].value_counts().items()}
    rows_of_step(ledger.facts)["behallna"] = len(squares)
    return squares


def near_squares(e: Edition, near: Bounds, region: Region, raw: Path, ledger: Ledger) -> pd.DataFrame:
    """Return an edition's squares that touch the bounds; the rest are counted."""
    squares = read_squares(e, region.scb, ledger)
    rows = rows_of_step(ledger.facts)
    rows["lasta"] += len(squares)
    east, north = cell_grid.corner(squares["rutid"])
    side = squares["storlek_m"].to_numpy()
    w, s, e_max, n_max = near
    inside = (east + side >= w) & (east <= e_max) & (north + side >= s) & (north <= n_max)
    name = f"scb/{e.file.name}"
    out = squares[~inside]
    ledger.add(
        "upplysning", name, f"rutor utanför länet ({int(out['befolkning'].sum())} personer)", len(out), "används inte"
    )
    if not inside.any():
        border = outlines.official_layer(raw)
        raise DataError(
            "Inga rutor i närheten av länet.",
            file=e.file,
            expected="rutor i konfigurationens län",
            found=f"{len(squares)} rutor utanför",
            action="Hämta hela Sveriges fil, eller rätt läns; eller rätta gränserna"
            + (f" ({border.file.relative_to(raw).as_posix()})." if border else "."),
            details=outlines.places(near, east.astype(float), north.astype(float), sure=True),
        )
    return squares[inside].reset_index(drop=True)


def note_years(km: Edition, fine: Edition, ledger: Ledger) -> None:
    """Warn when the two grids are of different years."""
    if km.year != fine.year:
        ledger.add(
            "varning",
            f"scb/{fine.file.name}",
            f"250 m-rutorna gäller {fine.year}, 1 km-rutorna {km.year}",
            1,
            "båda används; summan blandar två år",
        )


def read_localities(raw: Path, near: Bounds, ledger: Ledger, facts: list[SourceFile]) -> gpd.GeoDataFrame:
    """Return tätorter and småorter that touch the bounds, the most important first; maybe none.

    Maps name localities in this order: tätorter before småorter, by people where the file tells them of every locality
    of its kind, else by area.

    Returns
    -------
    GeoDataFrame
        ``typ, kod, namn``, geometry MultiPolygon in EPSG:3006.
    """
    import geopandas as gpd
    import pandas as pd

    empty = {c: pd.Series(dtype="str") for c in ("typ", "kod", "namn")}
    parts: list[gpd.GeoDataFrame] = []
    for kind, pattern in _FOLDER_NAMES.items():
        found = role_files.matching(raw / "scb", pattern)
        if found:
            parts.append(_newest(kind, found, raw, near, ledger, facts))
    none = gpd.GeoDataFrame(empty, geometry=[], crs=files.EPSG)
    both = pd.concat([p for p in parts if len(p)] or [none], ignore_index=True)
    have = set(both["typ"])
    if have and have != set(LOCALITIES):
        lacking = "småorter" if "smaort" not in have else "tätorter"
        ledger.add("varning", "scb", f"{lacking} saknas", 1, "områdestypen bygger bara på det som finns")
    return both.set_geometry(wkb.multi(both.geometry.to_numpy()), crs=files.EPSG)


def _newest(
    kind: str, found: list[Path], raw: Path, near: Bounds, ledger: Ledger, facts: list[SourceFile]
) -> gpd.GeoDataFrame:
    """Read the newest of several locality files; name the others."""
    years = {p: _locality_year(p) for p in found}
    newest = max(found, key=lambda p: (years[p], p.name))
    same = [p.name for p in found if years[p] == years[newest]]
    if len(same) > 1:
        raise DataError(
            f"Två filer är SCB:s {'tätorter' if kind == 'tatort' else 'småorter'} för {years[newest] or 'okänt år'}.",
            file=newest.parent,
            expected="en fil per år",
            found=" och ".join(same),
            action="Behåll en av dem.",
        )
    for p in found:
        facts.append(
            role_files.fact(
                p,
                raw,
                _FOLDER_NAMES[kind].split("*")[0],
                used=p == newest,
                why="nyaste året" if p == newest else "en nyare utgåva används",
                year=years[p] or None,
                date=f"{years[p]}-12-31" if years[p] else None,
                publisher=SCB.publisher,
                licence=SCB.licence,
                demo=marks.demo_mark(p),
            )
        )
    return _read_localities(kind, newest, near, ledger)


def _locality_year(path: Path) -> int:
    """Return the year in column ``ar``, else in the name, else 0."""
    layers = [x for x in gpkg.layers(path) if gpkg.actual(x, ("ar",))]
    if layers:
        years = gpkg.texts(gpkg.read(layers[0], {"ar": ("ar",)}, geometry=False)["ar"]).drop_null().to_pylist()
        return max((int(y[:4]) for y in years if re.match(r"(19|20)\d\d", y)), default=0)
    named = re.search(r"(?:19|20)\d\d", path.stem)
    return int(named[0]) if named else 0


def locality_layer(kind: str, path: Path) -> gpkg.Layer:
    """Return the layer of a file that holds localities of a kind, in EPSG:3006.

    Raises
    ------
    DataError
        When no layer, or more than one, has the columns of :data:`LOCALITIES` but for the people.
    """
    wanted = LOCALITIES[kind]
    found = gpkg.find(path, gpkg.layers(path), wanted, names=(path.stem,), optional=_OPTIONAL, first=tuple(wanted))
    return gpkg.require_geometry(found)


def _read_localities(kind: str, path: Path, near: Bounds, ledger: Ledger) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import shapely

    wanted = LOCALITIES[kind]
    table = gpkg.read(locality_layer(kind, path), wanted)
    texts = {c: gpkg.texts(table[c]).to_pandas().fillna("").astype("str") for c in wanted if c not in _OPTIONAL}
    name = f"scb/{path.name}"
    shapes = wkb.polygons(table["wkb"], path, ledger=ledger, source=name, names=texts["namn"].tolist())
    frame = gpd.GeoDataFrame({"typ": kind, **texts}, geometry=shapes, crs=files.EPSG)
    missing = frame.geometry.isna()
    ledger.add("bortfall", name, "ort utan yta", int(missing.sum()), "raderna används inte", frame["namn"][missing])
    people = _people(table, frame["namn"], name, ledger)
    order = np.lexsort([frame["kod"], -shapely.area(frame.geometry.to_numpy()) if people is None else -people])
    frame = frame.iloc[order[~missing.to_numpy()[order]]].astype({"typ": "str"})
    middle = frame.geometry.representative_point()
    wkb.require_sweden(middle.x.to_numpy(), middle.y.to_numpy(), path)
    inside = shapely.intersects(frame.geometry.to_numpy(), shapely.box(*near))
    ledger.add("upplysning", name, "orter utanför länet", int((~inside).sum()), "används inte")
    if len(frame) and not inside.any():
        raise DataError(
            "Inga orter i närheten av länet.",
            file=path,
            expected="orter i konfigurationens län",
            found=f"{len(frame)} orter utanför",
            details=outlines.places(near, middle.x.to_numpy(), middle.y.to_numpy()),
            action="Hämta hela Sveriges fil, eller ta bort filen om länet inga sådana orter har.",
        )
    return frame[inside]


def _people(table: Any, names: pd.Series[str], source: str, ledger: Ledger) -> NDArray[np.float64] | None:
    """Return each locality's people; None, and it is told, where the file does not tell them of all."""
    import pandas as pd

    if "folkmangd" not in table.column_names:
        ledger.add("upplysning", source, "orternas folkmängd saknas", 1, "på kartorna går störst yta först")
        return None
    people = pd.to_numeric(gpkg.texts(table["folkmangd"]).to_pandas(), errors="coerce").to_numpy(float, na_value=np.nan)
    unknown = ~(people >= 0)
    ledger.add(
        "upplysning",
        source,
        "ort utan användbar folkmängd",
        int(unknown.sum()),
        "på kartorna går störst yta först",
        names[unknown],
    )
    return None if unknown.any() else people
