"""What is neither Swedish land nor sea: the land of the neighbours, coarsely."""

from __future__ import annotations

import shapely

# Inside Sweden the line runs anywhere: outlines of kommuner go before it (EPSG:3006, metres).
NORWAY_FINLAND = shapely.Polygon(
    [
        (100_000, 6_549_000),
        (285_000, 6_549_000),
        (293_000, 6_543_000),
        (299_000, 6_530_000),
        (312_000, 6_527_000),
        (318_000, 6_545_000),
        (325_000, 6_580_000),
        (350_000, 6_640_000),
        (400_000, 6_800_000),
        (440_000, 7_000_000),
        (530_000, 7_200_000),
        (620_000, 7_380_000),
        (690_000, 7_560_000),
        (800_000, 7_520_000),
        (850_000, 7_420_000),
        (880_000, 7_312_000),
        (1_100_000, 7_312_000),
        (1_100_000, 7_900_000),
        (100_000, 7_900_000),
    ]
)
"""From Svinesund along the mountains to Treriksröset, and down Torne älv to the Gulf of Bothnia."""
