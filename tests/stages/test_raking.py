"""Households raked to PTS's shares: a hand example, the laws on random counties, and the least departure."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from pipelines.core.level import LEVELS
from pipelines.evidence.decided import Evidence
from pipelines.people import raking

FAR = 1000.0


def evidence(uncovered: np.ndarray, decided: np.ndarray | None = None) -> Evidence:
    """The same answer at every level; open where ``decided`` is false."""
    n = len(uncovered)
    known = np.ones(n, dtype=bool) if decided is None else decided
    grain = np.repeat(known.astype(np.int8)[:, None], len(LEVELS), axis=1)
    share = np.where(known, 1 - uncovered, np.nan)[:, None] * np.ones(len(LEVELS))
    return Evidence(grain, share, np.full(n, np.nan), np.full(n, -1, np.int8), np.zeros(n, bool))


def margins(people, square, group, households, covered, per=None, upper=None, loose=None) -> raking.Margins:
    g, wide = len(households), len(LEVELS)
    return raking.Margins(
        np.array(people, float),
        np.array(square),
        np.ones(len(people)) if per is None else np.array(per, float),
        np.ones(len(people)) if loose is None else np.array(loose, float),
        np.array(group),
        np.array(households, float),
        np.full((g, wide), covered),
        np.full((g, wide), covered if upper is None else upper),
    )


def test_by_hand():
    """Two squares of two addresses; one in each lacks coverage. PTS: one household of eight lacks it, not four."""
    m = margins([4, 4, 4, 4], [0, 0, 1, 1], [0, 0, 0, 0], [8], 7 / 8)
    found = raking.rake(m, evidence(np.array([1.0, 0, 1, 0])), FAR)
    np.testing.assert_allclose(found.households, [0.5, 3.5, 0.5, 3.5], atol=1e-5)
    np.testing.assert_allclose(found.people, [1, 7, 1, 7], atol=1e-5)
    assert found.held.all()
    # No address may get more than twice what it had: 7 is more, and what can be is done.
    found = raking.rake(m, evidence(np.array([1.0, 0, 1, 0])), 2)
    assert (found.people <= 8 + 1e-9).all() and (found.people >= 2 * 4 / 7).all()
    assert found.people.sum() == pytest.approx(16)


def test_a_square_where_all_lack_coverage_keeps_its_people():
    """PTS says that nobody does; the square's people live there all the same."""
    m = margins([3, 5], [0, 1], [0, 0], [4], 1.0)
    found = raking.rake(m, evidence(np.array([1.0, 0])), FAR)
    np.testing.assert_allclose(found.people, [3, 5])
    np.testing.assert_allclose(raking.without(m, found.households, evidence(np.array([1.0, 0])), found.held), 1.5)


def test_where_evidence_leaves_anything_open_nothing_moves():
    m = margins([4, 4, 4], [0, 0, 0], [0, 0, 0], [6], 0.99)
    found = raking.rake(m, evidence(np.array([1.0, 0, 0]), np.array([True, True, False])), FAR)
    np.testing.assert_array_equal(found.people, m.people)
    assert not found.held.any()


def test_within_pts_bounds_nothing_moves():
    m = margins([4, 4], [0, 0], [0, 0], [8], 0.4, upper=0.6)
    found = raking.rake(m, evidence(np.array([1.0, 0])), FAR)
    np.testing.assert_allclose(found.people, m.people)
    m = margins([4, 4], [0, 0], [0, 0], [8], 0.6, upper=0.75)
    found = raking.rake(m, evidence(np.array([1.0, 0])), FAR)
    np.testing.assert_allclose(found.households, [3.2, 4.8], atol=1e-5)  # to the nearest bound


def test_the_least_departure_that_keeps_the_totals():
    """Against a general optimiser: relative entropy to the first placement, squares' people and PTS's share kept."""
    people, square = np.array([3.0, 2, 5, 1, 4, 4]), np.array([0, 0, 0, 1, 1, 1])
    u = np.array([1.0, 0, 0.3, 0, 1, 0.1])
    m = margins(people, square, [0] * 6, [19.0], 0.7)
    found = raking.rake(m, evidence(u), FAR)

    def departure(v: np.ndarray) -> float:
        return float((v * np.log(v / people) - v + people).sum())

    keep = [
        {"type": "eq", "fun": lambda v: v[:3].sum() - 10},
        {"type": "eq", "fun": lambda v: v[3:].sum() - 9},
        {"type": "eq", "fun": lambda v: v @ u - 0.3 * 19},
    ]
    best = minimize(departure, people, constraints=keep, bounds=[(1e-6, None)] * 6, options={"ftol": 1e-14})
    assert best.success
    # Scaling by two numbers for those that lack coverage and those that do not is the exponential tilt where u is 0
    # or 1; where it is a fraction, it is near it.
    assert departure(found.people) == pytest.approx(best.fun, rel=0.03)
    assert found.people @ u == pytest.approx(0.3 * 19, rel=1e-5)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_laws(seed: int) -> None:
    """Squares' people and groups' households are kept to rounding; a share that was met before moves nobody."""
    rng = np.random.default_rng(seed)
    n, groups = int(rng.integers(5, 60)), int(rng.integers(1, 4))
    people = rng.exponential(3, n) * (rng.random(n) > 0.1)
    group = rng.integers(0, groups, n)
    square = rng.integers(-1, 6, n)
    u = np.where(rng.random(n) < 0.7, rng.integers(0, 2, n), rng.random(n))
    m = margins(people, square, group, rng.uniform(1, 50, groups), rng.uniform(0.5, 1), rng.uniform(1.5, 3, n))
    known = evidence(u)
    found = raking.rake(m, known, 8)
    assert np.isfinite(found.people).all() and (found.people >= 0).all()
    for s in range(6):
        assert found.people[square == s].sum() == pytest.approx(people[square == s].sum(), rel=1e-9)
    np.testing.assert_allclose(found.people[square == -1], people[square == -1], rtol=1e-12)
    present = np.unique(group)
    total = np.bincount(group, found.households, groups)
    np.testing.assert_allclose(total[present], m.households[present], rtol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_where_it_can_be_met_it_is(seed: int) -> None:
    """Every square has addresses of both kinds with people, so any share can be met, at every level at once."""
    rng = np.random.default_rng(seed)
    squares, each = int(rng.integers(1, 6)), int(rng.integers(2, 8))
    square = np.repeat(np.arange(squares), each)
    u = np.where(np.arange(len(square)) % each == 0, 1.0, np.where(np.arange(len(square)) % each == 1, 0.0, 0.5))
    people = rng.uniform(0.5, 8, len(square))
    m = margins(people, square, [0] * len(square), [100.0], rng.uniform(0.7, 0.98), rng.uniform(1.5, 3, len(square)))
    found = raking.rake(m, evidence(u), 1e6)
    after = raking.without(m, found.households, evidence(u), found.held)
    np.testing.assert_allclose(after, m.households[:, None] * (1 - m.least), rtol=1e-3)
