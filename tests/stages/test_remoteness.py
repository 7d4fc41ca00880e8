"""The plain statistics method against bisection and against its laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import grid
from pipelines.stages.remoteness import consistent_rests, remoteness, spread

HOUSEHOLDS = st.lists(st.floats(0, 50), min_size=1, max_size=40)
UNIT = st.floats(0, 1)


def by_bisection(rest, h, r):
    """Find the rate by halving an interval: slow, plain, and unlike the program's way."""
    low, high = 0.0, 1.0 / min(r) + 1.0
    for _ in range(300):
        middle = (low + high) / 2
        if sum(a * min(1.0, middle * b) for a, b in zip(h, r, strict=True)) < rest:
            low = middle
        else:
            high = middle
    return [min(1.0, high * b) for b in r]


@given(HOUSEHOLDS, st.data())
@settings(max_examples=300)
def test_spread_meets_the_rest_exactly_and_equals_bisection(h, data):
    n = data.draw(st.lists(st.integers(1, 3000), min_size=len(h), max_size=len(h)))
    h, r = np.array(h), 1.0 / np.array(n)
    rest = data.draw(UNIT) * h.sum()
    q = spread(rest, h, r, 0.3)
    assert ((q >= 0) & (q <= 1)).all()
    if h.sum() > 1e-6:
        assert (h * q).sum() == pytest.approx(rest, abs=1e-9 * max(1, h.sum()))
        alive = h > 1e-9
        wanted = np.array(by_bisection(rest, h, r))
        if 0 < rest < h.sum() * (1 - 1e-9):
            np.testing.assert_allclose((h * q)[alive], (h * wanted)[alive], atol=1e-7)


@given(HOUSEHOLDS, UNIT, UNIT, st.data())
def test_a_larger_rest_leaves_nobody_better_off(h, a, b, data):
    n = data.draw(st.lists(st.integers(1, 50), min_size=len(h), max_size=len(h)))
    h, r = np.array(h), 1.0 / np.array(n)
    low, high = sorted((a, b))
    assert (spread(low * h.sum(), h, r, low) <= spread(high * h.sum(), h, r, high) + 1e-12).all()


@given(st.lists(st.floats(0, 100), min_size=6, max_size=6))
def test_rests_become_consistent_and_are_left_alone_when_they_are(values):
    keys = [(m, t) for m in ("tillgang", "passerad") for t in (30, 100, 1000)]
    out = consistent_rests(dict(zip(keys, values, strict=True)))
    for m in ("tillgang", "passerad"):
        assert out[m, 30] <= out[m, 100] <= out[m, 1000]
    assert all(out["passerad", t] <= out["tillgang", t] for t in (30, 100, 1000))
    assert consistent_rests(out) == out


def test_remoteness_counts_the_block_of_cells_by_brute_force():
    rng = np.random.default_rng(5)
    cells = grid.from_column_row(1000 + rng.integers(0, 12, 300), 25000 + rng.integers(0, 12, 300))
    column, row = grid.column_row(cells)
    wanted = [1 / int(((abs(column - c) <= 2) & (abs(row - w) <= 2)).sum())
              for c, w in zip(column, row, strict=True)]  # fmt: skip
    np.testing.assert_allclose(remoteness(cells), wanted)
