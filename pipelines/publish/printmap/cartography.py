"""The map of a sheet: water, land, cells, hatching where modelled, outlines and projects.

Everything is drawn in EPSG:3006, the cells' own reference system; nothing is reprojected or resampled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines.core import cell_grid
from pipelines.core import classes as klasser
from pipelines.publish.ground.ground_bands import COUNTY, ROADS
from pipelines.publish.printmap.atlas import NO_CELL, Atlas, Classes
from pipelines.publish.words.palette import CLASS_COLOURS, FERRY, INK, NEIGHBOUR, OUTLINE, ROAD, RULE, WATER, rgb

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.publish.printmap.sheets import Sheet

ROAD_PT = {"farjeled": 0.5, "huvudgata": 0.6, "landsvag_liten": 0.6, "landsvag": 1.0, "motorvag": 1.7}
"""Width on a kommun's sheet; half on the whole län's."""
PROJECT_OUTLINE = INK
HATCH_COLOURS = {"light": "#ffffff", "dark": "#4a4a4a"}
HATCH_PT = 0.45
HATCH_MM = 0.9
"""Lines of the hatching lie about so far apart, where cells are larger than that."""
SMALLEST_HATCHED_MM = 0.5
"""Where cells are smaller, areas are hatched instead."""
MODELLED_RADIUS_M = 2_000
"""An area is hatched where most inhabited cells within this distance are modelled."""
AREA_HATCH = "///"
AREA_HATCH_COLOUR = "#7d7d7d"
_DARK = ("utan", "mindre_del", "fa_under_halften")
"""Classes dark enough to be hatched in white."""


def draw(ax: Any, atlas: Atlas, sheet: Sheet, projects: pd.DataFrame) -> None:
    """Draw everything but furniture and names; ``projects`` are those to outline."""
    _frame(ax, sheet)
    codes, inside = np.array(atlas.outlines.codes), atlas.outlines.inside
    own = inside if sheet.kod is None else codes == sheet.kod
    shapes = atlas.outlines.shapes
    _fill(ax, shapes[~own], NEIGHBOUR, 1)
    _fill(ax, shapes[own], CLASS_COLOURS["ingen_adress"], 1)
    classes, corner = window(atlas, sheet)
    _sea(ax, atlas, sheet, shapes[own])
    _fill(ax, _near(atlas.water, sheet), WATER, 1.6)
    _roads(ax, atlas, sheet)
    _cells(ax, classes, corner, sheet)
    if sheet.cell_mm >= SMALLEST_HATCHED_MM:
        _hatch_cells(ax, classes, window(atlas, sheet, modelled=True)[0] == 1, corner, sheet)
    else:
        _hatch_areas(ax, atlas, sheet, _patch(ax, _outline(atlas.outlines.land[own]), fill=False, linewidth=0))
    if sheet.kod is not None:
        _line(ax, shapes[~own], RULE, 0.5, 4)
    _line(ax, shapes[own], OUTLINE, 0.6 if sheet.kod is None else 1.1, 5)
    _line(ax, projects["geometry"].to_numpy(), PROJECT_OUTLINE, 0.9, 6)


def window(atlas: Atlas, sheet: Sheet, *, modelled: bool = False) -> tuple[Classes, tuple[float, float]]:
    """Return the sheet's own cells, and the upper left corner (E, N) of them.

    Cells of other kommuner than the sheet's are NO_CELL (or 0 in ``modelled``).
    """
    own = atlas.kommun >= 0 if sheet.kod is None else atlas.kommun == atlas.codes.index(sheet.kod)
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    values = atlas.modelled[sheet.level] if modelled else atlas.classes[sheet.level]
    west, north = atlas.corner
    corner = (west + float(columns[0]) * cell_grid.CELL_M, north - float(rows[0]) * cell_grid.CELL_M)
    return np.where(own[part], values[part], 0 if modelled else NO_CELL).astype(np.uint8), corner


def _frame(ax: Any, sheet: Sheet) -> None:
    west, south, east, north = sheet.window
    ax.set_xlim(west, east)
    ax.set_ylim(south, north)
    ax.set_autoscale_on(False)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_facecolor("white")  # not as water: the outlines end at the nearest neighbours
    ax.spines[:].set_color(RULE)
    ax.spines[:].set_zorder(30)


def _near(shapes: Any, sheet: Sheet) -> Any:
    """Return the shapes that touch the window."""
    import shapely

    w, s, e, n = sheet.window
    box = shapely.bounds(shapes) if len(shapes) else np.empty((0, 4))
    return shapes[(box[:, 0] < e) & (box[:, 2] > w) & (box[:, 1] < n) & (box[:, 3] > s)]


def _outline(shapes: Any) -> Any:
    """Return polygons as one matplotlib path, or none."""
    import shapely
    from matplotlib.path import Path as Outline

    rings = shapely.get_rings(shapely.get_parts(shapes)) if len(shapes) else np.empty(0, object)
    if not len(rings):
        return None
    xy, which = shapely.get_coordinates(rings, return_index=True)
    kinds = np.full(len(xy), Outline.LINETO, dtype=Outline.code_type)
    first = np.flatnonzero(np.diff(which, prepend=-1))
    kinds[first] = Outline.MOVETO
    kinds[np.append(first[1:], len(xy)) - 1] = Outline.CLOSEPOLY
    return Outline(xy, kinds)


def _fill(ax: Any, shapes: Any, face: str, zorder: float) -> Any:
    return _patch(ax, _outline(shapes), facecolor=face, edgecolor="none", zorder=zorder)


def _line(ax: Any, shapes: Any, colour: str, width: float, zorder: float) -> None:
    _patch(ax, _outline(shapes), facecolor="none", edgecolor=colour, linewidth=width, zorder=zorder)


def _patch(ax: Any, outline: Any, **look: Any) -> Any:
    from matplotlib.patches import PathPatch

    if outline is None:
        return None
    # Not add_patch: it looks for the outline's limits, corner by corner, and they are known.
    return ax.add_artist(PathPatch(outline, joinstyle="round", **look))


def _roads(ax: Any, atlas: Atlas, sheet: Sheet) -> None:
    """Draw roads under the cells: on a sheet of the whole län the large ones alone."""
    from matplotlib.collections import LineCollection

    for name, lines in atlas.roads.items():
        if sheet.kod is not None or name in ROADS[COUNTY].classes:
            near = [line.coords for line in _near(lines, sheet)]
            look = {"linestyles": (0, (4, 2))} if name == "farjeled" else {}
            width = ROAD_PT[name] if sheet.kod else ROAD_PT[name] / 2
            colour = FERRY if name == "farjeled" else ROAD
            ax.add_artist(LineCollection(near, colors=colour, linewidths=width, capstyle="round", zorder=1.8, **look))


def _sea(ax: Any, atlas: Atlas, sheet: Sheet, own: Any) -> None:
    """Draw the sea inside the outlines of what the sheet is about."""
    import shapely

    west, north = atlas.corner
    w, s, e, n = sheet.window
    rows, columns = atlas.sea.shape
    top, bottom = (int(np.clip((north - y) // cell_grid.CELL_M, 0, rows)) for y in (n, s - cell_grid.CELL_M))
    left, right = (int(np.clip((x - west) // cell_grid.CELL_M, 0, columns)) for x in (w, e + cell_grid.CELL_M))
    wet = atlas.sea[top:bottom, left:right].copy()
    corner = (west + left * cell_grid.CELL_M, north - top * cell_grid.CELL_M)
    if sheet.kod is not None:
        row, column = np.nonzero(wet)
        x, y = corner[0] + (column + 0.5) * cell_grid.CELL_M, corner[1] - (row + 0.5) * cell_grid.CELL_M
        shapely.prepare(own)
        wet[row, column] = np.any([shapely.contains_xy(shape, x, y) for shape in own], axis=0)
    if wet.any():
        image = np.full((*wet.shape, 4), (*rgb(WATER), 0), dtype=np.uint8)
        image[wet, 3] = 255
        _picture(ax, image, corner, sheet, 1.5)


def _cells(ax: Any, classes: Classes, corner: tuple[float, float], sheet: Sheet) -> None:
    """Draw the classes; cells without addresses show the land below."""
    # Clear pixels carry the land's colour too: PDF readers blend across the edge of a pixel.
    colours = np.array([[*rgb(CLASS_COLOURS[code]), 255] for code in klasser.CODES], dtype=np.uint8)
    colours[klasser.CODES.index("ingen_adress"), 3] = 0
    lookup = np.repeat(colours[:1], 256, axis=0)
    lookup[: len(colours)] = colours
    _picture(ax, lookup[classes], corner, sheet, 2)


def _picture(ax: Any, image: NDArray[np.uint8], corner: tuple[float, float], sheet: Sheet, zorder: float) -> None:
    from pipelines.publish.printmap.cell_image import Cells

    picture = Cells(image, corner, sheet.cell_mm)
    picture.set_zorder(zorder)
    ax.add_artist(picture)


def _hatch_cells(
    ax: Any, classes: Classes, modelled: NDArray[np.bool_], corner: tuple[float, float], sheet: Sheet
) -> None:
    """Draw diagonals through every modelled cell, in white on the dark classes."""
    dark = np.isin(classes, [klasser.CODES.index(code) for code in _DARK])
    lived = (classes != NO_CELL) & (classes != klasser.CODES.index("ingen_adress"))
    for shade, chosen in (("light", modelled & dark), ("dark", modelled & lived & ~dark)):
        _patch(
            ax,
            diagonals(chosen, corner, sheet.cell_mm),
            facecolor="none",
            edgecolor=HATCH_COLOURS[shade],
            linewidth=HATCH_PT,
            zorder=3,
        )


def diagonals(chosen: NDArray[np.bool_], corner: tuple[float, float], cell_mm: float) -> Any:
    """Return the hatching of the chosen cells as one path: it runs on from cell to cell."""
    from matplotlib.path import Path as Outline

    row, column = np.nonzero(chosen)
    if not len(row):
        return None
    parts = max(1, round(cell_mm / HATCH_MM))
    shift = np.arange(1 - parts, parts) * cell_grid.CELL_M / parts
    start = np.stack([np.maximum(shift, 0), np.maximum(-shift, 0)], axis=-1)
    end = cell_grid.CELL_M - start[:, ::-1]
    lower = np.stack([corner[0] + column * cell_grid.CELL_M, corner[1] - (row + 1) * cell_grid.CELL_M], axis=-1)
    xy = lower[:, None, None] + np.stack([start, end], axis=1)[None]
    kinds = np.tile(np.array([Outline.MOVETO, Outline.LINETO], Outline.code_type), len(row) * len(shift))
    return Outline(xy.reshape(-1, 2), kinds)


def _hatch_areas(ax: Any, atlas: Atlas, sheet: Sheet, land: Any) -> None:
    """Hatch where most inhabited cells nearby rest on statistics alone."""
    from scipy.ndimage import uniform_filter

    classes, corner = window(atlas, sheet)
    modelled = window(atlas, sheet, modelled=True)[0] == 1
    lived = (classes != NO_CELL) & (classes != klasser.CODES.index("ingen_adress"))
    radius = MODELLED_RADIUS_M // cell_grid.CELL_M
    size = 2 * radius + 1
    density = [
        uniform_filter(np.pad(chosen.astype(np.float64), radius), size, mode="constant")
        for chosen in (modelled & lived, lived)
    ]
    any_near = density[1] > 0.5 / size**2
    share = np.divide(density[0], density[1], out=np.zeros_like(density[0]), where=any_near)
    if share.max() <= 0.5:
        return
    e = corner[0] + (np.arange(share.shape[1]) - radius + 0.5) * cell_grid.CELL_M
    n = corner[1] - (np.arange(share.shape[0]) - radius + 0.5) * cell_grid.CELL_M
    drawn = ax.contourf(e, n, share, levels=[0.5, 1.5], colors="none", hatches=[AREA_HATCH], zorder=3)
    drawn.set_edgecolor(AREA_HATCH_COLOUR)
    drawn.set_linewidth(0)
    if land is not None:
        drawn.set_clip_path(land)
