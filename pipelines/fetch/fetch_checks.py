"""Is a fetched file what it should be? Asked of the project's own adapters, that will read it later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core.errors import DataError
from pipelines.core.ledger import Ledger
from pipelines.formats import gpkg

if TYPE_CHECKING:
    from pipelines.config.region import Region

Check = Callable[[Path], str]


class FolderError(DataError):
    """What was fetched is good, but may not be put where it was to lie: something there already holds it."""


def squares(year: int) -> Check:
    """Return a check of SCB's 1 km squares: table, columns, CRS, size, year, ids and counts."""
    from pipelines.read.scb.squares import edition, read_squares

    def check(path: Path) -> str:
        found = edition(path)
        if found.size_m != 1000 or found.year != year:
            raise DataError(
                "Filen är en annan än den som söktes.",
                file=path,
                expected=f"1 km-rutor för {year}",
                found=f"{found.size_m} m-rutor för {found.year}",
            )
        read_squares(found)
        return found.date or f"{year}-12-31"

    return check


def localities(kind: str, year: int) -> Check:
    """Return a check of SCB's tätorter or småorter: table, columns, CRS, polygons."""
    from pipelines.read.scb.read_scb import LOCALITIES, locality_layer

    def check(path: Path) -> str:
        layer = locality_layer(kind, path)
        gpkg.read(layer, LOCALITIES[kind], geometry=False)
        if "POLYGON" not in layer.geometry_type and layer.geometry_type not in ("GEOMETRY", ""):
            raise DataError("Lagret har inga ytor.", file=path, expected="ytor", found=layer.geometry_type.lower())
        return f"{year}-12-31"

    return check


def kommun_csv(field: str) -> Check:
    """Return a check of SCB's totals per kommun as a list, of which ``field`` is one."""
    from pipelines.read.scb.scb_totals import read_totals

    def check(path: Path) -> str:
        return f"{int(read_totals(path, field)['ar'].max())}-12-31"

    return check


def dwellings_csv() -> Check:
    """Return a check of SCB's dwellings per kommun and type of house as a list."""
    from pipelines.read.scb.scb_list import read_dwellings

    def check(path: Path) -> str:
        return f"{int(read_dwellings(path).rows['ar'].max())}-12-31"

    return check


def kolada(region: Region, kpis: tuple[str, ...]) -> Check:
    """Return a check of Kolada's answer: readable, within bounds, and with values for every indicator asked for."""
    from pipelines.read.kolada.kolada_answers import read_kolada

    def check(path: Path) -> str:
        table, newest = read_kolada([path], region, Ledger("fetch"))
        known = set(table.loc[table["andel"].notna(), "kpi"])
        lacking = [k for k in kpis if k not in known]
        if lacking:
            raise DataError(
                "Kolada har inga värden för ett nyckeltal.",
                file=path,
                expected=", ".join(kpis),
                found=f"inget för {', '.join(lacking)}",
                action="Kontrollera hamta.kolada.nyckeltal i konfigurationen.",
            )
        return f"{newest[path]}-10-01"

    return check


def workbook(region: Region, role: str) -> Check:
    """Return a check of one of PTS's workbooks: a readable one, with the table that is meant."""
    from pipelines.read.pts.pts_editions import read_book

    def check(path: Path) -> str:
        book = read_book(path, region)
        years = book.years(role)
        if not years:
            have = ", ".join(book.tables) or book.remark or "ingen tabell som känns igen"
            raise DataError("Arbetsboken har inte det den ska ha.", file=path, expected=f"tabellen {role}", found=have)
        return f"{years[-1]}-10-01"

    return check


def addresses(kommunkod: str, region: Region) -> Check:
    """Return a check of one kommun's addresses: zip, its one GeoPackage, table, CRS, points, the right kommun."""
    from pipelines.read.lantmateriet.address_rows import read_file

    def check(path: Path) -> str:
        found = read_file(path, region)
        codes = {c for t in found.kept for c in t["kommunkod"].unique().to_pylist()}
        if codes != {kommunkod}:
            raise DataError(
                "Filen gäller en annan kommun.",
                file=path,
                column="kommunkod",
                expected=kommunkod,
                found=", ".join(sorted(codes | set(found.outside))[:5]) or "inga gällande adresser",
            )
        return found.date

    return check


def boundaries(region: Region) -> Check:
    """Return a check of the official boundaries: the table kommun, CRS, every kommun of the region."""
    from pipelines.read.lantmateriet import outlines

    def check(path: Path) -> str:
        layer = gpkg.require_geometry(
            gpkg.find(
                path,
                gpkg.layers(path),
                outlines.WANTED,
                names=("kommun",),
                optional=("kommunnamn",),
                first=("kommunnamn",),
            )
        )
        outlines.require_region(outlines.official(layer), region, path)
        return layer.changed

    return check


def land_cover() -> Check:
    """Return a check of land cover: a table with objekttyp, in the right CRS."""
    from pipelines.read.lantmateriet.water import WANTED

    def check(path: Path) -> str:
        layer = gpkg.require_geometry(gpkg.find(path, gpkg.layers(path), WANTED, names=("mark",)))
        return layer.changed

    return check


def buildings() -> Check:
    """Return a check of Topografi's buildings: a table with id and objekttyp, in the right CRS."""
    from pipelines.read.lantmateriet.building_rows import find_layer

    return lambda path: find_layer(path)[0].changed


def roads() -> Check:
    """Return a check of Topografi's roads: the table vaglinje, its types, its CRS."""
    from pipelines.read.vagar import topografi

    def check(path: Path) -> str:
        layers = gpkg.layers(path)
        found = topografi.find(path, layers)
        if not found.parts or topografi.NETWORK in found.lacks:
            have = ", ".join(x.name for x in layers)
            raise DataError("Filen har inga bilvägar.", file=path, expected=topografi.NETWORK.what, found=have)
        return max(part.layer.changed for part in found.parts)

    return check
