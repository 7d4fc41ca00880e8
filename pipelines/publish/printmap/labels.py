"""Names on the map, and the numbers of projects: none covers another, or the furniture.

Rooms are reckoned in millimetres from the frame's lower left corner, out of the typeface's own widths.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipelines.publish.printmap import typeface
from pipelines.publish.words.palette import INK, QUIET

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.publish.printmap.atlas import Atlas
    from pipelines.publish.printmap.sheets import Sheet

MOST_PLACES = 28
"""Most localities named on a kommun's sheet."""
KOMMUN_PT, NEIGHBOUR_PT, LARGEST_PT, TATORT_PT, SMAORT_PT = 7.8, 7.5, 9.0, 7.5, 6.5
MARK_MM = 4.4
_DOT_MM = 0.55
_AIR_MM = 0.35


class Room(NamedTuple):
    """A rectangle on the map, millimetres."""

    x0: float
    y0: float
    x1: float
    y1: float

    def meets(self, other: Room) -> bool:
        """Tell whether two rooms overlap."""
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1


class Writer:
    """Writes on one map, and remembers where."""

    def __init__(self, ax: Any, sheet: Sheet, taken: list[tuple[float, float, float, float]]) -> None:
        self.ax, self.sheet = ax, sheet
        self.taken = [Room(x, y, x + w, y + h) for x, y, w, h in taken]

    def at(self, e: float, n: float) -> tuple[float, float]:
        """Return where a coordinate lies on the map (mm)."""
        west, south, _, _ = self.sheet.window
        return (e - west) * 1000 / self.sheet.scale, (n - south) * 1000 / self.sheet.scale

    def free(self, room: Room) -> bool:
        """Tell whether a room lies within the frame and clear of what stands there."""
        inside = room.x0 > 1 and room.y0 > 1
        inside &= room.x1 < self.sheet.frame[2] - 1 and room.y1 < self.sheet.frame[3] - 1
        return bool(inside) and not any(room.meets(t) for t in self.taken)

    def write(self, text: str, room: Room, size: float, colour: str, **look: Any) -> None:
        """Write a text in the middle of a room, with a light edge around the letters."""
        from matplotlib.patheffects import Stroke

        from pipelines.publish.printmap.quick_pdf import Words

        self.taken.append(room)
        west, south, _, _ = self.sheet.window
        metres = self.sheet.scale / 1000
        x, y = west + (room.x0 + room.x1) / 2 * metres, south + (room.y0 + room.y1) / 2 * metres
        common = {"fontsize": size, "ha": "center", "va": "center", "linespacing": 1.1, **look}
        halo = Words(self.ax, x, y, text, color="white", zorder=9, **common)
        halo.set_path_effects([Stroke(linewidth=2.0, foreground="white", alpha=0.85)])
        Words(self.ax, x, y, text, color=colour, zorder=10, **common)


def plain(name: str) -> str:
    r"""Return a name on one line; spaces that do not break stay.

    >>> plain("Dals\n Ed")
    'Dals Ed'
    """
    return re.sub(r"[\t\n\v\f\r ]+", " ", str(name)).strip()


def _size(lines: list[str], size: float, bold: bool = False) -> tuple[float, float]:
    width = max(typeface.width_mm(line, size, bold) for line in lines)
    return width + 2 * _AIR_MM, size * typeface.PT_MM * (0.95 + 1.1 * (len(lines) - 1)) + 2 * _AIR_MM


def _around(x: float, y: float, w: float, h: float) -> Room:
    return Room(x - w / 2, y - h / 2, x + w / 2, y + h / 2)


def kommuner(writer: Writer, atlas: Atlas) -> None:
    """Name the län's kommuner, largest first; each is moved where it would cover another."""
    import shapely

    inside = np.flatnonzero(atlas.outlines.inside)
    shapes = atlas.outlines.land[inside]
    circles = shapely.maximum_inscribed_circle(shapely.simplify(_largest(shapes), 200), tolerance=200)
    middles = shapely.get_coordinates(shapely.get_point(circles, 0))
    for i in np.argsort(-shapely.area(shapes), kind="stable"):
        lines = typeface.wrap(plain(atlas.outlines.names[inside[i]]), 34, KOMMUN_PT)
        w, h = _size(lines, KOMMUN_PT)
        x, y = writer.at(*middles[i])
        tries = [_around(x + dx, y + dy, w, h) for dx, dy in _moves(w, h)]
        room = next((r for r in tries if writer.free(r)), None)
        if room is not None:
            writer.write("\n".join(lines), room, KOMMUN_PT, INK)


def _largest(shapes: Any) -> Any:
    """Return the largest part of each, without its lakes: a name may lie over one."""
    import shapely

    parts = [max(shapely.get_parts(s), key=lambda p: (p.area, p.wkb)) for s in shapes]
    return shapely.polygons(shapely.get_exterior_ring(np.array(parts, dtype=object)))


def _moves(w: float, h: float) -> list[tuple[float, float]]:
    moves = [(0.0, 0.0)]
    for step in (0.6, 1.0, 1.5, 2.0, 3.0, 4.0):
        moves += [(0, step * h), (0, -step * h), (-step * w / 2, 0), (step * w / 2, 0)]
        moves += [(sx * step * w / 2, sy * step * h) for sx in (-1, 1) for sy in (-1, 1)]
    return moves


def localities(writer: Writer, atlas: Atlas) -> None:
    """Name the localities of the sheet's kommun, largest first, each beside its dot; or not at all."""
    import shapely
    from matplotlib.lines import Line2D

    own = atlas.outlines.shapes[[k == writer.sheet.kod for k in atlas.outlines.codes]]
    if not len(own) or not len(atlas.places.names):
        return
    shapely.prepare(own[0])
    within = np.flatnonzero(shapely.contains_xy(own[0], atlas.places.xy))
    named: set[str] = set()
    for i in within:
        if len(named) == MOST_PLACES:
            break
        bold = not named and bool(atlas.places.large[i])
        size = LARGEST_PT if bold else TATORT_PT if atlas.places.large[i] else SMAORT_PT
        x, y = writer.at(*atlas.places.xy[i])
        name = plain(atlas.places.names[i])
        if name in named:  # parts of one town
            continue
        w, h = _size([name], size, bold)
        gap = _DOT_MM + 0.5
        tries = [
            _around(x + sx * (w / 2 + gap), y + sy * h * 0.6, w, h)
            for sx, sy in ((1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))
        ] + [_around(x, y + sy * (h / 2 + gap), w, h) for sy in (1, -1)]
        dot = _around(x, y, 2 * _DOT_MM, 2 * _DOT_MM)
        room = next((r for r in tries if writer.free(r)), None)
        if room is None or not writer.free(dot):
            continue
        writer.taken.append(dot)
        writer.write(name, room, size, INK, fontweight="bold" if bold else "normal")
        mark = Line2D(
            *atlas.places.xy[i][:, None],
            marker="o",
            markersize=2 * _DOT_MM / typeface.PT_MM,
            color="white",
            markeredgecolor=INK,
            markeredgewidth=0.6,
            zorder=9.5,
        )
        writer.ax.add_artist(mark)
        named.add(name)


def neighbours(writer: Writer, atlas: Atlas) -> None:
    """Name the neighbouring kommuner where enough of them shows and there is room."""
    import shapely

    others = [i for i, k in enumerate(atlas.outlines.codes) if k != writer.sheet.kod]
    seen = shapely.clip_by_rect(atlas.outlines.shapes[others], *writer.sheet.window)
    for i, shape in zip(others, seen, strict=True):
        parts = shapely.get_parts(shape)
        if not len(parts):
            continue
        part = max(parts, key=lambda p: (p.area, p.wkb))
        name = plain(atlas.outlines.names[i])
        w, h = _size([name], NEIGHBOUR_PT)
        if part.area * (1000 / writer.sheet.scale) ** 2 < 1.5 * w * h:
            continue
        x, y = writer.at(*shapely.get_coordinates(shapely.point_on_surface(part))[0])
        frame = writer.sheet.frame
        x, y = (
            float(np.clip(v, half + 1.5, most - half - 1.5))
            for v, half, most in ((x, w / 2, frame[2]), (y, h / 2, frame[3]))
        )
        tries = [_around(x + dx, y + dy, w, h) for dx, dy in _moves(w, h)[:17]]
        room = next((r for r in tries if writer.free(r)), None)
        if room is not None:
            writer.write(name, room, NEIGHBOUR_PT, QUIET, fontstyle="normal")


def numbers(writer: Writer, projects: pd.DataFrame) -> None:
    """Mark the projects 1, 2, 3 … beside their largest part."""
    import shapely
    from matplotlib.patches import Ellipse

    from pipelines.publish.printmap.quick_pdf import Words

    for number, shape in enumerate(projects["geometry"], start=1):
        part = max(shapely.get_parts(shape), key=lambda p: (p.area, p.wkb))
        x, y = writer.at(*shapely.get_coordinates(shapely.point_on_surface(part))[0])
        tries = [_around(x + dx, y + dy, MARK_MM, MARK_MM) for dx, dy in _ring(MARK_MM)]
        room = next((r for r in tries if writer.free(r)), tries[0])
        writer.taken.append(room)
        west, south, _, _ = writer.sheet.window
        metres = writer.sheet.scale / 1000
        e, n = west + (room.x0 + room.x1) / 2 * metres, south + (room.y0 + room.y1) / 2 * metres
        size = (MARK_MM - 2 * _AIR_MM) * metres
        writer.ax.add_artist(Ellipse((e, n), size, size, facecolor="white", edgecolor=INK, zorder=12))
        look = {"fontsize": 7.5, "fontweight": "bold", "color": INK, "ha": "center", "va": "center_baseline"}
        Words(writer.ax, e, n, str(number), zorder=13, **look)


def _ring(size: float) -> list[tuple[float, float]]:
    angles = np.deg2rad(np.arange(8) * 45 + 45)
    steps = (1.3, 2.0, 3.0)
    return [(float(np.cos(a)) * size * s, float(np.sin(a)) * size * s) for s in steps for a in angles]
