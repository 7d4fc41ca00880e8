"""The open edition under ``maps/data/``: tables made of open columns only, in formats that last.

Everything here is written from the tables that ``disclosure`` makes. Reasons and the attack that
tests them: ``docs/publicering.md``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.core import files
from pipelines.disclosure.open_run import read_open_facts, read_open_sources
from pipelines.publish.open_data import datapackage, geoparquet, open_geopackage, open_text, open_workbook
from pipelines.publish.products import GROUND_GPKG, PACKED
from pipelines.tables import open_contracts
from pipelines.tables.open_contracts import OPEN_BESIDE, OPEN_TABLES

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.core.paths import Paths

FOLDER = "maps/data"


def run(region: Region, paths: Paths) -> None:
    """Build every file of the open edition from the open tables."""
    facts, sources = read_open_facts(paths), read_open_sources(paths)
    tables = [(t, open_contracts.read(paths, t)) for t in OPEN_TABLES]

    def built(name: str) -> Path:
        return paths.built(f"{FOLDER}/{name}")

    open_geopackage.write(built("bredband_oppen.gpkg"), region, facts, sources, paths)
    open_geopackage.write_ground(built(Path(GROUND_GPKG).name), region, facts, sources, paths)
    outlines = geoparquet.outlines(paths.table("granser"))
    for table, frame in tables:
        open_text.write_csv(frame, table, built(f"{table.name}.csv"), facts)
        if table.name != "lan":
            shapes = geoparquet.shapes(frame, table, outlines)
            geoparquet.write(frame, shapes, table, built(f"{table.name}.parquet"), facts)
        if table.name == "kommuner":
            open_text.write_geojson(frame, shapes, table, built("kommuner.geojson"), facts)
    open_workbook.write({t.name: frame for t, frame in tables}, region, facts, sources, paths)
    others = [(t, open_contracts.read(paths, t)) for t in OPEN_BESIDE]
    for table, frame in others:
        open_text.write_csv(frame, table, built(f"{table.name}.csv"), facts)
    for name in ("bredband_oppen.gpkg", "rutnat_250m.csv"):
        files.write_zip(built(f"{name}{PACKED}"), built(name), facts["senaste_indatadatum"])
    described = datapackage.describe([t for t, _ in (*tables, *others)], region, facts, sources, paths)
    files.write_text(built("datapackage.json"), described)
