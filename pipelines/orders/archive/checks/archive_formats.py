"""Read a file by its format, to the end, and count what is in it. Nothing in it is believed.

The files may come from anywhere: no external entity is fetched, no code run, nothing unpacked to disk.
"""

from __future__ import annotations

import json
import sqlite3
import tomllib
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.parsers import expat

from pipelines.core.errors import by_library
from pipelines.publish.tiles.pmtiles import HEAD

Counts = dict[str, Any]
MAX_JSON = 500_000_000
MAX_INNER = 4_000_000_000
"""Bytes: more than any product of a county has ever needed, by tenfold."""
MAX_PIXELS = 2_000_000_000
STEPS, MAX_STEPS = 1_000_000, 20_000_000_000
"""Steps of SQLite's machine between looks, and at most: a hundred times what an edition takes, some minutes."""


class UnreadableError(ValueError):
    """The file is not what its name says."""


def inspect(path: Path) -> Counts | None:
    """Read one file to its end; return what was counted in it, or None when its format is not known.

    Raises
    ------
    UnreadableError
        When the file cannot be read as what its name says.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        return None
    try:
        return reader(path)
    except UnreadableError:
        raise
    except Exception as e:
        raise UnreadableError(by_library("innehållet är trasigt", e)) from e


def layers(path: Path) -> list[str]:
    """Return the names of a GeoPackage's layers and tables, in its own order, ``layer_styles`` apart."""
    with _database(path) as db:
        found = db.execute(
            "SELECT table_name FROM gpkg_contents JOIN sqlite_master ON name = table_name "
            "WHERE type IN ('table', 'view') AND data_type IN ('features', 'attributes') "
            "AND table_name <> 'layer_styles' ORDER BY 1"
        )
        return [str(n) for (n,) in found]


def _database(path: Path) -> closing[sqlite3.Connection]:
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    db.execute("PRAGMA trusted_schema = OFF")
    # A view is a program: one that never ends is broken off.
    steps = iter(range(MAX_STEPS // STEPS))
    db.set_progress_handler(lambda: next(steps, None) is None, STEPS)
    return closing(db)


def geopackage(path: Path) -> Counts:
    """Check the database and count each layer's rows."""
    names = layers(path)
    with _database(path) as db:
        said = db.execute("PRAGMA quick_check(1)").fetchone()
        if said != ("ok",):
            raise UnreadableError(str(said))
        quoted = {n: n.replace('"', '""') for n in names}
        rows = {n: db.execute(f'SELECT count(*) FROM "{q}"').fetchone()[0] for n, q in quoted.items()}
        wrong = db.execute("SELECT count(*) FROM gpkg_geometry_columns WHERE srs_id <> 3006").fetchone()[0]
    return {"lager": rows, "epsg": "annat" if wrong else 3006}


def table(path: Path) -> Counts:
    """Count rows and columns of a CSV file; each row must have as many cells as the head."""
    import pyarrow as pa
    import pyarrow.csv as pcsv

    with path.open("rb") as f:
        bom = f.read(3) == b"\xef\xbb\xbf"
    parse = pcsv.ParseOptions(newlines_in_values=True)
    # A head of one row, then texts only: nothing is guessed, and text that is not UTF-8 is an error.
    with pcsv.open_csv(path, parse_options=parse) as begun:
        names = begun.schema.names
    convert = pcsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), check_utf8=True)
    rows = 0
    with pcsv.open_csv(path, parse_options=parse, convert_options=convert) as reader:
        for batch in reader:
            rows += len(batch)
    return {"rader": rows, "kolumner": len(names), **({"bom": True} if bom else {})}


def xml(path: Path) -> Counts:
    """Parse to the end; count the features of a GML file. Declarations of its own (entities) are refused."""
    members = 0

    def begun(name: str, _: Any) -> None:
        nonlocal members
        members += name.rpartition(" ")[2] == "featureMember"

    def refused(_: str, __: str | None, ___: str | None, own_declarations: int) -> None:
        if own_declarations:
            raise UnreadableError("DOCTYPE med egna deklarationer")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = begun
    parser.StartDoctypeDeclHandler = refused
    with path.open("rb") as f:
        parser.ParseFile(f)
    return {"objekt": members} if path.suffix.lower() == ".gml" else {}


def raster(path: Path) -> Counts:
    """Read every band of a GeoTIFF to its end."""
    import rasterio

    with rasterio.open(path, driver="GTiff") as file:
        if file.width * file.height * file.count > MAX_PIXELS:
            raise UnreadableError(f"{file.width} × {file.height} × {file.count}")
        for band in range(1, file.count + 1):
            file.checksum(band)
        return {
            "band": file.count,
            "bredd": file.width,
            "hojd": file.height,
            "epsg": file.crs.to_epsg() if file.crs else None,
        }


def picture(path: Path) -> Counts:
    """Check a PNG, chunk by chunk."""
    from PIL import Image

    with Image.open(path, formats=["PNG"]) as image:
        size = image.size
        image.verify()
    return {"bredd": size[0], "hojd": size[1]}


def parquet(path: Path) -> Counts:
    """Read a Parquet file to its end."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        return {"rader": sum(len(b) for b in file.iter_batches()), "kolumner": len(file.schema_arrow.names)}


def json_text(path: Path) -> Counts:
    """Parse JSON; count the features of GeoJSON."""
    if path.stat().st_size > MAX_JSON:
        raise UnreadableError(f"{path.stat().st_size} byte")
    body = json.loads(path.read_text(encoding="utf-8"))
    features = body.get("features") if isinstance(body, dict) else None
    return {"objekt": len(features)} if isinstance(features, list) else {}


def zipped(path: Path) -> Counts:
    """Read every part of a zip based format (xlsx, qgz), or a zip, to its end, without unpacking it."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if sum(p.file_size for p in parts) > MAX_INNER:
            raise UnreadableError("orimligt stor uppackad")
        broken = archive.testzip()
        if broken is not None:
            raise UnreadableError(broken)
    return {"delar": len(parts)}


def tiles(path: Path) -> Counts:
    """See that a PMTiles file is of version 3 and as long as its head says."""
    with path.open("rb") as f:
        head = HEAD.unpack(f.read(HEAD.size))
    start, length, tiles = head[8], head[9], head[10]
    if head[:2] != (b"PMTiles", 3) or path.stat().st_size != start + length:
        raise UnreadableError("ingen hel PMTiles")
    return {"kartrutor": tiles}


def document(path: Path) -> Counts:
    """See that a PDF begins and ends as one."""
    with path.open("rb") as f:
        start = f.read(5)
        f.seek(max(path.stat().st_size - 1024, 0))
        if start != b"%PDF-" or b"%%EOF" not in f.read():
            raise UnreadableError("ingen hel PDF")
    return {}


def page(path: Path) -> Counts:
    """See that a web page is UTF-8, and whole."""
    body = path.read_text(encoding="utf-8").strip().lower()
    if not body.startswith("<!doctype html") or not body.endswith("</html>"):
        raise UnreadableError("ingen hel HTML-sida")
    return {}


def text(path: Path) -> Counts:
    """See that a text is UTF-8."""
    with path.open(encoding="utf-8", newline="") as f:
        while f.read(1 << 20):
            pass
    return {}


def toml(path: Path) -> Counts:
    """Parse TOML."""
    tomllib.loads(path.read_text(encoding="utf-8"))
    return {}


READERS: dict[str, Callable[[Path], Counts]] = {
    ".gpkg": geopackage,
    ".csv": table,
    ".tif": raster,
    ".png": picture,
    ".parquet": parquet,
    ".pdf": document,
    ".html": page,
    ".toml": toml,
    ".pmtiles": tiles,
    **dict.fromkeys((".gml", ".xml", ".xsd", ".rdf", ".svg", ".qml", ".sld"), xml),
    **dict.fromkeys((".json", ".geojson", ".jsonld"), json_text),
    **dict.fromkeys((".xlsx", ".qgz", ".zip"), zipped),
    **dict.fromkeys((".txt", ".md", ".py", ".js", ".css", ".j2", ".lock", ".ttl", ".sha256", ".cpg", ""), text),
}
