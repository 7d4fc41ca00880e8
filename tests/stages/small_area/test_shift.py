"""Benchmarking by intercept against scipy's root finder, and against its laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import expit

from pipelines.coverage.small_area.shift import shift

UNIT = st.floats(0, 1)


@st.composite
def groups(draw):
    """Up to forty squares, of numbers by numpy: drawn one by one they take ten times as long as all that is tested."""
    n, rng = draw(st.integers(1, 40)), np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    empty, edge, alike = (draw(st.sampled_from([0.0, 0.2, 0.9])) for _ in range(3))
    h = np.where(rng.random(n) < empty, 0.0, rng.uniform(0.01, 80, n))
    score = np.where(rng.random(n) < alike, rng.choice([-12.0, 0.0, 12.0], n), rng.uniform(-12, 12, n))
    ends = rng.random((n, 2)) ** draw(st.sampled_from([1, 1, 12]))  # any, or nearly all next to nothing
    ends = np.where(rng.random((n, 2)) < edge, rng.integers(0, 2, (n, 2)), ends)
    return h, score, ends.min(axis=1), ends.max(axis=1)


@given(groups(), st.floats(-0.2, 1.2))
@settings(max_examples=400, deadline=None)
def test_the_sum_is_met_within_bounds(group, part):
    h, score, low, high = group
    rest = part * h.sum()
    q = shift(rest, h, score, low, high)
    assert (q >= low).all()
    assert (q <= high).all()
    wanted = min(max(rest, h @ low), h @ high)
    assert abs(h @ q - wanted) <= 1e-9


@given(groups(), UNIT)
@settings(max_examples=200, deadline=None)
def test_the_answer_is_one_intercept_for_all_as_a_root_finder_has_it(group, part):
    h, score, low, high = group
    least, most = h @ low, h @ high
    rest = least + part * (most - least)
    if not least + 1e-6 < rest < most - 1e-6:
        return
    alpha = brentq(lambda a: h @ np.clip(expit(a + score), low, high) - rest, -80, 80, xtol=1e-12)
    # Where the sum is flat in the intercept, whoever lives there has the same for all of them.
    np.testing.assert_allclose(
        h * shift(rest, h, score, low, high), h * np.clip(expit(alpha + score), low, high), atol=1e-6
    )


@given(groups(), UNIT, UNIT)
@settings(deadline=None)
def test_a_larger_rest_leaves_nobody_better_off(group, a, b):
    h, score, low, high = group
    less, more = sorted((a * h.sum(), b * h.sum()))
    assert (shift(less, h, score, low, high) <= shift(more, h, score, low, high) + 1e-9).all()


@given(groups(), UNIT, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_rows_does_not_matter(group, part, chance):
    h, score, low, high = group
    order = list(range(len(h)))
    chance.shuffle(order)
    q = shift(part * h.sum(), h, score, low, high)
    shuffled = shift(part * h.sum(), h[order], score[order], low[order], high[order])
    np.testing.assert_allclose(shuffled, q[order], atol=1e-9)


def test_by_hand():
    # Odds 1 and 4 times a common factor: 1/3 and 2/3 when it is ½; twice that leaves 1/2 and 4/5.
    two = np.ones(2)
    score = np.log([1.0, 4.0])
    np.testing.assert_allclose(shift(1.0, two, score, 0 * two, two), [1 / 3, 2 / 3], atol=1e-12)
    np.testing.assert_allclose(shift(1.3, two, score, 0 * two, two), [0.5, 0.8], atol=1e-12)
    assert shift(0.0, two, score, 0 * two, two) == pytest.approx([0, 0])
    assert shift(5.0, two, score, 0 * two, two / 2) == pytest.approx([0.5, 0.5])
