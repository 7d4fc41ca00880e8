"""Borders as lines, each drawn once, out of areas that share them."""

from __future__ import annotations

from typing import Any

import shapely


def between(shapes: Any) -> Any:
    """Return every border of the areas, one line between two places where borders meet (shapely LineStrings)."""
    return shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(shapes))))


def around(shapes: Any) -> Any:
    """Return the border of all the areas together, a closed line for each part (shapely LineStrings).

    Outer rings only: slivers between generalised outlines would show as holes.
    """
    rings = shapely.get_exterior_ring(shapely.get_parts(shapely.union_all(shapes)))
    return shapely.boundary(shapely.polygons(rings))
