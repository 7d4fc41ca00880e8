"""The system that would fit, for coordinates written in each system that Swedish files come in."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest

from pipelines.formats.crs_guess import System, fitting_system, within

BOUNDS = (310_000.0, 6_390_000.0, 330_000.0, 6_410_000.0)
"""A kommun-sized square by the west coast, 20 km a side."""
RNG = np.random.default_rng(7)
E = RNG.uniform(BOUNDS[0], BOUNDS[2], 300)
N = RNG.uniform(BOUNDS[1], BOUNDS[3], 300)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("epsg", [*range(3007, 3025), 4326, 3857, 32632, 32634, 32635])
def test_every_known_system_is_named(epsg: int, swapped: bool) -> None:
    x, y = pyproj.Transformer.from_crs(3006, epsg, always_xy=True).transform(E, N)
    x, y = (y, x) if swapped else (x, y)
    assert fitting_system(x, y, within(BOUNDS)) == System(epsg, swapped)


def test_swapped_axes_of_the_right_system_are_named() -> None:
    assert fitting_system(N, E, within(BOUNDS)) == System(3006, True)


def test_coordinates_of_another_place_fit_nothing() -> None:
    assert fitting_system(E + 200_000, N, within(BOUNDS)) is None
    assert fitting_system(np.full(3, np.nan), np.full(3, np.nan), within(BOUNDS)) is None
    assert fitting_system(np.array([]), np.array([]), within(BOUNDS)) is None


def test_a_few_wrong_rows_do_not_hide_the_system() -> None:
    x, y = pyproj.Transformer.from_crs(3006, 3007, always_xy=True).transform(E, N)
    x[:20] = 0.0
    x[20:30] = np.nan
    assert fitting_system(x, y, within(BOUNDS)) == System(3007, False)
