"""What says of a file whether it is what its name says: one validator a kind, others' own wherever there is one.

Each takes a file and returns what is wrong with it, in words; nothing for a file that is right.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import re
import subprocess
import tomllib
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from tests.publish import geoparquet_rules, vector_tiles
from tests.publish.gpkg_rules import broken

EXPONENT = re.compile(r"(?<![\w.#%-])-?\d+(?:\.\d+)?[eE][-+]?\d+(?![\w%])")
"""A number with an exponent, standing by itself."""
Validator = Callable[[Path], list[str]]


_VIEW = (("rq4_no_views", ["rutnat_delar"]), ("rq7_feature_id", ["rutnat_delar"]))


# --- geographic formats -----------------------------------------------------------------------------------


def geopackage(path: Path) -> list[str]:
    """PDOK's rules, and GDAL's own ``validate_gpkg`` where Debian's python3-gdal is at hand.

    PDOK takes no views, nor a layer whose key a view cannot declare; OGC, GDAL and QGIS do. The internal file has one.
    """
    found = broken(path)
    allowed = {"bredband.gpkg": (*_VIEW, *_EMPTY), "underlagskarta.gpkg": (_NO_ROADS,)}.get(path.name, ())
    found = {rule: told for rule, told in found.items() if (rule, told) not in allowed}
    out = [f"{rule}: {told}" for rule, told in found.items()]
    return out + (gdal_geopackage(path) if has_gdal() else [])


_NO_ROADS = ("rq2_layers_have_features", ["grund_vagar"])
_EMPTY = (_NO_ROADS, *(("rq2_layers_have_features", x) for x in (["kontrolleras"], ["grund_vagar", "kontrolleras"])))
"""A county without ``vagar``, or without a list that may lack a row, keeps the layer, empty."""


@cache
def has_gdal() -> bool:
    """Say whether the system's Python has GDAL's bindings and samples."""
    run = subprocess.run(["/usr/bin/python3", "-c", "import osgeo_utils.samples.validate_gpkg"], capture_output=True)
    return run.returncode == 0


def gdal_geopackage(path: Path) -> list[str]:
    """GDAL's ``validate_gpkg``, of Debian's python3-gdal, which QGIS brings."""
    code = "import sys; from osgeo_utils.samples import validate_gpkg as v; sys.exit(v.main(['v', sys.argv[1]]))"
    run = subprocess.run(["/usr/bin/python3", "-c", code, str(path)], capture_output=True, text=True)
    told = run.stdout + run.stderr
    return [told] if run.returncode or "error" in told.lower().replace("no errors", "") else []


def cog(path: Path) -> list[str]:
    """rio-cogeo, with its warnings counted as faults."""
    from rio_cogeo.cogeo import cog_validate

    _, errors, warnings = cog_validate(path, strict=True, quiet=True)
    return [*errors, *warnings]


def geoparquet(path: Path) -> list[str]:
    """The metadata by the specification, the reference system by PROJ, and all rows by geopandas; or a plain table."""
    import geopandas as gpd
    import pyarrow.parquet as pq
    from pyproj import CRS

    if b"geo" not in (pq.read_schema(path).metadata or {}):
        return plain_parquet(path)
    geo = geoparquet_rules.metadata(path)
    out = [*geoparquet_rules.faults(geo), *geoparquet_rules.column_faults(path)]
    if out:
        return out
    for name, column in geo["columns"].items():
        if column.get("crs") is not None and CRS.from_json_dict(column["crs"]).to_epsg() != 3006:
            out.append(f"{name}: annat referenssystem")
    frame = gpd.read_parquet(path)
    told = set(geo["columns"][geo["primary_column"]]["geometry_types"])
    if not frame.geometry.is_valid.all() or not set(frame.geom_type) <= told:
        out.append("ogiltiga geometrier, eller av annan typ än den som sägs")
    box = geo["columns"][geo["primary_column"]].get("bbox")
    if box and len(frame) and [round(x, 3) for x in frame.total_bounds] != [round(x, 3) for x in box]:
        out.append(f"bbox {box}, geometrierna {frame.total_bounds.tolist()}")
    return out


def plain_parquet(path: Path) -> list[str]:
    """A table without geometry stands beside its CSV, with the same columns and as many rows."""
    import pyarrow.parquet as pq

    beside = path.with_suffix(".csv")
    if path.parent.name != "tabeller" or not beside.exists():
        return ["inget GeoParquet: metadata geo saknas"]
    with beside.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    table = pq.read_table(path)
    return [] if (table.column_names, table.num_rows) == (head, len(rows)) else ["annat än i CSV"]


def geojson(path: Path) -> list[str]:
    """RFC 7946: no reference system, ids, bounding boxes, rings that close and turn the right way, in degrees."""
    import shapely

    body = json.loads(path.read_text(encoding="utf-8"))
    out = ["crs finns"] if "crs" in body else []
    if body.get("type") != "FeatureCollection":
        return [*out, "ingen FeatureCollection"]
    for f in body["features"]:
        shape = shapely.geometry.shape(f["geometry"])
        west, south, east, north = shape.bounds
        rings = shapely.get_exterior_ring(shapely.get_parts(shape))
        if f.get("type") != "Feature" or not shape.is_valid or not all(shapely.is_ccw(rings)):
            out.append(f"{f.get('id')}: ogiltig, eller medurs")
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            out.append(f"{f.get('id')}: inte i grader")
    return out + _exponents(path)


def gml(path: Path) -> list[str]:
    """Its own schema and GML's, by another library than the program's; and GDAL must read every feature."""
    import pyogrio
    import xmlschema

    known = {"allow": "local", "uri_mapper": _published, "global_maps": _gml_schema().maps.copy()}
    schema = xmlschema.XMLSchema(path.with_suffix(".xsd"), **known)
    out = [f"{e.path}: {e.reason}" for e in schema.iter_errors(path)]
    features = sum(e.tag.endswith("featureMember") for e in ET.parse(path).iter())
    if not out and len(pyogrio.read_dataframe(path)) != features:
        out.append("GDAL läser inte alla objekt")
    return out + _exponents(path)


@cache
def _gml_schema():
    """Return GML's own schema, on which the layers' rest: read once for them all."""
    import xmlschema

    return xmlschema.XMLSchema(_published(f"{GML_AT}gml.xsd"), allow="local", uri_mapper=_published)


GML_AT = "http://schemas.opengis.net/gml/3.2.1/"


def _published(address: str) -> str:
    """Return where pycsw keeps OGC's schemas."""
    home = Path(importlib.util.find_spec("pycsw").submodule_search_locations[0])  # type: ignore[union-attr,index]
    if address.startswith(GML_AT):
        return str(home / "core/schemas/ogc/gml/3.2.1" / address.removeprefix(GML_AT))
    return address


def tiles(path: Path) -> list[str]:
    """A PMTiles archive whose every tile is found and decoded; its description is JSON with a layer."""
    archive = vector_tiles.read(path)
    if not archive.about.get("vector_layers"):
        return ["inget lager beskrivet"]
    return [] if vector_tiles.features(archive, archive.about["vector_layers"][0]["id"]) else ["inga objekt"]


def packed(path: Path) -> list[str]:
    """A zip of one file: the one beside it, byte for byte."""
    with zipfile.ZipFile(path) as inside:
        names = inside.namelist()
        if inside.testzip() or names != [path.stem]:
            return [f"innehåll: {names}"]
        same = inside.read(names[0]) == path.with_name(path.stem).read_bytes()
    return [] if same else ["en annan fil än den bredvid"]


# --- tables -----------------------------------------------------------------------------------------------


def csv_by_rfc_4180(path: Path) -> list[str]:
    """RFC 4180: CR LF, as many cells on each row, quotes where they must be; and no number with an exponent.

    Its columns are held against the description beside it by :func:`datapackage`.
    """
    import csv

    body = path.read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(body.splitlines(keepends=True), strict=True))
    out = [f"rad {n}: {len(r)} värden" for n, r in enumerate(rows, 1) if len(r) != len(rows[0])]
    outside = re.sub(r'"(?:[^"]|"")*"', "", body)
    if outside.count("\n") != outside.count("\r\n") or not body.endswith("\r\n"):
        out.append("rader som inte slutar med CR LF")
    out += [f"tal med exponent: {x}" for r in rows[1:] for x in r if EXPONENT.fullmatch(x)]
    return out + [f"formel: {x}" for r in rows for x in r if x[:1] in ("=", "@", "\t", "\r")]


def datapackage(path: Path) -> list[str]:
    """Frictionless: types, keys, foreign keys, limits, sizes and checksums of every table that it describes."""
    import frictionless

    report = frictionless.validate(str(path))
    return [str(x) for x in report.flatten(["fieldName", "rowNumber", "message"])][:20]


def workbook(path: Path) -> list[str]:
    """openpyxl reads every sheet; a formula is only that which counts what the planner chooses; years are plain."""
    import openpyxl

    out = []
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" and not str(cell.value).startswith("=COUNTIF(A"):
                    out.append(f"{sheet.title}!{cell.coordinate}: formel {cell.value}")
                if isinstance(cell.value, int | float) and cell.number_format == "General":
                    out.append(f"{sheet.title}!{cell.coordinate}: tal utan format")
        out += _dressed_years(sheet)
    return out


def _dressed_years(sheet: Any) -> list[str]:
    """Return years that are shown as «2 025»."""
    heads = {c.column for row in sheet.iter_rows(max_row=8) for c in row if re.match(r"År|.* år$|Nås", str(c.value))}
    return [
        f"{sheet.title}!{c.coordinate}: {c.value} visas med {c.number_format}"
        for row in sheet.iter_rows()
        for c in row
        if c.column in heads and isinstance(c.value, int) and 1900 < c.value < 2200 and "," in c.number_format
    ]


# --- metadata ---------------------------------------------------------------------------------------------


def rdf(path: Path) -> list[str]:
    """pyshacl with the project's shapes of DCAT-AP-SE."""
    import pyshacl
    from rdflib import Graph

    shapes = Graph().parse(Path(__file__).parent / "dcat_ap_se.ttl")
    conforms, _, told = pyshacl.validate(Graph().parse(path), shacl_graph=shapes, inference="none", advanced=False)
    return ([] if conforms else [told]) + _exponents(path)


def xml(path: Path) -> list[str]:
    """ISO 19139 by ISO's schemas, by another library than the program's; other XML has a root that is known."""
    root = ET.parse(path).getroot()
    if root.tag == "{http://www.isotc211.org/2005/gmd}MD_Metadata":
        return [f"{e.path}: {e.reason}" for e in iso_schema().iter_errors(path)]
    known = {
        "PAMDataset",
        "metadata",
        "{http://www.loc.gov/premis/v3}premis",
        "{http://www.openarchives.org/OAI/2.0/oai_dc/}dc",
        "{urn:oasis:names:tc:entity:xmlns:xml:catalog}catalog",
    }
    return [] if root.tag in known else [f"okänt rotelement {root.tag}"]


@cache
def iso_schema() -> Any:
    """Return ISO 19139's schema (of 2007-04-17), as pycsw keeps it."""
    import xmlschema

    home = Path(importlib.util.find_spec("pycsw").submodule_search_locations[0])  # type: ignore[union-attr,index]
    path = home / "plugins/profiles/apiso/schemas/ogc/iso/19139/20070417/gmx/gmx.xsd"
    return xmlschema.XMLSchema(path, allow="local")


def schema(path: Path) -> list[str]:
    """The schema of schemas."""
    import xmlschema

    return [f"{e.path}: {e.reason}" for e in xmlschema.XMLSchema.meta_schema.iter_errors(path)]


def json_text(path: Path) -> list[str]:
    """JSON; a description of tables by Frictionless as well."""
    if path.name == "datapackage.json":
        return datapackage(path)
    json.loads(path.read_text(encoding="utf-8"))
    return []


# --- pages, pictures, styles, projects, texts ---------------------------------------------------------------


class _Page(HTMLParser):
    VOID = ("meta", "link", "input", "br", "img", "hr", "col", "source", "path", "rect", "circle", "line", "use")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.setdefault(tag, dict(attrs))
        self.ids += [v for k, v in attrs if k == "id" and v]
        self.wrong += [
            f"{tag} {k}={v}"
            for k, v in attrs
            if k in ("src", "href") and re.match(r"(https?:)?//", v or "") and tag not in ("a", "link")
        ]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> utan början")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text.append(data)


def page(path: Path) -> list[str]:
    """A whole document in a language, ids alone of their kind, nothing fetched; axe looks at it in Chromium."""
    reader = _Page()
    reader.feed(path.read_text(encoding="utf-8"))
    out = [*reader.wrong, *(f"{t} inte stängd" for t in reader.open)]
    out += [f"id {x} flera gånger" for x in {x for x in reader.ids if reader.ids.count(x) > 1}]
    if not reader.attributes.get("html", {}).get("lang") or "title" not in reader.attributes:
        out.append("språk eller titel saknas")
    return out + [f"tal med exponent: {x}" for t in reader.text for x in EXPONENT.findall(t)]


def pdf(path: Path) -> list[str]:
    """pypdf reads every page; it has a title."""
    from pypdf import PdfReader

    document = PdfReader(path, strict=True)
    empty = [n for n, p in enumerate(document.pages, 1) if "/Contents" not in p]
    return [f"sidan {n} är tom" for n in empty] + ([] if (document.metadata or {}).get("/Title") else ["ingen titel"])


def png(path: Path) -> list[str]:
    """Pillow checks every chunk."""
    from PIL import Image

    with Image.open(path, formats=["PNG"]) as image:
        image.verify()
    return []


def qml(path: Path) -> list[str]:
    """A style as QGIS writes it; QGIS itself loads the projects with all styles in its own tests."""
    root = ET.fromstring(path.read_text(encoding="utf-8").partition("\n")[2])
    return [] if root.tag == "qgis" and root.get("version") else [f"rot {root.tag}"]


def qgz(path: Path) -> list[str]:
    """One project in a zip, whose layers name only files beside it."""
    with zipfile.ZipFile(path) as packed:
        names = packed.namelist()
        if packed.testzip() or names != [f"{path.stem}.qgs"]:
            return [f"innehåll: {names}"]
        root = ET.fromstring(packed.read(names[0]).decode("utf-8").partition("\n")[2])
    sources = [e.text or "" for e in root.iter("datasource")]
    files = [path.parent / s.partition("|")[0] for s in sources]
    return [f"källan {s} finns inte" for s, f in zip(sources, files, strict=True) if not f.is_file()]


def text(path: Path) -> list[str]:
    """UTF-8."""
    path.read_text(encoding="utf-8")
    return []


def toml(path: Path) -> list[str]:
    """The standard library parses it."""
    tomllib.loads(path.read_text(encoding="utf-8"))
    return []


def _exponents(path: Path) -> list[str]:
    """Return numbers with an exponent in a text of data."""
    found = EXPONENT.findall(re.sub(r'"[^"]*"', "", path.read_text(encoding="utf-8")))
    return [f"tal med exponent: {x}" for x in found[:5]]


BY_ENDING: dict[str, Validator] = {
    "gpkg": geopackage,
    "tif": cog,
    "parquet": geoparquet,
    "geojson": geojson,
    "gml": gml,
    "csv": csv_by_rfc_4180,
    "xlsx": workbook,
    "rdf": rdf,
    "ttl": rdf,
    "xml": xml,
    "xsd": schema,
    "json": json_text,
    "html": page,
    "pdf": pdf,
    "png": png,
    "qml": qml,
    "qgz": qgz,
    "pmtiles": tiles,
    "zip": packed,
    "md": text,
    "txt": text,
    "toml": toml,
}
