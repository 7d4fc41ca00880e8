"""The plain statistics method against bisection and against its laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core import cell_grid
from pipelines.coverage.remoteness import remoteness, spread

HOUSEHOLDS = st.lists(st.floats(0, 50), min_size=1, max_size=40)
UNIT = st.floats(0, 1)


def by_bisection(rest, h, r, low, high):
    """Find the rate by halving an interval: slow, plain, and unlike the program's way."""

    def at(rate):
        return [min(max(rate * b, lo), hi) for b, lo, hi in zip(r, low, high, strict=True)]

    below, above = 0.0, max(hi / b for b, hi in zip(r, high, strict=True)) + 1.0
    for _ in range(200):
        middle = (below + above) / 2
        if sum(a * q for a, q in zip(h, at(middle), strict=True)) < rest:
            below = middle
        else:
            above = middle
    return at(above)


@st.composite
def groups(draw):
    h = np.array(draw(HOUSEHOLDS))
    n = len(h)
    near = np.array(draw(st.lists(st.integers(1, 3000), min_size=n, max_size=n)))
    ends = np.array(draw(st.lists(st.tuples(UNIT, UNIT), min_size=n, max_size=n)))
    return h, 1.0 / near, ends.min(axis=1), ends.max(axis=1)


@given(groups(), st.floats(-0.2, 1.2))
@settings(max_examples=400, deadline=None)
def test_spread_meets_the_rest_exactly_within_bounds_and_equals_bisection(group, part):
    h, r, low, high = group
    rest = part * h.sum()
    q = spread(rest, h, r, low, high)
    assert (q >= low).all()
    assert (q <= high).all()
    least, most = h @ low, h @ high
    assert h @ q == pytest.approx(min(max(rest, least), most), abs=1e-9 * max(1, h.sum()))
    if least + 1e-6 < rest < most - 1e-6:
        # where nobody lives the sum says nothing, so compare households
        np.testing.assert_allclose(h * q, h * np.array(by_bisection(rest, h, r, low, high)), atol=1e-6)


@given(groups(), UNIT, UNIT)
@settings(deadline=None)
def test_a_larger_rest_leaves_nobody_better_off(group, a, b):
    h, r, low, high = group
    less, more = sorted((a * h.sum(), b * h.sum()))
    assert (spread(less, h, r, low, high) <= spread(more, h, r, low, high) + 1e-9).all()


def test_remoteness_counts_the_block_of_cells_by_brute_force():
    rng = np.random.default_rng(5)
    cells = cell_grid.from_column_row(1000 + rng.integers(0, 12, 300), 25000 + rng.integers(0, 12, 300))
    column, row = cell_grid.column_row(cells)
    wanted = [1 / int(((abs(column - c) <= 2) & (abs(row - w) <= 2)).sum()) for c, w in zip(column, row, strict=True)]
    np.testing.assert_allclose(remoteness(cells), wanted)
