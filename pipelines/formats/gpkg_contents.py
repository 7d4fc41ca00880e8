"""What a GeoPackage from outside holds: its tables, geometry columns and CRS, read in milliseconds.

``gpkg_contents``, ``gpkg_geometry_columns`` and ``gpkg_spatial_ref_sys`` are read with sqlite3, so that
asking about a file needs neither GDAL nor much time. :mod:`pipelines.formats.gpkg` reads the rows.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
import warnings
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipelines.core.errors import DataError, by_library
from pipelines.core.files import EPSG
from pipelines.formats import sidecars
from pipelines.formats.zips import companion, only_database

MAX_FILE_BYTES = 16 << 30
"""A plain GeoPackage larger than this is refused; Topografi 10's land cover of all Sweden is about 12 GB."""
_MAX_TABLES = 500
_MAX_TEXT = 10_000
_MAGIC = b"SQLite format 3\x00"
_AGAIN = "Hämta filen på nytt från utgivaren."


@dataclass(frozen=True)
class Layer:
    """One table of a GeoPackage.

    Attributes
    ----------
    file : Path
        The file as a person knows it (the zip, when it lies in one).
    data : Path or bytes
        What GDAL opens: the file, the unpacked member, or a private copy with the edits that lay beside it.
    name, columns, description : table name, its columns (geometry apart), gpkg_contents.description
    geometry, geometry_type : geometry column and type, both empty for a table without geometry
    epsg : int or None
        EPSG code the file declares, of its horizontal part when heights are in it too; None when it declares none.
    changed : str
        Date of gpkg_contents.last_change, ``YYYY-MM-DD``, or empty.
    """

    file: Path
    data: Path | bytes
    name: str
    columns: tuple[str, ...]
    description: str
    geometry: str
    geometry_type: str
    epsg: int | None
    changed: str

    @property
    def demo(self) -> bool:
        """Whether the table carries the demo mark."""
        return self.description.startswith("DEMO")


@lru_cache(10_000)
def plain(name: str) -> str:
    """Return a name for comparison: lower case, without diacritics, signs as underscores.

    >>> plain(" Objekt-Typ "), plain("Tätortskod")
    ('objekt_typ', 'tatortskod')
    """
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


def layers(path: Path) -> list[Layer]:
    """List the feature and attribute tables of a GeoPackage, or of the only one inside a zip.

    Raises
    ------
    DataError
        When the file is no GeoPackage, is absurdly large, or the zip does not hold exactly one.
    """
    if path.suffix.lower() != ".zip":
        _require_size(path)
        return catalogue(path, sidecars.settled(path))
    inside = only_database(path, ".gpkg", "GeoPackage-fil (.gpkg)")
    if companion(path, ".gpkg", "-journal").startswith(sidecars.JOURNAL_MAGIC):
        raise sidecars.half_done(path, "en -journal")
    log = companion(path, ".gpkg", "-wal")
    return catalogue(path, sidecars.together(path, inside, log) if log else _without_wal(inside))


def catalogue(path: Path, data: Path | bytes) -> list[Layer]:
    """List the tables of ``data``; ``path`` is what errors call it."""
    try:
        with closing(_connect(path, data)) as db:
            rows = db.execute(_CATALOGUE).fetchmany(_MAX_TABLES)
            return [_layer(db, path, data, row) for row in rows]
    except (sqlite3.Error, UnicodeDecodeError) as e:
        raise _unreadable(path, e) from None


def _without_wal(data: bytes | Path) -> bytes | Path:
    """Mark a database in write-ahead mode as an ordinary one: in memory it cannot be opened otherwise."""
    return data if isinstance(data, Path) or data[18:20] != b"\x02\x02" else data[:18] + b"\x01\x01" + data[20:]


def opened(layer: Layer) -> sqlite3.Connection:
    """Open the database that a layer lies in, for reading; the caller closes it."""
    return _connect(layer.file, layer.data)


def row_counts(layer: Layer) -> tuple[int, int | None]:
    """Return how many rows a layer's table has, and how many the file says; None where it does not say.

    Raises
    ------
    DataError
        When the table cannot be counted.
    """
    try:
        with closing(opened(layer)) as db:
            (rows,) = db.execute(f"SELECT count(*) FROM {_quoted(layer.name)}").fetchone()
            try:
                said = db.execute(
                    "SELECT feature_count FROM gpkg_ogr_contents WHERE lower(table_name) = lower(?)", (layer.name,)
                ).fetchone()
            except sqlite3.Error:  # only GDAL keeps such a table
                said = None
    except sqlite3.Error as e:
        raise _unreadable(layer.file, e) from None
    return int(rows), None if said is None or said[0] is None else int(said[0])


def first_difference(layer: Layer, column: str, other: str) -> int:
    """Return the first row (from 1) in which two columns differ as trimmed texts; 0 where they never do.

    Raises
    ------
    DataError
        When the table cannot be read.
    """
    a, b = (f"trim(CAST({_quoted(c)} AS TEXT))" for c in (column, other))
    rows = f"SELECT row_number() OVER (ORDER BY rowid) AS n, {a} IS {b} AS same FROM {_quoted(layer.name)}"
    try:
        with closing(opened(layer)) as db:
            found = db.execute(f"SELECT n FROM ({rows}) WHERE NOT same LIMIT 1").fetchone()
    except sqlite3.Error as e:
        raise _unreadable(layer.file, e) from None
    return int(found[0]) if found else 0


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _unreadable(path: Path, error: Exception) -> DataError:
    return DataError(
        "Filen är inget läsbart GeoPackage.", file=path, found=by_library("fel i databasen", error), action=_AGAIN
    )


def _connect(path: Path, data: Path | bytes) -> sqlite3.Connection:
    """Open ``data`` to read; ``path`` is what errors call it."""
    head = data[:16] if isinstance(data, bytes) else _head(data)
    if head != _MAGIC:
        raise DataError("Filen är inget GeoPackage.", file=path, expected="en SQLite-databas", action=_AGAIN)
    if isinstance(data, bytes):
        db = sqlite3.connect(":memory:")
        db.deserialize(data)
    else:
        db = sqlite3.connect(f"file:{quote(str(data.resolve()))}?mode=ro&immutable=1", uri=True)
    db.execute("PRAGMA trusted_schema = OFF")
    return db


def _require_size(path: Path) -> None:
    if path.is_file() and path.stat().st_size > MAX_FILE_BYTES:
        raise DataError(
            "Filen är orimligt stor.", file=path, expected=f"högst {MAX_FILE_BYTES >> 30} GB", action=_AGAIN
        )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as f:
            return f.read(16)
    except OSError as e:
        raise DataError("Filen går inte att öppna.", file=path, found=e.strerror, action=_AGAIN) from None


# Only real tables: a view in a file from outside may compute anything, for as long as it likes.
_CATALOGUE = """
SELECT m.name, c.description, c.last_change, g.column_name, g.geometry_type_name,
       s.organization, s.organization_coordsys_id, s.definition
FROM gpkg_contents c
JOIN sqlite_master m ON lower(m.name) = lower(c.table_name) AND m.type = 'table'
LEFT JOIN gpkg_geometry_columns g ON lower(g.table_name) = lower(c.table_name)
LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id
WHERE c.data_type IN ('features', 'attributes')
ORDER BY m.name
"""


def _layer(db: sqlite3.Connection, path: Path, data: Path | bytes, row: tuple[Any, ...]) -> Layer:
    name, description, changed, geometry, kind, organization, code, definition = row
    info = db.execute("SELECT name FROM pragma_table_info(?)", (name,)).fetchall()
    columns = tuple(str(c) for (c,) in info if str(c).lower() != str(geometry or "").lower())
    return Layer(
        path,
        data,
        str(name),
        columns,
        str(description or "")[:_MAX_TEXT],
        str(geometry or ""),
        str(kind or "").upper(),
        _epsg(organization, code, str(definition or "")),
        date[0] if (date := re.match(r"\d{4}-\d{2}-\d{2}", str(changed))) else "",
    )


def _epsg(organization: object, code: object, definition: str) -> int | None:
    """Return the EPSG code: by its number, else by the authority its definition ends with, else by PROJ."""
    numbered = str(organization).strip().upper() == "EPSG" and str(code).isdigit()
    if numbered and int(str(code)) == EPSG:
        return EPSG
    if not numbered and definition.strip().lower() in ("", "undefined", "unknown"):
        return None
    import pyproj

    try:
        crs: Any = pyproj.CRS.from_user_input(f"EPSG:{code}" if numbered else definition[:_MAX_TEXT])
        while crs.is_compound or crs.is_bound:  # heights beside the plane, or a shift to another datum around it
            crs = crs.sub_crs_list[0] if crs.is_compound else crs.source_crs
        return crs.to_epsg(min_confidence=70) or _by_name(crs)
    except (pyproj.exceptions.CRSError, AttributeError, IndexError):
        return int(str(code)) if numbered else None


def _by_name(crs: Any) -> int | None:
    """Return the code of the system that has a CRS's name, when it also has its projection, to the last parameter.

    The older form of a definition (WKT 1) says nothing of the order of its axes, which PROJ takes for another system.
    """
    import pyproj

    code = crs.to_epsg(min_confidence=20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a PROJ string says less than WKT does
        same = code and pyproj.CRS.from_epsg(code).to_proj4() == crs.to_proj4()
    return code if same else None
