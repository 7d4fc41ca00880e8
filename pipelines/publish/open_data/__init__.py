"""The open edition under ``maps/data/``: tables made of open columns only, in formats that last.

Everything here is made from what is already published (the open cells) and from the kommuner's counts told
by :mod:`pipelines.publish.disclosure`. Reasons and the attack that tests them: ``docs/publicering.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines import contracts, files
from pipelines.contracts_open import OPEN_TABLES
from pipelines.publish.facts import read_facts, read_sources
from pipelines.publish.open_data import areas, datapackage, geopackage, geoparquet, summary, text

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.contracts import Table
    from pipelines.paths import Paths
    from pipelines.region import Region

FOLDER = "maps/data"


def run(region: Region, paths: Paths) -> None:
    """Build every file of the open edition from the tables between the stages.

    Raises
    ------
    ContractError
        When a table holds a column that is not open, or a value its contract does not allow.
    """
    facts, sources = read_facts(paths), read_sources(paths)
    limits = region.publicering.bandgranser
    cells = _by_place(files.read_table(paths.table("oppna_rutor")))
    kommuner, lan = (files.read_table(paths.table(name)) for name in ("kommuner", "lan"))
    land = files.read_table(paths.table("land"))

    frames = {
        "rutnat_250m": cells,
        "bristomraden": areas.gap_areas(cells, land, region),
        **summary.tables(kommuner, lan, cells, land, limits),
    }
    tables = [(t, _checked(frames[t.name], t)) for t in OPEN_TABLES]

    def built(name: str) -> object:
        return paths.built(f"{FOLDER}/{name}")

    geopackage.write(paths.built(f"{FOLDER}/bredband_oppen.gpkg"), tables, region, facts, sources, paths)
    outlines = geoparquet.outlines(paths.table("granser"))
    for table, frame in tables:
        text.write_csv(frame, table, paths.built(f"{FOLDER}/{table.name}.csv"), facts)
        if table.name != "lan":
            shapes = geoparquet.shapes(frame, table, outlines)
            geoparquet.write(frame, shapes, table, paths.built(f"{FOLDER}/{table.name}.parquet"), facts)
        if table.name == "kommuner":
            text.write_geojson(frame, shapes, table, paths.built(f"{FOLDER}/kommuner.geojson"), facts)
    described = datapackage.describe([t for t, _ in tables], region, facts, sources, paths)
    files.write_text(paths.built(f"{FOLDER}/datapackage.json"), described)


def _by_place(cells: pd.DataFrame) -> pd.DataFrame:
    return cells.sort_values("rutid_scb", kind="stable", ignore_index=True)


def _checked(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the table with the contract's columns and no other, every one of them open."""
    from pipelines.errors import ContractError

    closed = [c.name for c in table.columns if c.klass != "oppen"]
    if closed:
        raise ContractError(
            f"Den öppna tabellen «{table.name}» har kolumner som inte är öppna.", details=closed,
            action="Ge kolumnen klassen oppen i kontraktet om den får publiceras, annars ta bort den.",
        )  # fmt: skip
    kept = [*table.names, *(["geometry"] if "geometry" in frame else [])]
    return contracts.check(frame, table)[kept]
