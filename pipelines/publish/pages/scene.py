"""A kommun's own small map as vector drawing: cells by published class, outlines, names, scale bar.

Drawn as SVG paths so that it is crisp on screen and paper and follows light and dark. Cells are merged to
runs along rows and given in whole cells; everything else in pixels of the drawing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from pipelines.core import classes
from pipelines.core.cell_grid import CELL_M, corner, parse_scb_id
from pipelines.publish.ground.ground_bands import KOMMUN
from pipelines.publish.words.palette import LEGEND

if TYPE_CHECKING:
    import pandas as pd

WIDTH, HEIGHT = 460.0, 400.0
"""Size of the drawing in its own pixels; the kommun is made to fit, its neighbours fill the rest."""
MARGIN = 0.04
TOLERANCE_M = 80
"""Simplification of outlines: a third of a cell, under a pixel in every kommun's drawing."""
ROADS = ("landsvag_liten", "landsvag", "motorvag")
GROUND_PX = 0.4
"""Water and roads are simplified so far in the drawing."""
LETTER, LINE = 6.3, 13.0
"""About how wide a letter and high a line is, for keeping names apart."""
MOST_NAMES = 9
MARK_PX = 17.0
"""How wide the number of a project is, with its ring."""
BARS_KM = (1, 2, 5, 10, 20, 50)


@dataclass(frozen=True)
class Land:
    """Outlines of the whole county and its neighbours, simplified together once, its ground and its localities.

    Attributes
    ----------
    shapes : ndarray of shapely polygons
        The kommuner with their water.
    dry : ndarray of float, shape (n, 4)
        What the land of each spans: boundaries run far out to sea.
    water, roads, ferries : ndarray of shapely geometries
        Of the ground, as finely as a kommun's map shows it; roads through the country, not the streets of towns.
    """

    codes: NDArray[Any]
    names: NDArray[Any]
    shapes: NDArray[Any]
    dry: NDArray[np.float64]
    water: NDArray[Any]
    roads: NDArray[Any]
    ferries: NDArray[Any]
    places: pd.DataFrame


class Label(NamedTuple):
    """A text at a place of the drawing."""

    text: str
    x: float
    y: float
    kind: str


def prepare(
    granser: pd.DataFrame, kommunytor: pd.DataFrame, ground: tuple[pd.DataFrame, pd.DataFrame], orter: pd.DataFrame
) -> Land:
    """Simplify the outlines, without gaps between neighbours, and give each locality its place.

    ``ground`` is GRUND_VATTEN and GRUND_VAGAR.
    """
    shapes = shapely.coverage_simplify(kommunytor["geometry"].to_numpy(), TOLERANCE_M)
    land = granser.set_index("kommunkod")["geometry"].reindex(kommunytor["kommunkod"])
    water, roads = (of[of["band"] == KOMMUN] for of in ground)
    inner = shapely.point_on_surface(orter["geometry"].to_numpy())
    places = orter[["namn", "typ", "kod"]].assign(e_m=shapely.get_x(inner), n_m=shapely.get_y(inner))
    return Land(
        kommunytor["kommunkod"].to_numpy(dtype=str),
        kommunytor["kommunnamn"].to_numpy(dtype=object),
        shapes,
        shapely.bounds(land.to_numpy()),
        water["geometry"].to_numpy(),
        roads["geometry"][roads["klass"].isin(ROADS)].to_numpy(),
        roads["geometry"][roads["klass"] == "farjeled"].to_numpy(),
        places,
    )


class View:
    """From metres (EPSG:3006) to pixels of one drawing."""

    def __init__(self, bounds: NDArray[np.float64]) -> None:
        west, south, east, north = bounds
        wide, high = max(east - west, 4 * CELL_M), max(north - south, 4 * CELL_M)
        self.width, self.height = WIDTH, HEIGHT
        self.scale = (1 - 2 * MARGIN) * min(WIDTH / wide, HEIGHT / high)
        across, up = WIDTH / self.scale / 2, HEIGHT / self.scale / 2
        self.west, self.east = (west + east) / 2 - across, (west + east) / 2 + across
        self.south, self.north = (south + north) / 2 - up, (south + north) / 2 + up

    def pixels(self, xy: Any) -> NDArray[np.float64]:
        """Return pixels, float, shape (n, 2)."""
        xy = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
        return np.column_stack([(xy[:, 0] - self.west) * self.scale, (self.north - xy[:, 1]) * self.scale])

    def clip(self, shapes: NDArray[Any]) -> NDArray[Any]:
        """Return the shapes within the drawing."""
        return shapely.clip_by_rect(shapes, self.west, self.south, self.east, self.north)


def draw(
    land: Land, kommunkod: str, cells: pd.DataFrame, klass: str, marks: list[tuple[str, float, float]]
) -> dict[str, Any]:
    """Return what the template draws of a kommun.

    Parameters
    ----------
    cells : DataFrame
        RUTNAT_250M, the kommun's own rows.
    klass : str
        Column of the class that is shown.
    marks : list of (text, e_m, n_m)
        Numbers of the listed gap areas.
    """
    own = land.codes == kommunkod
    view = View(shapely.total_bounds(_extent(shapely.box(*land.dry[own].T), cells)))
    visible = view.clip(land.shapes)
    there = ~shapely.is_empty(visible)
    taken: list[tuple[float, ...]] = []
    where = apart(view.pixels([(e, n) for _, e, n in marks]).tolist(), view.width, view.height)
    points = [Label(text, x, y, "siffra") for (text, _, _), (x, y) in zip(marks, where, strict=True)]
    taken += [(p.x - 9, p.y - 9, p.x + 9, p.y + 9) for p in points]
    bar = _bar(view)
    taken.append((0, view.height - 26, bar["px"] + 24, view.height))
    names = _places(land, own, view, taken) + _neighbours(land, ~own & there, visible, view, taken)
    west, north = view.pixels((0, 0))[0]
    return {
        "bredd": view.width,
        "hojd": view.height,
        "grannar": "".join(_path(s, view) for s in visible[there & ~own]),
        "egen": "".join(_path(s, view) for s in visible[own]),
        "vatten": "".join(_path(s, view) for s in _seen(land.water, view)),
        "vagar": "".join(_line(s, view) for s in _seen(land.roads, view)),
        "farjor": "".join(_line(s, view) for s in _seen(land.ferries, view)),
        "flytt": f"translate({west:.3f} {north:.3f}) scale({view.scale * CELL_M:.5f})",
        "rutor": runs(cells, klass),
        "namn": names,
        "siffror": points,
        "skala": bar,
    }


def apart(points: list[list[float]], width: float, height: float) -> list[tuple[float, float]]:
    """Return points of a drawing moved apart, each as near to where it was as the earlier ones let it.

    >>> apart([[50, 50], [50, 50], [90, 50]], 100, 100)
    [(50.0, 50.0), (67.0, 50.0), (90.0, 50.0)]
    """
    turns = np.deg2rad(np.arange(0, 360, 45))
    moves = [(0.0, 0.0), *((d * MARK_PX * np.cos(a), d * MARK_PX * np.sin(a)) for d in (1, 1.5, 2) for a in turns)]
    out: list[tuple[float, float]] = []
    for x, y in points:
        tries = [(round(float(x + dx), 1), round(float(y + dy), 1)) for dx, dy in moves]
        free = (
            p
            for p in tries
            if 9 <= p[0] <= width - 9 and 9 <= p[1] <= height - 9 and all(math.dist(p, q) >= MARK_PX - 0.1 for q in out)
        )
        out.append(next(free, tries[0]))
    return out


def _extent(shapes: NDArray[Any], cells: pd.DataFrame) -> NDArray[Any]:
    e, n = corner(parse_scb_id(cells["rutid_scb"]))
    if not len(e):
        return shapes
    return np.append(shapes, shapely.box(e.min(), n.min(), e.max() + CELL_M, n.max() + CELL_M))


def runs(cells: pd.DataFrame, klass: str) -> list[tuple[str, str]]:
    """Return a path per class: cells side by side in a row as one rectangle, in whole cells, north negative.

    >>> import pandas as pd
    >>> runs(pd.DataFrame({"rutid_scb": ["0002500000500", "0005000000500"], "k": ["utan", "utan"]}), "k")
    [('utan', 'M1-3h2v1h-2z')]
    """
    named = cells[klass].to_numpy(dtype=str)
    e, n = corner(parse_scb_id(cells["rutid_scb"]))
    x, y = e // CELL_M, n // CELL_M
    order = np.lexsort([x, y])
    x, y, named = x[order], y[order], named[order]
    first = np.ones(len(x), dtype=bool)
    first[1:] = (y[1:] != y[:-1]) | (x[1:] != x[:-1] + 1) | (named[1:] != named[:-1])
    start = np.flatnonzero(first)
    length = np.diff(np.append(start, len(x)))
    out = []
    for name in (x for x in LEGEND if x != classes.NO_ADDRESS):
        of = named[start] == name
        if of.any():
            parts = zip(x[start][of].tolist(), y[start][of].tolist(), length[of].tolist(), strict=True)
            out.append((name, "".join(f"M{a}{-b - 1}h{k}v1h{-k}z" for a, b, k in parts)))
    return out


def _path(shape: Any, view: View) -> str:
    rings = shapely.get_rings(shapely.get_parts(shape))
    out = []
    for ring in rings:
        xy = view.pixels(shapely.get_coordinates(ring)).round(1)
        if len(xy) > 3:
            out.append("M" + "L".join(f"{x:g} {y:g}" for x, y in xy[:-1].tolist()) + "z")
    return "".join(out)


def _seen(shapes: NDArray[Any], view: View) -> NDArray[Any]:
    """Return what of the ground lies within the drawing, no finer than it shows."""
    near = shapes[shapely.intersects(shapely.box(view.west, view.south, view.east, view.north), shapes)]
    return np.asarray(shapely.get_parts(shapely.simplify(view.clip(near), GROUND_PX / view.scale)))


def _line(line: Any, view: View) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in view.pixels(shapely.get_coordinates(line)).round(1).tolist())


def _places(land: Land, own: NDArray[np.bool_], view: View, taken: list[tuple[float, ...]]) -> list[Label]:
    p = land.places
    inside = np.zeros(len(p), dtype=bool)
    for shape in land.shapes[own]:
        shapely.prepare(shape)
        inside |= shapely.contains_xy(shape, p["e_m"].to_numpy(), p["n_m"].to_numpy())
    at = np.flatnonzero(inside)[: 4 * MOST_NAMES]
    where = view.pixels(p[["e_m", "n_m"]].to_numpy()[at])
    out: list[Label] = []
    for name, (x, y) in zip(p["namn"].to_numpy(dtype=object)[at], where.tolist(), strict=True):
        if len(out) < MOST_NAMES and _free(str(name), x, y, view, taken):
            out.append(Label(str(name), round(x, 1), round(y, 1), "ort"))
    return out


def _neighbours(
    land: Land, which: NDArray[np.bool_], visible: NDArray[Any], view: View, taken: list[tuple[float, ...]]
) -> list[Label]:
    out = []
    for i in np.flatnonzero(which):
        part = max(shapely.get_parts(visible[i]), key=lambda s: (s.area, s.wkb))
        centre = shapely.get_coordinates(shapely.point_on_surface(part))
        x, y = view.pixels(centre)[0].tolist()
        if part.area > 0.01 / view.scale**2 * WIDTH * HEIGHT and _free(str(land.names[i]), x, y, view, taken):
            out.append(Label(str(land.names[i]), round(x, 1), round(y, 1), "granne"))
    return out


def _free(name: str, x: float, y: float, view: View, taken: list[tuple[float, ...]]) -> bool:
    """Say whether a name has room here; if so it takes it."""
    half = LETTER * len(name) / 2
    box = (x - half, y - LINE / 2, x + half, y + LINE / 2)
    if box[0] < 2 or box[1] < 2 or box[2] > view.width - 2 or box[3] > view.height - 2:
        return False
    if any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken):
        return False
    taken.append(box)
    return True


def _bar(view: View) -> dict[str, Any]:
    fits = [km for km in BARS_KM if km * 1000 * view.scale <= 0.35 * view.width]
    km = max(fits, default=BARS_KM[0])
    return {"km": km, "px": round(km * 1000 * view.scale, 1), "mitt": round(km * 500 * view.scale, 1)}
