"""``rutnat_250m.pmtiles``: the open grid as vector tiles, for maps on the web that need no server of their own.

Made from the open table of cells alone. Close by, a feature is a cell with its row of the table; further out it is
a larger square with the classes most of its cells have. Cells without addresses have no class, and are left out:
seven of ten.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core import cell_grid
from pipelines.core.classes import NO_ADDRESS
from pipelines.core.level import LEVELS
from pipelines.disclosure.open_run import read_open_facts, read_open_sources
from pipelines.publish.catalogue import wording
from pipelines.publish.tiles import cut_squares, pmtiles, vector_tile
from pipelines.publish.words.edition_facts import credit_lines, demo_prefix, marked
from pipelines.tables import open_contracts
from pipelines.tables.open_contracts import RUTNAT_250M

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from pipelines.config.region import Region
    from pipelines.core.paths import Paths
    from pipelines.core.quoted import RunFacts
    from pipelines.tables.contracts import Column

FILE = "maps/data/rutnat_250m.pmtiles"
LAYER = "rutnat"
SIZE, CELLS = "storlek_m", "rutor"
"""What a feature has besides the table's columns: its side, and how many cells with addresses a larger square has."""
_LEFT_OUT = ("kommunnamn",)
"""Follows from the code."""
_BUFFER = 32
EXTENT = 8192
"""Units across a tile: 5 m at the last zoom."""


@dataclass(frozen=True)
class Squares:
    """Squares of one size, and the zoom levels that show them."""

    size_m: int
    zooms: tuple[int, int]


SIZES = (Squares(5_000, (4, 6)), Squares(1_000, (7, 8)), Squares(cell_grid.CELL_M, (9, 9)))
"""Where a square is some pixels wide. Beyond the last zoom a map enlarges the tiles it has."""


def run(region: Region, paths: Paths) -> None:
    """Build the tiles from the open table of cells."""
    facts = read_open_facts(paths)
    cells = open_contracts.read(paths, RUTNAT_250M)
    inhabited = cells[cells[classes()[0].name] != NO_ADDRESS]
    tiles = [tile for of in SIZES for tile in _tiles(inhabited, of)]
    ids = cell_grid.parse_scb_id(cells["rutid_scb"])
    (east, north), side = cell_grid.corner(ids), cell_grid.CELL_M
    bounds = wording.in_degrees(east.min(), north.min(), east.max() + side, north.max() + side)
    credits = credit_lines(read_open_sources(paths))
    pmtiles.write(paths.built(FILE), tiles, bounds, about(region, facts, credits))


def classes() -> list[Column]:
    """Return the columns of classes, in the table's order."""
    return [RUTNAT_250M.column(level.cell_class) for level in LEVELS]


def generalised(cells: pd.DataFrame, size_m: int) -> pd.DataFrame:
    """Return larger squares with the class most of their cells have, and how many those are.

    Parameters
    ----------
    cells : DataFrame
        Cells that have a class: ``rutid_scb`` and the columns of classes.

    Returns
    -------
    DataFrame
        A row a square, by ``rutid``. Of classes equally common the one that stands first in the contract counts.
    """
    import pandas as pd

    square = cell_grid.parent(cell_grid.parse_scb_id(cells["rutid_scb"]), size_m)
    ids, place = np.unique(square, return_inverse=True)
    out = {"rutid": ids}
    for column in classes():
        code = pd.Categorical(cells[column.name], categories=column.values).codes.astype(np.int64)
        width = len(column.values)
        counts = np.bincount(place * width + code, minlength=len(ids) * width).reshape(len(ids), width)
        out[column.name] = np.array(column.values, dtype=object)[counts.argmax(axis=1)]
    return pd.DataFrame(out | {CELLS: np.bincount(place)})


def _tiles(cells: pd.DataFrame, of: Squares) -> Iterator[pmtiles.Tile]:
    """Return the tiles that show squares of one size; nothing is dropped to make a tile smaller."""
    if of.size_m == cell_grid.CELL_M:
        frame = cells[[n for n in RUTNAT_250M.names if n not in _LEFT_OUT]]
        ids = cell_grid.parse_scb_id(cells["rutid_scb"])
    else:
        frame = generalised(cells, of.size_m)
        ids = frame.pop("rutid").to_numpy()
    told = vector_tile.attributes(frame.assign(**{SIZE: of.size_m}))
    corners = cut_squares.mercator(ids, of.size_m)
    for zoom in range(of.zooms[0], of.zooms[1] + 1):
        for piece in cut_squares.cut(corners, zoom, EXTENT, _BUFFER):
            body = vector_tile.layer(LAYER, EXTENT, told, piece.which, piece.drawn)
            yield pmtiles.Tile(zoom, piece.column, piece.row, body)


def about(region: Region, facts: RunFacts, credits: list[str]) -> dict[str, Any]:
    """Return the description: name, whose it is, terms, layer and fields. Map libraries show some of it as HTML."""
    p, terms = region.publicering, wording.licence(region)
    source = "; ".join(html.escape(line) for line in credits)
    fields = {c.name: c.alias for c in RUTNAT_250M.columns if c.name not in _LEFT_OUT}
    fields |= {SIZE: "Sida (m)", CELLS: "Rutor med adresser (antal), i större rutor"}
    said = (
        f"{RUTNAT_250M.description} Från zoom {SIZES[-1].zooms[0]} varje ruta med adresser; längre ut större rutor "
        "med den klass som är vanligast bland deras rutor. Rutor utan adresser är inte med."
    )
    return {
        "name": f"{demo_prefix(facts)}{RUTNAT_250M.title}: {region.lan.kortnamn}",
        "description": marked(said, facts),
        "attribution": f"{'DEMO – ' if facts['demo'] else ''}© {html.escape(p.utgivare)} "
        f'(<a href="{terms.iri}">{terms.name}</a>). {source}',
        "license": terms.iri,
        "type": "overlay",
        "version": "1",
        "korning_id": facts["korning_id"],
        "demo": facts["demo"],
        "vector_layers": [
            {
                "id": LAYER,
                "description": RUTNAT_250M.title,
                "fields": fields,
                "minzoom": SIZES[0].zooms[0],
                "maxzoom": SIZES[-1].zooms[1],
            }
        ],
    }
