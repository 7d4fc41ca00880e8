"""The web map: one self-contained page a edition, open (classes and bands) and internal (exact counts)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import grid
from pipelines.files import read_table, write_text
from pipelines.paths import Paths
from pipelines.publish.disclosure import exposed
from pipelines.publish.facts import read_facts, read_sources
from pipelines.publish.webmap import encode, fields, html, outline, page
from pipelines.region import Region

if TYPE_CHECKING:
    import pandas as pd

OPEN = "maps/bredbandskarta.html"
INTERNAL = "out/bredbandskarta_intern.html"


def run(region: Region, paths: Paths) -> None:
    """Build both pages from the tables between the stages.

    Reads ``oppna_rutor``, ``rutnat_250m``, ``kommuner``, ``lan``, ``granser``, ``orter`` and the run's
    facts; writes both pages, whole or not at all.
    """
    facts, sources = read_facts(paths), read_sources(paths)
    kommuner = read_table(paths.table("kommuner"))
    lan = read_table(paths.table("lan"))
    shapes = outline.build(_polygons(paths.table("granser")), kommuner, _polygons(paths.table("orter")))

    open_cells = _by_place(read_table(paths.table("oppna_rutor")))
    open_grid = encode.pack_cells(_rutid(open_cells), fields.open_fields(open_cells, region))
    close = exposed(open_cells, kommuner, region.publicering.bandgranser)
    context = page.context("oppen", region, facts, sources, kommuner, lan, close)
    write_text(paths.built(OPEN), _page(context, open_cells, open_grid, shapes))
    del open_cells, open_grid

    cells = _by_place(read_table(paths.table("rutnat_250m")))
    exact_grid = encode.pack_cells(_rutid(cells), fields.internal_fields(cells, region))
    context = page.context("intern", region, facts, sources, kommuner, lan)
    write_text(paths.built(INTERNAL), _page(context, cells, exact_grid, shapes))


def _page(
    context: dict[str, Any], cells: pd.DataFrame, packed: tuple[dict[str, Any], str], shapes: dict[str, Any]
) -> str:
    description, data = packed
    names = cells.drop_duplicates("kommunkod").set_index("kommunkod")["kommunnamn"].sort_index()
    facts = {"rutnat": description, "intern": context["intern"], "kommunnamn": names.to_dict()}
    outlines = json.dumps(shapes, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return html.render(
        {**context, "sida": facts, "rutor": data, "konturer": encode.deflate(outlines.encode("utf-8"))},
        shapes["bounds"],
    )


def _rutid(cells: pd.DataFrame) -> Any:
    return grid.parse_scb_id(cells["rutid_scb"])


def _by_place(cells: pd.DataFrame) -> pd.DataFrame:
    """Sort by cell: 13 digits sort as text as they do as numbers."""
    return cells.sort_values("rutid_scb", kind="stable", ignore_index=True)


def _polygons(path: Path) -> pd.DataFrame:
    """Read a polygon table with shapely geometry, without the second that importing geopandas takes."""
    import pyarrow.parquet as pq
    import shapely

    plain = pq.read_table(path).replace_schema_metadata(None).to_pandas()
    plain["geometry"] = shapely.from_wkb(plain["geometry"])
    return plain
