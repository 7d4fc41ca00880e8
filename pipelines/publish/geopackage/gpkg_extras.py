"""What a GeoPackage carries besides its layers: indexes, aliases, metadata, styles. Plain SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from pipelines.config.region import Region
from pipelines.core.quoted import RunFacts, Source
from pipelines.publish.qgis.style import sld
from pipelines.publish.qgis.style.qgis_styles import Style
from pipelines.publish.words import codes
from pipelines.publish.words.edition_facts import midnight
from pipelines.tables.contracts import BASIS_TEXT, Column, Table

_SCHEMA_EXTENSION = "http://www.geopackage.org/spec121/#extension_schema"
_METADATA_EXTENSION = "http://www.geopackage.org/spec121/#extension_metadata"
_JOINED = ("rutid_scb", "bristomrade_id", "projekt_id", "kommunkod")
_FILTERED = ("troskel_mbit", "matt")
"""Whoever looks at the gap areas or projects wants one threshold and one measure at a time."""
_NOT_INDEXED = (("adresser", "adress_id"), ("adresser", "kommunkod"))
"""35 MB of the internal edition, to find one address, or a kommun's, 20 ms sooner: reading all of them takes 25."""

# The tables of the extensions «schema» and «metadata», as GeoPackage 1.2 (OGC 12-128r14) defines them.
_SCHEMA_TABLES = (
    """CREATE TABLE IF NOT EXISTS gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name))""",
    """CREATE TABLE IF NOT EXISTS gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
  min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))""",
)
_METADATA_TABLES = (
    """CREATE TABLE IF NOT EXISTS gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT '')""",
    """CREATE TABLE IF NOT EXISTS gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id))""",
)
# QGIS's own table, column by column, so that QGIS also can save styles in it.
_STYLE_TABLE = (
    """CREATE TABLE IF NOT EXISTS layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)""",
)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a GeoPackage that is being built: one transaction, no journal (a broken file is thrown away)."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        yield db
        db.execute("COMMIT")


def add_indexes(db: sqlite3.Connection, tables: Sequence[Table]) -> None:
    """Index each table's key, the columns other tables are joined by, and what a reader filters on."""
    for table in tables:
        asked = [c for c in (*table.key[:1], *_JOINED) if c in table.names and c not in _FILTERED]
        single = [(c,) for c in asked if (table.name, c) not in _NOT_INDEXED]
        filtered = [_FILTERED] if set(_FILTERED) <= set(table.names) else []
        for columns in dict.fromkeys([*single, *filtered]):
            unique = "UNIQUE " if table.key == columns else ""
            name = "_".join(("ix", table.name, *columns))
            listed = ", ".join(f'"{c}"' for c in columns)
            db.execute(f'CREATE {unique}INDEX "{name}" ON "{table.name}" ({listed})')


def add_aliases(db: sqlite3.Connection, tables: Sequence[Table]) -> None:
    """Write each column's Swedish alias, description and codes into the tables of the extension «schema»."""
    _create(db, _SCHEMA_TABLES)
    db.executemany(
        "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description, constraint_name)"
        " VALUES (?,?,?,?,?,?)",
        [
            (t.name, c.name, c.alias, c.alias, described(c), codes.code_list(c) or None)
            for t in tables
            for c in t.columns
        ],
    )
    db.executemany(
        "INSERT INTO gpkg_data_column_constraints (constraint_name, constraint_type, value, description)"
        " VALUES (?, 'enum', ?, ?)",
        [(n, code, label) for n in codes.used(list(tables)) for code, label in codes.CODES[n].items()],
    )
    for name in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        _register(db, name, "gpkg_schema", _SCHEMA_EXTENSION)


def described(column: Column) -> str:
    """Return a column's description with its unit, its decimals and how it is known.

    >>> from pipelines.tables.fields import field
    >>> described(field("land_ha"))
    'Landareal. Enhet: ha. Uppgift: beräknad.'
    """
    unit = f"Enhet: {column.unit}." if column.unit else ""
    finely = f"Decimaler: {column.decimals}." if column.decimals is not None else ""
    basis = f"Uppgift: {BASIS_TEXT[column.basis]}." if column.basis else ""
    return " ".join(x for x in (column.description, unit, finely, basis) if x)


def add_metadata(
    db: sqlite3.Connection, region: Region, facts: RunFacts, sources: Sequence[Source], product: str
) -> None:
    """Write what the file is into ``gpkg_metadata``: the run as JSON, and an ISO 19115 record of the file.

    Parameters
    ----------
    product : str
        Id of the file's product, or :data:`pipelines.publish.products.OPEN_GPKG`.
    """
    from pipelines.publish.catalogue.as_iso import iso19139, resource

    about = resource.of_geopackage(product, region, facts, sources, _bounds(db))
    publishing = region.publicering
    body = {
        "titel": publishing.titel,
        "beskrivning": about.abstract,
        "utgivare": publishing.utgivare,
        "kontakt": publishing.kontakt_epost,
        "korning": dict(facts),
        "kallor": [asdict(s) for s in sources],
    }
    told = json.dumps(body, ensure_ascii=False, sort_keys=True)
    _create(db, _METADATA_TABLES)
    db.executemany(
        "INSERT INTO gpkg_metadata VALUES (?, 'dataset', ?, ?, ?)",
        [
            (1, f"{publishing.bas_url}/korning", "application/json", told),
            (2, iso19139.STANDARD, "text/xml", iso19139.record(about)),
        ],
    )
    db.executemany(
        "INSERT INTO gpkg_metadata_reference VALUES ('geopackage', NULL, NULL, NULL, ?, ?, NULL)",
        [(midnight(facts), key) for key in (1, 2)],
    )
    for name in ("gpkg_metadata", "gpkg_metadata_reference"):
        _register(db, name, "gpkg_metadata", _METADATA_EXTENSION)


def _bounds(db: sqlite3.Connection) -> tuple[float, float, float, float] | None:
    """Return what the layers cover, in degrees; None for a file without anything on a map."""
    from pipelines.core.files import EPSG
    from pipelines.publish.catalogue.wording import in_degrees

    box = db.execute(
        "SELECT MIN(min_x), MIN(min_y), MAX(max_x), MAX(max_y) FROM gpkg_contents WHERE srs_id = ?", (EPSG,)
    ).fetchone()
    return None if None in box else in_degrees(*box)


def add_styles(db: sqlite3.Connection, styles: Sequence[Style], facts: RunFacts) -> None:
    """Write styles into ``layer_styles``, where QGIS finds a layer's default by itself; as SLD for others."""
    _create(db, _STYLE_TABLE)
    db.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
        " styleQML, styleSLD, useAsDefault, description, owner, update_time)"
        " VALUES ('', '', ?, ?, ?, ?, ?, ?, ?, '', ?)",
        [
            (
                s.layer,
                s.geometry,
                s.name,
                s.qml,
                sld.of_qml(s.qml, s.layer, s.name),
                s.default,
                s.description,
                midnight(facts),
            )
            for s in styles
        ],
    )
    db.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)"
        " VALUES ('layer_styles', 'attributes', 'layer_styles', 'Stilar för QGIS', ?, 0)",
        (midnight(facts),),
    )


def _create(db: sqlite3.Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        db.execute(statement)


def _register(db: sqlite3.Connection, table: str, extension: str, definition: str) -> None:
    db.execute(
        "INSERT INTO gpkg_extensions (table_name, column_name, extension_name, definition, scope)"
        " VALUES (?, NULL, ?, ?, 'read-write')",
        (table, extension, definition),
    )
