"""The picture that stands where the map would, for who has no script or an old browser: kommuner by share.

Each kommun leads to its page; its share stands beside its name where there is room, and always in its title.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from pipelines.publish.webmap.webmap_figures import share_step, share_steps

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.core.level import Level
    from pipelines.publish.words.language import Writer
    from pipelines.publish.words.level_figures import Figures

HIGH, WIDE = 620.0, 760.0
TOLERANCE_M = 400
"""About a pixel of the picture."""
LETTER, LINE = 7.8, 15.0
"""About how wide a letter and high a line is, for keeping names apart."""


def build(granser: pd.DataFrame) -> dict[str, Any]:
    """Return the outlines of the län's kommuner as paths, and where each one's name stands.

    Parameters
    ----------
    granser : DataFrame
        Contract GRANSER, geometry as shapely polygons in EPSG:3006.

    Returns
    -------
    dict
        ``bredd``, ``hojd`` in pixels; ``kommuner``: by code ``d``, ``x``, ``y`` and ``yta``.
    """
    own = granser[granser["i_lan"].to_numpy(bool)]
    shapes = shapely.coverage_simplify(own["geometry"].to_numpy(), TOLERANCE_M)
    west, south, east, north = shapely.total_bounds(shapes)
    scale = min(WIDE / (east - west), HIGH / (north - south))
    drawn = {}
    for code, shape in zip(own["kommunkod"], shapes, strict=True):
        parts = shapely.get_parts(shape)
        inner = shapely.get_coordinates(shapely.point_on_surface(parts[np.argmax(shapely.area(parts))]))
        x, y = _pixels(inner, west, north, scale)[0]
        drawn[str(code)] = {
            "d": "".join(_ring(ring, west, north, scale) for ring in shapely.get_exterior_ring(parts)),
            "x": float(x),
            "y": float(y),
        }
    return {"bredd": round((east - west) * scale), "hojd": round((north - south) * scale), "kommuner": drawn}


def told(
    picture: dict[str, Any], kommuner: pd.DataFrame, figures: Figures, level: Level, write: Writer, t: dict[str, Any]
) -> dict[str, Any]:
    """Return the picture with each kommun's name, share and step of colour, and the legend's steps.

    Parameters
    ----------
    picture : dict
        Of :func:`build`.
    kommuner : DataFrame
        The edition's kommuner.
    t : dict
        The page's texts.
    """
    every = kommuner.sort_values([level.share, "kommunkod"]).to_dict("records")  # a picture's kommuner, not data
    every = [row for row in every if str(row["kommunkod"]) in picture["kommuner"]]
    named = _with_room(picture, every, figures)
    rows: list[dict[str, Any]] = []
    for row in every:
        code, share = str(row["kommunkod"]), figures.at(row, level).share
        told = {"kod": code, "namn": str(row["kommunnamn"]), "andel": write.tell(share), "steg": share_step(share)}
        rows.append({**picture["kommuner"][code], **told, "ram": code in named})
    return {**picture, "kommuner": rows, "steg": list(enumerate(share_steps(write, t)))}


def _with_room(picture: dict[str, Any], rows: list[dict[str, Any]], figures: Figures) -> set[str]:
    """Return the kommuner whose names have room: the first row's goes before all others, then those of most people."""
    taken: list[tuple[float, ...]] = []
    out = set()
    for row in [*rows[:1], *sorted(rows[1:], key=lambda r: -(figures.households(r).value or 0))]:
        box = _box(str(row["kommunnamn"]), picture["kommuner"][str(row["kommunkod"])])
        if box[0] > 0 and box[2] < picture["bredd"] and not any(_meet(box, other) for other in taken):
            taken.append(box)
            out.add(str(row["kommunkod"]))
    return out


def _box(name: str, place: dict[str, Any]) -> tuple[float, float, float, float]:
    half = LETTER * len(name) / 2
    return place["x"] - half, place["y"] - LINE / 2, place["x"] + half, place["y"] + LINE / 2


def _meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _pixels(xy: Any, west: float, north: float, scale: float) -> Any:
    return np.column_stack([(xy[:, 0] - west) * scale, (north - xy[:, 1]) * scale]).round(1)


def _ring(ring: Any, west: float, north: float, scale: float) -> str:
    xy = _pixels(shapely.get_coordinates(ring), west, north, scale)
    if len(xy) < 4 or np.ptp(xy, axis=0).max() < 1.5:
        return ""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in xy[:-1].tolist()) + "z"
