"""What stands on the map beside the map: north arrow (matplotlib-map-utils), scale bar, and the demo mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.core import cell_grid
from pipelines.core import classes as klasser
from pipelines.publish.printmap.atlas import NO_CELL
from pipelines.publish.words.palette import INK

if TYPE_CHECKING:
    from pipelines.publish.printmap.atlas import Atlas
    from pipelines.publish.printmap.sheets import Box, Sheet

SCALE_PARTS = 5
_EDGE_MM = 5.0
_LABEL_PT = 8
_BAR_MM = 3.3
"""Room for the bar: its boxes are half as high, and the figures stand on the rest."""
BAR_WIDTH_MM, BAR_HEIGHT_MM = 60.0, 12.0
ARROW_MM = (13.0, 19.0)
"""Room kept for the north arrow."""


def draw(ax: Any, atlas: Atlas, sheet: Sheet) -> list[Box]:
    """Draw it, where it hides the fewest cells; return the rooms taken (mm from the frame's lower left corner)."""
    if atlas.facts["demo"]:
        _watermark(ax, sheet)
    _, _, width, height = sheet.frame
    length = round_length(min(BAR_WIDTH_MM, width * 0.4) * sheet.scale / 1_000_000)
    bar = length * 1_000_000 / sheet.scale + 14 + _EDGE_MM
    top = height - ARROW_MM[1]
    places = [(x, top, *ARROW_MM) for x in (0.0, width - ARROW_MM[0])]
    arrow = min(places, key=lambda room: _hidden(atlas, sheet, room))
    _north(ax, "upper left" if arrow == places[0] else "upper right")
    scale = min(((x, 0.0, bar, BAR_HEIGHT_MM) for x in (0.0, width - bar)), key=lambda r: _hidden(atlas, sheet, r))
    _scale_bar(ax, sheet, length, scale[0] + _EDGE_MM)
    return [arrow, scale]


def _hidden(atlas: Atlas, sheet: Sheet, room: Box) -> int:
    """Return how many of the sheet's cells with addresses lie in a room on the map."""
    from pipelines.publish.printmap import cartography

    classes, (west, north) = cartography.window(atlas, sheet)
    metres = sheet.scale / 1000
    left, bottom = sheet.window[0] + room[0] * metres, sheet.window[1] + room[1] * metres
    columns = np.clip(np.array([left - west, left + room[2] * metres - west]) // cell_grid.CELL_M + (0, 1), 0, None)
    rows = np.clip(np.array([north - bottom - room[3] * metres, north - bottom]) // cell_grid.CELL_M + (0, 1), 0, None)
    part = classes[int(rows[0]) : int(rows[1]), int(columns[0]) : int(columns[1])]
    return int(((part != NO_CELL) & (part != klasser.CODES.index("ingen_adress"))).sum())


def _watermark(ax: Any, sheet: Sheet) -> None:
    size = min(sheet.frame[2], sheet.frame[3]) * 0.68
    ax.text(
        0.5,
        0.52,
        "DEMO",
        transform=ax.transAxes,
        fontsize=size,
        fontweight="bold",
        color=INK,
        alpha=0.055,
        rotation=32,
        ha="center",
        va="center",
        zorder=8,
        clip_on=True,
    )


def _north(ax: Any, where: str) -> None:
    """Put the arrow to grid north, as the map is in SWEREF 99 TM."""
    from matplotlib_map_utils import NorthArrow

    ax.add_artist(
        NorthArrow(
            size="md",
            location=where,
            scale=0.42,
            rotation={"degrees": 0},
            shadow=False,
            label={"fontsize": 11, "stroke_width": 0},
            aob={"pad": 0.6, "borderpad": 0.6},
        )
    )


def _scale_bar(ax: Any, sheet: Sheet, length: float, left: float) -> None:
    """Put a scale bar of so many kilometres in small axes of its own, ``left`` mm from the frame.

    Of boxes drawn here: the library that has the north arrow makes a picture of a second figure for each sheet's bar.
    """
    from matplotlib.patches import Rectangle

    _, _, width, height = sheet.frame
    room = 1.4 * length * 1_000_000 / sheet.scale
    small = ax.inset_axes((left / width, _EDGE_MM / height, room / width, _BAR_MM / height), zorder=11)
    small.set_xlim(0, 1.4 * length)
    small.axis("off")
    part = length / SCALE_PARTS
    for i in range(SCALE_PARTS):
        face = "black" if i % 2 == 0 else "white"
        box = Rectangle((i * part, 0), part, 0.5, facecolor=face, edgecolor="black", linewidth=0.6, clip_on=False)
        small.add_artist(box)
    for i in range(SCALE_PARTS + 1):
        km = length * i / SCALE_PARTS
        small.text(km, 0.75, f"{km:.4g}".replace(".", ","), fontsize=_LABEL_PT, ha="center", va="bottom")
    small.annotate(" km", (length, 0.75), (6, 0), textcoords="offset points", fontsize=_LABEL_PT, va="bottom")


def round_length(km: float) -> float:
    """Return the largest 5, 10, 25, 50 (and so on by tens) that is not longer than ``km``.

    >>> round_length(57.3), round_length(9.1)
    (50.0, 5.0)
    """
    power = 10.0 ** np.floor(np.log10(km))
    return float(max(x * power for x in (0.5, 1.0, 2.5, 5.0) if x * power <= km))
