"""The map of a print sheet: cells as a raster, outlines, hatching, names, scale bar, north arrow.

Everything is drawn in EPSG:3006, the cells' own reference system; nothing is reprojected.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipelines import grid
from pipelines.publish.palette import CLASS_COLOURS, NEIGHBOUR, rgb
from pipelines.publish.raster import frame

if TYPE_CHECKING:
    from pipelines.publish.printmap import Sheet

MODELLED_RADIUS_M = 2_000
"""An area is hatched where most inhabited cells within this distance are modelled."""
HATCH_COLOUR = "#7d7d7d"
HATCH = "///"
SCALE_PARTS = 5
_MARGIN = 0.02
_OUTLINE = "#6f6a63"
_NAME = {"fontsize": 7.8, "ha": "center", "va": "center", "parse_math": False}


def draw(ax: Any, sheet: Sheet) -> None:
    """Draw the map in ``ax``."""
    inside = sheet.outlines[sheet.outlines["i_lan"]].sort_values("kommunkod")
    _extent(ax, inside.total_bounds)
    _land(ax, sheet.outlines[~sheet.outlines["i_lan"]], NEIGHBOUR, "none")
    land = _land(ax, inside, CLASS_COLOURS["ingen_adress"], "none")
    _cells(ax, sheet)
    _modelled(ax, sheet, land)
    _land(ax, inside, "none", _OUTLINE, zorder=5)
    if sheet.facts["demo"]:
        _watermark(ax)
    _furniture(ax)
    _names(ax, inside)


def _extent(ax: Any, bounds: NDArray[np.float64]) -> None:
    """Fit the bounds with a margin into the frame, one metre as long in both directions."""
    box = ax.get_window_extent()
    w, s, e, n = bounds
    metres = max((e - w) / box.width, (n - s) / box.height) * (1 + 2 * _MARGIN)
    cx, cy = (w + e) / 2, (s + n) / 2
    ax.set_xlim(cx - metres * box.width / 2, cx + metres * box.width / 2)
    ax.set_ylim(cy - metres * box.height / 2, cy + metres * box.height / 2)
    ax.set_autoscale_on(False)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_facecolor("white")
    ax.spines[:].set_color("#9a958c")


def _land(ax: Any, outlines: Any, face: str, edge: str, zorder: float = 1) -> Any:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline
    from shapely import get_coordinates, get_parts, get_rings

    rings = [get_coordinates(r) for part in get_parts(outlines.geometry.to_numpy()) for r in get_rings(part)]
    if not rings:
        return None
    outline = Outline.make_compound_path(*(Outline(r, closed=True) for r in rings))
    patch = PathPatch(
        outline, facecolor=face, edgecolor=edge, linewidth=0.6, joinstyle="round", zorder=zorder
    )
    return ax.add_patch(patch)


def _cells(ax: Any, sheet: Sheet) -> None:
    """Draw the classes pixel for cell; cells without addresses show the land below."""
    column, row, shape, (west, north) = _frame(sheet)
    # Clear pixels carry the land's colour too: PDF readers blend across the edge of a pixel.
    image = np.full((*shape, 4), (*rgb(CLASS_COLOURS["ingen_adress"]), 0), dtype=np.uint8)
    classes = sheet.cells[f"klass_tillgang_{sheet.threshold}"].to_numpy(dtype=str)
    for code, colour in CLASS_COLOURS.items():
        if code != "ingen_adress":
            at = classes == code
            image[row[at], column[at]] = (*rgb(colour), 255)
    extent = (west, west + shape[1] * grid.CELL_M, north - shape[0] * grid.CELL_M, north)
    ax.imshow(image, extent=extent, origin="upper", interpolation="none", aspect="auto", zorder=2)


def _modelled(ax: Any, sheet: Sheet, land: Any) -> None:
    """Hatch where most inhabited cells nearby rest on statistics alone."""
    from scipy.ndimage import uniform_filter

    column, row, shape, (west, north) = _frame(sheet)
    basis = sheet.cells["underlag"].to_numpy(dtype=str)
    radius = MODELLED_RADIUS_M // grid.CELL_M
    size = 2 * radius + 1
    density = []
    for chosen in (basis == "statistik", basis != "ingen"):
        one = np.zeros((shape[0] + 2 * radius, shape[1] + 2 * radius))
        one[row[chosen] + radius, column[chosen] + radius] = 1.0
        density.append(uniform_filter(one, size, mode="constant"))
    lived = density[1] > 0.5 / size**2
    share = np.divide(density[0], density[1], out=np.zeros_like(density[0]), where=lived)
    if share.max() <= 0.5:
        return
    e = west + (np.arange(share.shape[1]) - radius + 0.5) * grid.CELL_M
    n = north - (np.arange(share.shape[0]) - radius + 0.5) * grid.CELL_M
    drawn = ax.contourf(e, n, share, levels=[0.5, 1.5], colors="none", hatches=[HATCH], zorder=3)
    drawn.set_edgecolor(HATCH_COLOUR)
    drawn.set_linewidth(0)
    drawn.set_clip_path(land)


def _frame(sheet: Sheet) -> Any:
    return frame(grid.parse_scb_id(sheet.cells["rutid_scb"].to_numpy(dtype=str)))


def _watermark(ax: Any) -> None:
    ax.text(
        0.5, 0.52, "DEMO", transform=ax.transAxes, fontsize=190, fontweight="bold", color="#202020", alpha=0.055,
        rotation=32, ha="center", va="center", zorder=8,
    )  # fmt: skip


def _furniture(ax: Any) -> None:
    """Scale bar and north arrow from matplotlib-map-utils; grid north, as the map is in SWEREF 99 TM."""
    from matplotlib_map_utils import NorthArrow

    ax.add_artist(
        NorthArrow(
            size="md", location="upper left", scale=0.42, rotation={"degrees": 0}, shadow=False,
            label={"fontsize": 11, "stroke_width": 0}, aob={"pad": 0.6, "borderpad": 0.6},
        )
    )  # fmt: skip
    _scale_bar(ax)


def _scale_bar(ax: Any) -> None:
    """Put the scale bar in small axes of its own, with kilometres as unit.

    The library draws a bar as a picture as large as its axes and asks pyproj for the unit dozens of times
    (5 s and 700 MB on the whole map). It would draw the figures into that picture too: they are made
    invisible there and written as text instead.
    """
    from matplotlib_map_utils import ScaleBar

    whole_km = (ax.get_xlim()[1] - ax.get_xlim()[0]) / 1000
    length = _round_length(whole_km / 4)
    width = 1.4 * length / whole_km
    small = ax.inset_axes((0.018, 0.018, width, 0.012), zorder=11)
    small.set_xlim(0, 1.4 * length)
    small.axis("off")
    small.add_artist(
        ScaleBar(
            style="boxes", location="lower left",
            bar={"projection": "axis", "max": length, "major_div": SCALE_PARTS, "minor_div": 1,
                 "height": 0.06, "edgewidth": 0.6, "raster_dpi": 400},
            labels={"textcolors": ["none"], "stroke_width": 0}, units={"textcolor": "none", "stroke_width": 0},
            text={"textcolor": "none", "fontsize": 4, "stroke_width": 0}, aob={"pad": 0, "borderpad": 0},
        )
    )  # fmt: skip
    for i in range(SCALE_PARTS + 1):
        km = length * i / SCALE_PARTS
        unit = " km" if i == SCALE_PARTS else ""
        small.text(km, 0.75, f"{km:.0f}", fontsize=8, ha="center", va="bottom")
        small.annotate(unit, (km, 0.75), (6, 0), textcoords="offset points", fontsize=8, va="bottom")


def _round_length(km: float) -> float:
    """Return the largest 5, 10, 25, 50 (and so on by tens) that is not longer than ``km``.

    >>> _round_length(57.3), _round_length(9.1)
    (50.0, 5.0)
    """
    power = 10.0 ** np.floor(np.log10(km))
    return float(max(x * power for x in (0.5, 1.0, 2.5, 5.0) if x * power <= km))


def _names(ax: Any, outlines: Any) -> None:
    """Write the kommuner's names, largest first, each moved a little where it would cover another."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.patheffects import Stroke

    renderer = FigureCanvasAgg(ax.figure).get_renderer()  # type: ignore[no-untyped-call]
    taken: list[Any] = []
    for name, (x, y) in _places(outlines):
        text = ax.text(x, y, textwrap.fill(name, 24), color="#1c1c1c", zorder=10, **_NAME)
        box = text.get_window_extent(renderer)
        dx, dy = _free(box, taken)
        moved = box.translated(dx, dy)
        taken.append(moved)
        place = ax.transData.inverted().transform(ax.transData.transform((x, y)) + np.array([dx, dy]))
        text.set_position(place)
        halo = ax.text(*place, text.get_text(), color="white", zorder=9, **_NAME)
        halo.set_path_effects([Stroke(linewidth=2.2, foreground="white", alpha=0.85)])


def _places(outlines: Any) -> list[tuple[str, tuple[float, float]]]:
    """Return each kommun's name and the middle of its widest part, largest kommun first."""
    import shapely

    shapes = outlines.geometry.to_numpy()
    circles = shapely.maximum_inscribed_circle(shapely.simplify(shapes, 200), tolerance=200)
    middles = shapely.get_coordinates(shapely.get_point(circles, 0))
    order = np.argsort(-shapely.area(shapes), kind="stable")
    names = outlines["kommunnamn"].to_numpy()
    return [(str(names[i]), (float(middles[i, 0]), float(middles[i, 1]))) for i in order]


def _free(box: Any, taken: list[Any]) -> tuple[float, float]:
    """Return the smallest of a few moves that keeps a name clear of those already written."""
    h, w = box.height, box.width
    moves = [(0.0, 0.0)]
    for step in (0.6, 1.0, 1.5, 2.0):
        moves += [(0, step * h), (0, -step * h), (-step * w / 2, 0), (step * w / 2, 0)]
        moves += [(sx * step * w / 2, sy * step * h) for sx in (-1, 1) for sy in (-1, 1)]
    for dx, dy in moves:
        at = box.translated(dx, dy).padded(1.0)
        if not any(at.overlaps(t) for t in taken):
            return dx, dy
    return 0.0, 0.0
