"""What of the ground is shown from which zoom, and how finely.

A band is a stretch of zoom levels with one generalisation. The tolerances are set by what a pixel is: about 320 m at
zoom 8, 40 m at 11, 5 m at 14 (at 58° N), a third of that on a phone of ratio 3.
"""

from __future__ import annotations

from dataclasses import dataclass

COUNTY, KOMMUN, HOUSE = 0, 1, 2
"""The bands, by how much of the county is seen."""


@dataclass(frozen=True)
class WaterBand:
    """Water of one band.

    Attributes
    ----------
    tolerance_m : float
        Shores are simplified so far, then set on whole ``step_m``.
    smallest_ha, smallest_island_ha : float
        Waters and islands below are left out.
    """

    tolerance_m: float
    step_m: int
    smallest_ha: float
    smallest_island_ha: float


@dataclass(frozen=True)
class Fineness:
    """How finely roads are told: simplified by ``tolerance_m``, then set on whole ``step_m``."""

    tolerance_m: float
    step_m: int


@dataclass(frozen=True)
class RoadBand:
    """Roads of one band: the classes, and how finely; of several, the finest that the page has room for."""

    classes: tuple[str, ...]
    fineness: tuple[Fineness, ...]


WATER = (WaterBand(90, 40, 60, 15), WaterBand(25, 10, 4, 1), WaterBand(8, 4, 0.25, 0.05))
_LARGE = ("landsvag", "motorvag")
_MIDDLE = ("farjeled", "huvudgata", "landsvag_liten")
_SMALL = ("traktorvag", "cykelvag", "smavag", "lokalgata")
ROADS = (
    RoadBand(_LARGE, (Fineness(90, 40),)),
    RoadBand((*_MIDDLE, *_LARGE), (Fineness(25, 10),)),
    RoadBand(
        (*_SMALL, *_MIDDLE, *_LARGE),
        tuple(
            Fineness(tolerance, step)
            for tolerance, step in ((5, 4), (8, 5), (10, 10), (15, 10), (20, 10), (25, 15), (30, 20), (40, 25))
        ),
    ),
)
"""The classes in the order in which they are drawn, the most important last."""
FROM_ZOOM = (0, 9, 12)
"""From which zoom each band is shown."""
MOST_BYTES = 1_300_000
"""All of the ground in a page, of the 4 MB that one may take: beyond that the smallest roads are told less finely."""
