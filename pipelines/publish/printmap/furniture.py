"""What stands on the map beside the map: north arrow and scale bar (matplotlib-map-utils), and the demo mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pipelines.publish.printmap.sheets import Sheet

SCALE_PARTS = 5
_EDGE_MM = 5.0
_LABEL_PT = 8
BAR_WIDTH_MM = 60.0
ARROW_MM = (13.0, 19.0)
"""Room kept for the north arrow."""


def draw(ax: Any, sheet: Sheet, demo: bool) -> list[tuple[float, float, float, float]]:
    """Draw it; return the rooms taken (x, y, width, height in mm from the frame's lower left corner)."""
    if demo:
        _watermark(ax, sheet)
    _north(ax)
    width = _scale_bar(ax, sheet)
    _, _, _, height = sheet.frame
    return [
        (0.0, height - ARROW_MM[1] - 3, ARROW_MM[0] + 3, ARROW_MM[1] + 3),
        (0.0, 0.0, width + 2 * _EDGE_MM, 12.0),
    ]


def _watermark(ax: Any, sheet: Sheet) -> None:
    size = min(sheet.frame[2], sheet.frame[3]) * 0.68
    ax.text(
        0.5, 0.52, "DEMO", transform=ax.transAxes, fontsize=size, fontweight="bold", color="#202020", alpha=0.055,
        rotation=32, ha="center", va="center", zorder=8, clip_on=True,
    )  # fmt: skip


def _north(ax: Any) -> None:
    """Put the arrow to grid north, as the map is in SWEREF 99 TM."""
    from matplotlib_map_utils import NorthArrow

    ax.add_artist(
        NorthArrow(
            size="md", location="upper left", scale=0.42, rotation={"degrees": 0}, shadow=False,
            label={"fontsize": 11, "stroke_width": 0}, aob={"pad": 0.6, "borderpad": 0.6},
        )
    )  # fmt: skip


def _scale_bar(ax: Any, sheet: Sheet) -> float:
    """Put the scale bar in small axes of its own, with kilometres as unit; return its width in mm.

    The library draws a bar as a picture as large as its axes and asks pyproj for the unit dozens of times
    (5 s and 700 MB on the whole map). It would draw the figures into that picture too: they are made
    invisible there and written as text instead.
    """
    from matplotlib_map_utils import scale_bar

    _, _, width, height = sheet.frame
    mm_per_km = 1_000_000 / sheet.scale
    length = round_length(min(BAR_WIDTH_MM, width * 0.4) / mm_per_km)
    room = 1.4 * length * mm_per_km
    small = ax.inset_axes((_EDGE_MM / width, _EDGE_MM / height, room / width, 3.3 / height), zorder=11)
    small.set_xlim(0, 1.4 * length)
    small.axis("off")
    # Made here and not when drawn: the PDF and the PNG share it.
    small.add_artist(
        scale_bar(
            small, draw=False, style="boxes", location="lower left",
            bar={"projection": "axis", "max": length, "major_div": SCALE_PARTS, "minor_div": 1,
                 "height": 0.06, "edgewidth": 0.6, "raster_dpi": 400},
            labels={"textcolors": ["none"], "stroke_width": 0}, units={"textcolor": "none", "stroke_width": 0},
            text={"textcolor": "none", "fontsize": 4, "stroke_width": 0}, aob={"pad": 0, "borderpad": 0},
        )
    )  # fmt: skip
    for i in range(SCALE_PARTS + 1):
        km = length * i / SCALE_PARTS
        unit = " km" if i == SCALE_PARTS else ""
        small.text(km, 0.75, f"{km:.4g}".replace(".", ","), fontsize=_LABEL_PT, ha="center", va="bottom")
        small.annotate(unit, (km, 0.75), (6, 0), textcoords="offset points", fontsize=_LABEL_PT, va="bottom")
    return length * mm_per_km + 8


def round_length(km: float) -> float:
    """Return the largest 5, 10, 25, 50 (and so on by tens) that is not longer than ``km``.

    >>> round_length(57.3), round_length(9.1)
    (50.0, 5.0)
    """
    power = 10.0 ** np.floor(np.log10(km))
    return float(max(x * power for x in (0.5, 1.0, 2.5, 5.0) if x * power <= km))
