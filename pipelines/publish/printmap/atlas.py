"""What the sheets are drawn from: the open tables, public outlines and place names. Nothing else is read.

The cells become rasters of small numbers, one for the whole län: a sheet is a window of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.config.region import Region
from pipelines.core import cell_grid
from pipelines.core import classes as klasser
from pipelines.core.files import read_shapes, read_table
from pipelines.core.level import LEVELS, Level
from pipelines.core.quoted import RunFacts, Source
from pipelines.disclosure.open_run import read_open_facts, read_open_sources
from pipelines.publish.ground.ground_bands import KOMMUN, ROADS
from pipelines.publish.raster.cog import frame
from pipelines.publish.words import project_list
from pipelines.publish.words.level_figures import first_level
from pipelines.tables.open_contracts import KOMMUNER_OPPNA, LAN_OPPNA, PROJEKT_OPPNA, PROJEKT_RUTOR_OPPNA, RUTNAT_250M

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.core.paths import Paths
    from pipelines.tables.contracts import Table

NO_CELL = 255
"""No cell of the län: water, or another län."""
Classes = NDArray[np.uint8]
Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Outlines:
    """Kommuner of the län and their neighbours, by code, in EPSG:3006: ``shapes`` with water, ``land`` without."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    inside: NDArray[np.bool_]
    shapes: Shapes
    land: Shapes


@dataclass(frozen=True)
class Places:
    """Localities, the most important first: a name, its middle in EPSG:3006 and whether it is a tätort."""

    names: tuple[str, ...]
    xy: NDArray[np.float64]
    large: NDArray[np.bool_]


@dataclass(frozen=True)
class Atlas:
    """Everything the sheets show.

    Attributes
    ----------
    corner : (E, N)
        Upper left corner of the rasters, EPSG:3006, metres. A pixel is a cell.
    classes : dict of ndarray of uint8, shape (rows, columns)
        Per level of ``tillgang`` the index in klasser.CODES of its class, or NO_CELL.
    modelled : dict of ndarray of bool
        Per level of ``tillgang``: the class rests on statistics alone.
    kommun : ndarray of int16
        Index in ``codes`` of each cell's kommun, or -1.
    sea : ndarray of bool
        Inside the outlines of the län, and no cell: official boundaries reach far out to sea.
    water : ndarray of shapely polygons
    roads : dict of ndarray of shapely lines
        By class, the most important last. Both are the ground as finely as a kommun shows it: within 25 m, a sixth of
        a millimetre at 1:150 000.
    projects : DataFrame
        PROJEKT_OPPNA of the kommuner's sheets' level, the first of each kommun in the order they are built in; with
        how many it has (``alla``) and its cells as shapely polygons.
    """

    region: Region
    facts: RunFacts
    sources: list[Source]
    codes: tuple[str, ...]
    corner: tuple[float, float]
    classes: dict[Level, Classes]
    modelled: dict[Level, NDArray[np.bool_]]
    kommun: NDArray[np.int16]
    sea: NDArray[np.bool_]
    kommuner: pd.DataFrame
    lan: pd.Series[Any]
    outlines: Outlines
    places: Places
    water: Shapes
    roads: dict[str, Shapes]
    projects: pd.DataFrame


def read(region: Region, paths: Paths) -> Atlas:
    """Read the open tables, the outlines, the place names and the water."""
    levels = LEVELS.of("tillgang")
    told = [name for level in levels for name in (level.cell_class, level.cell_basis)]
    cells = read_table(_open(paths, RUTNAT_250M), ["rutid_scb", "kommunkod", *told])
    column, row, shape, corner = frame(cell_grid.parse_scb_id(cells["rutid_scb"]))
    kommuner = read_table(_open(paths, KOMMUNER_OPPNA)).sort_values("kommunkod", ignore_index=True)
    codes = tuple(str(k) for k in kommuner["kommunkod"])

    def raster(values: Any, empty: int) -> NDArray[Any]:
        out = np.full(shape, empty, dtype=values.dtype)
        out[row, column] = values
        return out

    kommun = raster(_coded(cells["kommunkod"], codes, np.int16), -1)
    outlines = _outlines(paths)
    return Atlas(
        region,
        read_open_facts(paths),
        read_open_sources(paths),
        codes,
        corner,
        classes={x: raster(_coded(cells[x.cell_class], klasser.CODES, np.uint8), NO_CELL) for x in levels},
        modelled={x: raster(cells[x.cell_basis].eq("statistik").to_numpy(), False) for x in levels},
        kommun=kommun,
        sea=_sea(kommun, outlines, corner),
        kommuner=kommuner,
        lan=read_table(_open(paths, LAN_OPPNA)).iloc[0],
        outlines=outlines,
        places=_places(paths.table("orter")),
        water=_ground(paths, "grund_vatten")["geometry"].to_numpy(),
        roads=_roads(_ground(paths, "grund_vagar")),
        projects=_projects(
            read_table(_open(paths, PROJEKT_OPPNA)), read_table(_open(paths, PROJEKT_RUTOR_OPPNA)), first_level(region)
        ),
    )


def _open(paths: Paths, table: Table) -> Path:
    return paths.table(f"oppen_{table.name}")


def _coded(values: pd.Series[Any], codes: tuple[str, ...], kind: Any) -> NDArray[Any]:
    import pandas as pd

    return pd.Categorical(values, categories=list(codes)).codes.astype(kind)


def _outlines(paths: Paths) -> Outlines:
    frame = read_shapes(paths.table("kommunytor")).sort_values("kommunkod", ignore_index=True)
    land = read_shapes(paths.table("granser"), ["kommunkod", "geometry"]).set_index("kommunkod")["geometry"]
    return Outlines(
        tuple(map(str, frame["kommunkod"])),
        tuple(map(str, frame["kommunnamn"])),
        frame["i_lan"].to_numpy(bool),
        frame["geometry"].to_numpy(),
        land.reindex(frame["kommunkod"]).to_numpy(),
    )


def _sea(kommun: NDArray[np.int16], outlines: Outlines, corner: tuple[float, float]) -> NDArray[np.bool_]:
    """Tell which squares without a cell have their middle inside the län."""
    import shapely

    row, column = np.nonzero(kommun < 0)
    x, y = corner[0] + (column + 0.5) * cell_grid.CELL_M, corner[1] - (row + 0.5) * cell_grid.CELL_M
    sea = np.zeros(kommun.shape, dtype=bool)
    for shape in outlines.shapes[outlines.inside]:
        w, s, e, n = shape.bounds
        near = np.flatnonzero((x >= w) & (x <= e) & (y >= s) & (y <= n))
        shapely.prepare(shape)
        near = near[shapely.contains_xy(shape, x[near], y[near])]
        sea[row[near], column[near]] = True
    return sea


def _places(path: Path) -> Places:
    import shapely

    if not path.exists():
        return Places((), np.empty((0, 2)), np.empty(0, bool))
    frame = read_shapes(path)
    shapes = frame["geometry"].to_numpy()
    large = frame["typ"].eq("tatort").to_numpy()
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes))
    return Places(tuple(map(str, frame["namn"])), middles, large)


def _ground(paths: Paths, table: str) -> pd.DataFrame:
    return read_shapes(paths.table(table), chosen=[("band", "==", KOMMUN)])


def _roads(roads: pd.DataFrame) -> dict[str, Shapes]:
    return {name: roads["geometry"][roads["klass"] == name].to_numpy() for name in ROADS[KOMMUN].classes}


def _projects(projects: pd.DataFrame, cells: pd.DataFrame, level: Level) -> pd.DataFrame:
    import shapely

    of = project_list.of_level(projects, level)
    every = of.groupby("kommunkod")["projekt_id"].transform("size")
    first = of.assign(alla=every).groupby("kommunkod").head(project_list.MOST)
    cells = cells[cells["projekt_id"].isin(first["projekt_id"]).to_numpy()]
    west, south = (x.astype(np.float64) for x in cell_grid.corner(cell_grid.parse_scb_id(cells["rutid_scb"])))
    squares = shapely.box(west, south, west + cell_grid.CELL_M, south + cell_grid.CELL_M)
    drawn = {name: shapely.union_all(squares[at]) for name, at in cells.groupby("projekt_id").indices.items()}
    return first.assign(geometry=[drawn[name] for name in first["projekt_id"]])
